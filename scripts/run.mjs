// `npm start` and `npm test` on any machine that has Node 20 and npm. Node and pnpm are used from
// the PATH when they are good enough for development, and fetched through `npm exec` when not.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

const NODE = "24.21.0";
const root = fileURLToPath(new URL("..", import.meta.url));
const { packageManager } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url)));
const PNPM = packageManager.split("@")[1];
const task = process.argv[2];
const shell = process.platform === "win32";
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };

let child;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => (child ? child.kill(signal) : process.exit(exitCode(null, signal))));
}

provideTools();
await run("pnpm", "install", "--frozen-lockfile");
if (task === "start") {
  await run("pnpm", "exec", "turbo", "run", "build", "--filter=@runwire/example-studio");
  await run("node", "--enable-source-maps", "examples/studio/src/server/main.ts");
} else {
  await run("pnpm", "run", "check");
}

function provideTools() {
  // The range of package.json's "engines".
  const [major, minor] = process.versions.node.split(".").map(Number);
  const nodeOk = (major === 22 && minor >= 23) || (major === 24 && minor >= 15) || major >= 26;
  const pnpmOk = capture("pnpm", "--version")?.split(".")[0] === PNPM.split(".")[0];
  const missing = [];
  // An exact version is found in npm's cache without asking the registry.
  if (!nodeOk) missing.push(`--package=node@${NODE}`);
  if (!pnpmOk) missing.push(`--package=pnpm@${PNPM}`);
  if (missing.length === 0) return;

  const args = ["exec", "--yes", "--prefer-offline", ...missing];
  console.log(`> npm ${args.join(" ")}`);
  const printed = capture("npm", ...args, "--", "node", `${root}scripts/print-path.mjs`);
  const path = printed?.match(/^PATH=(.*)$/m)?.[1];
  if (!path) throw new Error(`Could not install ${missing.join(" ")} from the npm registry.`);
  env.PATH = path;
}

function capture(command, ...args) {
  const options = { cwd: root, encoding: "utf8", shell, env, stdio: ["ignore", "pipe", "inherit"] };
  return spawnSync(command, args, options).stdout;
}

/** Resolves when the command has succeeded; ends the process with its exit code otherwise. */
function run(command, ...args) {
  console.log(`> ${command} ${args.join(" ")}`);
  const started = performance.now();
  return new Promise((resolve) => {
    child = spawn(command, args, { cwd: root, stdio: "inherit", shell, env });
    child.on("error", (error) => {
      console.error(`Cannot run ${command}: ${error.message}`);
      process.exit(127);
    });
    child.on("exit", (code, signal) => {
      child = undefined;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`< ${command} ${args[0]}: ${seconds} s`);
      if (code !== 0) process.exit(exitCode(code, signal));
      resolve();
    });
  });
}

function exitCode(code, signal) {
  return code ?? 128 + constants.signals[signal];
}
