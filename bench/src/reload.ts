import { gzipSync } from "node:zlib";
import { compacted, createRuntime, type EventLog, memoryLog } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { createHandler } from "@runwire/server";
import { aiSdkReload, runwire, type Task } from "./client/clients.ts";
import { text } from "./client/script.ts";
import { aiSdkFrames, runwireEvents, runwireFrames, thread } from "./client/wires.ts";
import { check, interleave } from "./measure.ts";
import { costTable, format, type Section } from "./table.ts";

const deltas = 50_000;
const said = text(deltas);
const task: Task = { said, perChunk: 16 };

/** What a page costs that is opened again after a long answer has ended. */
export async function reload(): Promise<Section> {
  const log = await filled(runwireEvents(said));
  const snapshot = await firstFrames(log);
  const wires: readonly (readonly [string, readonly string[]])[] = [
    ["runwire, snapshot", snapshot],
    ["runwire, all events", runwireFrames(said)],
    ["runwire, all events of the compacted run", runwireFrames(said, undefined, compacted)],
    ["ai Chat, all chunks", aiSdkFrames(said)],
  ];
  const [first, ...others] = wires.map(([name, frames]) => {
    const wire = frames.join("");
    return { name, bytes: Buffer.byteLength(wire), zipped: gzipSync(wire).length };
  });
  const least = first ?? { name: "", bytes: 0, zipped: 0 };
  const outcomes = await interleave(
    wires.map(([name, frames]) =>
      // Each ends with the same text, or does not count.
      name.startsWith("ai") ? aiSdkReload(task, name) : runwire(task, name, frames),
    ),
    7,
  );
  const inMs = outcomes.map(({ median, low, high, ...rest }) => {
    const [a, b, c] = [median, low, high].map((micros) => (micros * deltas) / 1_000);
    return { ...rest, median: a ?? 0, low: b ?? 0, high: c ?? 0 };
  });
  return {
    title: "Reload of an ended run",
    note: `A thread with one run that has ended, of ${format(deltas)} deltas. The snapshot is what our handler sends to a page that opens the thread; the others begin at the first event, 16 per chunk. Clients are those of the comparison of text, and must end with the same.`,
    tables: [
      {
        caption: "Bytes over the wire",
        head: ["", `× ${least.name}`, "KB", "KB gzip"],
        rows: [least, ...others].map(({ name, bytes, zipped }) => [
          name,
          format(bytes / least.bytes),
          format(bytes / 1_024),
          format(zipped / 1_024),
        ]),
      },
      costTable("CPU time of the client's main thread", "ms", inMs),
    ],
  };
}

/** A log that holds the run, ended. */
async function filled(events: readonly RunEvent[]): Promise<EventLog> {
  const log = memoryLog();
  const [first] = events;
  check(first?.type === "run.started", "a run begins with its start");
  const { run } = first;
  const created = await log.create({
    run,
    thread,
    agent: "assistant",
    digest: run,
    events: [first],
    busy: "queue",
    owner: { worker: "bench", leaseMs: 600_000 },
  });
  check(created.status === "ok" && created.lease !== undefined, created.status);
  const { epoch } = created.lease;
  for (let after = 1; after < events.length; after += 256) {
    const some = events.slice(after, after + 256);
    const end = after + some.length === events.length ? ({ end: "close" } as const) : {};
    const answer = await log.append(run, { epoch, after, events: some, ...end });
    check(answer.status === "ok", answer.status);
  }
  return log;
}

/** What the handler sends at once to who opens the thread. */
async function firstFrames(log: EventLog): Promise<readonly string[]> {
  const runtime = createRuntime({ agents: [], log, recover: false });
  const handler = createHandler({ runtime });
  const url = `http://bench.invalid/threads/${thread}/events`;
  const response = await handler(new Request(url, { headers: { accept: "text/event-stream" } }));
  check(response.ok && response.body !== null, `${response.status}`);
  const frames: string[] = [];
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    frames.push(chunk);
    if (frames.join("").includes('"type":"snapshot"') && chunk.endsWith("\n\n")) break;
  }
  await handler.close();
  await runtime.close();
  return frames;
}
