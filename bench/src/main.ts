import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundles } from "./bundles.ts";
import { clientText } from "./client-text.ts";
import { clientArgs, clientTools } from "./client-tools.ts";
import { fanout } from "./fanout.ts";
import { logLatency } from "./log-latency.ts";
import { machine } from "./machine.ts";
import { idleMemory, slowReader } from "./memory.ts";
import { reactChromium } from "./react-chromium.ts";
import { redis } from "./redis.ts";
import { reload } from "./reload.ts";
import { runtime } from "./runtime.ts";
import { sandbox } from "./sandbox.ts";
import { serverMany, serverOne } from "./server-one.ts";
import { serverPaced } from "./server-paced.ts";
import { sqlite } from "./sqlite.ts";
import { type Section, toMarkdown } from "./table.ts";
import { ttfb } from "./ttfb.ts";
import { viewers } from "./viewers.ts";

/** Every comparison, in the order of the results. */
const comparisons: { readonly [name: string]: () => Promise<Section> } = {
  "client-text": clientText,
  "client-args": clientArgs,
  "client-tools": clientTools,
  "react-chromium": reactChromium,
  reload,
  runtime,
  "server-one": serverOne,
  "server-many": serverMany,
  "server-paced": serverPaced,
  fanout,
  "idle-memory": idleMemory,
  "slow-reader": slowReader,
  viewers,
  "log-latency": logLatency,
  ttfb,
  sqlite,
  redis,
  sandbox,
  bundles,
};

const results = new URL("../RESULTS.md", import.meta.url);
const [name] = process.argv.slice(2);
if (name === undefined) all();
else await one(name);
// What a peer left running must not keep the process.
process.exit();

/** `pnpm bench NAME` runs one comparison, prints it and puts it into the results. */
async function one(name: string): Promise<void> {
  const compare = comparisons[name];
  if (compare === undefined) {
    throw new Error(`No comparison ${name}: there are ${Object.keys(comparisons).join(", ")}.`);
  }
  const section = `<!-- ${name} -->\n${toMarkdown(await compare())}\n`;
  console.log(section);
  const sections = new Map(read().map((known) => [/<!-- (\S+) -->/.exec(known)?.[1], known]));
  sections.set(name, section);
  const ordered = Object.keys(comparisons).flatMap((known) => sections.get(known) ?? []);
  writeFileSync(results, [head(), ...ordered].join("\n"));
}

/** `pnpm bench` runs all, each in a process of its own. */
function all(): void {
  for (const each of Object.keys(comparisons)) {
    const self = [...process.execArgv, fileURLToPath(import.meta.url), each];
    const { status } = spawnSync(process.execPath, self, { stdio: "inherit" });
    if (status !== 0) throw new Error(`${each} failed.`);
  }
}

function read(): readonly string[] {
  try {
    return readFileSync(results, "utf8")
      .split(/\n(?=<!-- \S+ -->)/)
      .slice(1);
  } catch {
    return [];
  }
}

function head(): string {
  return `# Results\n\nWritten by \`pnpm bench\`. The machine is shared: trust the ratios, which are taken within each round of an interleaved run, more than the times.\n\n${machine()}\n`;
}
