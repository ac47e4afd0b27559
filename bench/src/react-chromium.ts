import { existsSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as macrotask } from "node:timers/promises";
import { build } from "esbuild";
import { type Browser, chromium } from "playwright-core";
import { toChunks } from "./client/body.ts";
import { before } from "./client/history.ts";
import { text, textOf } from "./client/script.ts";
import { aiSdkFrames, runwireFrames } from "./client/wires.ts";
import { check, spread } from "./measure.ts";
import { format, type Section, type Table } from "./table.ts";

const said = text(20_000);
const perChunk = 16;
const rounds = 3;

interface Shown {
  readonly script: number;
  readonly task: number;
  readonly seconds: number;
  readonly frames: number;
  readonly lists: number;
  readonly settled: number;
}

/** The same answer on a page: `useAgentStream` beside `useChat`, in lists of three lengths. */
export async function reactChromium(): Promise<Section> {
  const server = await servePage();
  const { port } = server.address() as AddressInfo;
  const path = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  const browser = await chromium.launch({
    ...(existsSync(path) && { executablePath: path }),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    const tables: Table[] = [];
    for (const earlier of [0, 50, 500]) tables.push(await compare(browser, port, earlier));
    return {
      title: "React in Chromium",
      note: "20,000 deltas, 16 per chunk, from a server on this machine. `script` is what the profiler sees of scripts and garbage collection, `task` what Chromium counts of the whole main thread. Messages are memoized components. A list of messages may render once per frame.",
      tables,
    };
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

async function compare(browser: Browser, port: number, earlier: number): Promise<Table> {
  const shown: { readonly ours: Shown[]; readonly theirs: Shown[] } = { ours: [], theirs: [] };
  for (let round = 0; round < rounds; round++) {
    shown.ours.push(
      await show(browser, `http://127.0.0.1:${port}/?who=runwire&earlier=${earlier}`),
    );
    shown.theirs.push(await show(browser, `http://127.0.0.1:${port}/?who=ai&earlier=${earlier}`));
  }
  const ratio = (all: readonly Shown[], field: "script" | "task") =>
    spread(all.map((one, round) => one[field] / (shown.ours[round]?.[field] ?? Number.NaN))).median;
  const median = (all: readonly Shown[], field: keyof Shown) =>
    spread(all.map((one) => one[field])).median;
  const row = (name: string, all: readonly Shown[]) => [
    name,
    format(ratio(all, "script")),
    format(ratio(all, "task")),
    ...(["script", "task", "seconds", "frames", "lists", "settled"] as const).map((field) =>
      format(median(all, field)),
    ),
  ];
  return {
    caption: `After ${earlier} messages`,
    head: [
      "",
      "× script",
      "× task",
      "script s",
      "task s",
      "elapsed s",
      "frames",
      "renders of the list",
      "of settled messages",
    ],
    rows: [row("useAgentStream", shown.ours), row("useChat", shown.theirs)],
  };
}

async function show(browser: Browser, url: string): Promise<Shown> {
  const page = await browser.newPage();
  try {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    await session.send("Profiler.enable");
    await session.send("Profiler.setSamplingInterval", { interval: 250 });
    const metrics = async () => {
      const { metrics: all } = await session.send("Performance.getMetrics");
      return new Map(all.map(({ name, value }) => [name, value]));
    };
    await page.goto(url);
    await page.waitForFunction("typeof window.begin === 'function'");
    const earlier = await metrics();
    const first = await page.evaluate("({ ...window.counted })");
    await session.send("Profiler.start");
    const began = performance.now();
    await page.evaluate("window.begin()");
    await page.waitForFunction("window.counted.length !== undefined", undefined, {
      timeout: 120_000,
      polling: 100,
    });
    const seconds = (performance.now() - began) / 1_000;
    const { profile } = await session.send("Profiler.stop");
    const later = await metrics();
    type Counted = import("./page/page.tsx").Counted;
    const [from, to] = [first as Counted, (await page.evaluate("window.counted")) as Counted];
    check(to.length === textOf(said).length, `${url}: the whole text`);
    const spent = (name: string) => (later.get(name) ?? 0) - (earlier.get(name) ?? 0);
    return {
      script: scriptTime(profile),
      task: spent("TaskDuration"),
      seconds,
      frames: to.frames - from.frames,
      lists: to.lists - from.lists,
      settled: to.settled - from.settled,
    };
  } finally {
    await page.close();
  }
}

/** What the main thread spent in scripts, their microtasks and their garbage, in s: `ScriptDuration` leaves out most. */
function scriptTime(profile: Profile): number {
  const outside = new Set(["(idle)", "(program)", "(root)"]);
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const { samples = [], timeDeltas = [] } = profile;
  const micros = samples.reduce(
    (sum, node, index) =>
      outside.has(names.get(node) ?? "") ? sum : sum + (timeDeltas[index] ?? 0),
    0,
  );
  return micros / 1e6;
}

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string };
  }[];
  readonly samples?: readonly number[];
  readonly timeDeltas?: readonly number[];
}

async function servePage(): Promise<Server> {
  const { outputFiles } = await build({
    entryPoints: [new URL("./page/page.tsx", import.meta.url).pathname],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    jsx: "automatic",
    conditions: ["@runwire/source", "module"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  const script = outputFiles[0]?.text ?? "";
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://bench.invalid");
    if (url.pathname === "/page.js") {
      response.writeHead(200, { "content-type": "text/javascript" }).end(script);
      return;
    }
    if (url.pathname !== "/stream") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(
        '<!doctype html><div id="root"></div><script type="module" src="/page.js"></script>',
      );
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    const frames =
      url.searchParams.get("who") === "ai"
        ? aiSdkFrames(said)
        : runwireFrames(said, url.searchParams.get("earlier") === "0" ? undefined : before);
    for (const chunk of toChunks(frames, perChunk)) {
      if (!response.write(chunk)) await new Promise((resolve) => response.once("drain", resolve));
      await macrotask();
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
