// Installs the packed packages into an application outside the workspace, as a user would, and
// checks that every entry is there, that the hello example compiles under both ways to resolve
// modules, and that plain Node runs it.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const hello = join(root, "examples/hello");
const app = mkdtempSync(join(realpathSync(tmpdir()), "runwire-pack-"));
const manifest = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

try {
  const packages = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  const tarballs = Object.fromEntries(
    packages.map((folder) => [manifest(folder).name, pack(folder)]),
  );
  install(tarballs);

  const entries = packages.flatMap((folder) => {
    const { name, publishConfig } = manifest(folder);
    return Object.keys(publishConfig.exports)
      .filter((entry) => entry !== "./package.json")
      .map((entry) => name + entry.slice(1));
  });
  mkdirSync(join(app, "src"));
  cpSync(join(hello, "src"), join(app, "src"), { recursive: true });
  writeFileSync(
    join(app, "src/entries.ts"),
    entries.map((entry, i) => `import * as entry${i} from "${entry}";\n`).join("") +
      `console.log([${entries.map((_, i) => `entry${i}`).join(", ")}].length);\n`,
  );

  compile("bundler", { module: "ESNext", moduleResolution: "bundler" });
  compile("nodenext", { module: "NodeNext", moduleResolution: "NodeNext" });
  expectOutput("src/entries.ts", `${entries.length}\n`);
  expectOutput("src/main.ts", readFileSync(join(hello, "output.txt"), "utf8"));
  console.log(`pack: ${packages.length} packages, ${entries.length} entries, hello runs`);
} finally {
  rmSync(app, { recursive: true, force: true });
}

function pack(folder) {
  const { name, version } = manifest(folder);
  run(folder, "pnpm", "pack", "--pack-destination", app);
  return `file:${name.replace("@", "").replace("/", "-")}-${version}.tgz`;
}

function install(tarballs) {
  const content = {
    private: true,
    type: "module",
    dependencies: { ...peers(), ...tarballs },
    devDependencies: { "@types/node": "^24.0.0", "@types/react": "^19.0.0" },
    // The tarballs ask for each other by version, which the registry does not have yet.
    overrides: Object.fromEntries(Object.keys(tarballs).map((name) => [name, `$${name}`])),
  };
  writeFileSync(join(app, "package.json"), JSON.stringify(content, null, 2));
  run(app, "npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts");
}

/** What the packages leave to their users, optional or not: each entry must load. */
function peers() {
  const folders = readdirSync(join(root, "packages")).map((name) => join(root, "packages", name));
  return Object.assign({}, ...folders.map((folder) => manifest(folder).peerDependencies));
}

function compile(name, resolution) {
  const file = join(app, `tsconfig.${name}.json`);
  const compilerOptions = {
    ...resolution,
    target: "ES2022",
    lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  writeFileSync(file, JSON.stringify({ compilerOptions, include: ["src"] }));
  run(app, join(root, "node_modules/.bin/tsc"), "-p", file);
}

function expectOutput(file, expected) {
  const actual = run(app, "node", file);
  if (actual === expected) return;
  throw new Error(`${file} printed ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}

function run(cwd, command, ...args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error) throw error;
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(" ")} failed\n${stdout}${stderr}`);
}
