import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { segmentEvents } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { expect, test } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { append, completed, deltas, owned, seqsOf } from "./runs.test.helper.ts";

const { path, open } = useLogs();

function rowsOf(at: string): number {
  const file = new DatabaseSync(at);
  const rows = Number(file.prepare("SELECT count(*) AS rows FROM segments").get()?.rows);
  file.close();
  return rows;
}

test("small appends share a row, and a run of thousands is read in few portions", async () => {
  const at = path();
  const log = open({ path: at });
  const lease = await owned(log, "r");
  const count = 5_000;
  for (let tail = 1; tail <= count; tail += 500) {
    const turn = Array.from({ length: 500 }, (_, i) => append(log, lease, tail + i, 1));
    await Promise.all(turn);
  }
  expect(rowsOf(at)).toBeLessThan(count / 20);
  const texts: RunEvent[] = [];
  let reads = 0;
  while (texts.length <= count) {
    const read = await log.read("r", { seq: texts.length }, 1_000);
    if (read.status !== "events") throw new Error(read.status);
    expect(read.segment.count).toBeLessThanOrEqual(1_000);
    texts.push(...segmentEvents(read.segment));
    reads++;
  }
  expect(texts.slice(1)).toEqual(deltas(1, count));
  expect(reads).toBeLessThan(10);
  // From any place in a row.
  for (let seq = 4_000; seq < 4_100; seq++) {
    const read = await log.read("r", { seq, epoch: lease.epoch }, 7);
    if (read.status !== "events") throw new Error(read.status);
    const { first, count } = read.segment;
    expect([first, count]).toEqual([seq + 1, 7]);
  }
});

test("a reader holds little, however long the run is and whatever it asks for", async () => {
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  const { epoch } = lease;
  const long = "x".repeat(100_000);
  for (let after = 1; after < 201; after += 5) {
    await log.append("r", { epoch, after, events: deltas(after, 5, long) });
  }
  let seen = 0;
  for (let seq = 0; seq < 201; ) {
    const read = await log.read("r", { seq }, 1_000_000);
    if (read.status !== "events") throw new Error(read.status);
    // No more than 256 Ki characters and the row that made it so many.
    expect(read.segment.frames.length).toBeLessThan(800_000);
    seq += read.segment.count;
    seen += read.segment.frames.length;
  }
  expect(seen).toBeGreaterThan(200 * long.length);
});

test("rows are not shared over a change of the epoch", async () => {
  const log = open({ path: path() });
  const first = await owned(log, "r");
  await append(log, first, 1, 1);
  const [second] = await log.claim({
    run: "r",
    worker: "w2",
    leaseMs: 1_000,
    max: 1,
    agents: ["a"],
    steal: true,
  });
  if (second === undefined) throw new Error("not claimed");
  await append(log, second, 2, 1);
  expect(await seqsOf(log, "r")).toEqual([1, 2, 3]);
  const read = await log.read("r", { seq: 0 }, 10);
  expect(read).toMatchObject({ segment: { count: 2, epoch: first.epoch } });
});

test("nothing of what was deleted or compacted away is in the file", async () => {
  const at = path();
  const log = open({ path: at });
  const secret = "the-very-secret-word";
  for (const run of ["one", "two"]) {
    const lease = await owned(log, run, `thread of ${run}`);
    const { epoch } = lease;
    await log.append(run, { epoch, after: 1, events: deltas(1, 300, secret) });
    await log.send(run, { type: "cancel", id: "c", reason: secret });
    const events = [completed(302)];
    await log.append(run, { epoch, after: 301, events, consume: 1, end: "close" });
  }
  const lease = await owned(log, "three");
  const { epoch } = lease;
  await log.append("three", { epoch, after: 1, events: deltas(1, 300, secret) });
  await log.append("three", { epoch, after: 301, events: [completed(302)], end: "close" });
  await log.delete({ run: "one" });
  await log.delete({ thread: "thread of two" });
  const [start] = await (async () => {
    const read = await log.read("three", { seq: 0 }, 1);
    return read.status === "events" ? segmentEvents(read.segment) : [];
  })();
  if (start === undefined) throw new Error("no first event");
  expect(await log.compact("three", [start, completed(2)])).toBe("ok");
  expect(await seqsOf(log, "three")).toEqual([1, 2]);
  await log.close();

  const file = new DatabaseSync(at);
  const counts = Object.fromEntries(
    ["threads", "runs", "segments", "commands", "gone", "processes"].map((table) => [
      table,
      file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows,
    ]),
  );
  expect(counts).toEqual({
    threads: 2,
    runs: 1,
    segments: 1,
    commands: 0,
    gone: 3,
    processes: 0,
  });
  expect(file.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  file.close();
  expect(readFileSync(at).includes(secret)).toBe(false);
});
