import { foldAll, type RunEvent } from "@runwire/core/protocol";
import { randomLog } from "@runwire/core/testing";
import { describe, expect, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { collect, framesAfter, replay, serve, serveLog, stream } from "./log-server.test.helper.ts";
import { sampleLog, snapshotFrame, stateOf } from "./sample-log.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));

const log = sampleLog({ deltas: 30 });
const text = log.flatMap((event) => (event.type === "text.delta" ? [event.delta] : [])).join("");

describe("iterating", () => {
  test("tells all events each time, and callbacks fire once", async () => {
    const server = await serve(serveLog(log));
    const heard: number[] = [];
    const run = createClient({ url: server.url }).run("a", "Hi", {
      on: { event: ({ seq }) => heard.push(seq) },
    });
    const both = await Promise.all([collect(run), collect(run)]);
    expect(both).toEqual([log, log]);
    expect(server.asked).toHaveLength(1);
    expect(await collect(run)).toEqual(log);
    expect(server.asked.map(({ method }) => method)).toEqual(["POST", "GET"]);
    expect(heard).toEqual(log.map(({ seq }) => seq));
  });

  test("in batches: as the events arrive together", async () => {
    const server = await serve(serveLog(log));
    const run = createClient({ url: server.url }).run("a", "Hi");
    const batches: (readonly RunEvent[])[] = [];
    for await (const batch of run.batches()) batches.push(batch);
    expect(batches.flat()).toEqual(log);
    expect(batches.length).toBeLessThan(log.length);
  });

  test("leaving the loop stops nothing", async () => {
    const server = await serve(serveLog(log));
    const run = createClient({ url: server.url }).run("a", "Hi");
    for await (const event of run) if (event.seq === 3) break;
    expect(await run.result).toBe(text);
  });

  test("can be left while nothing happens", async () => {
    const server = await serve((_, response) => {
      stream(response);
      response.write(framesAfter(log.slice(0, 2), 0));
    });
    const client = createClient({ url: server.url });
    const stop = new AbortController();
    const run = client.run("a", "Hi", { signal: stop.signal });
    for (const replays of [false, true]) {
      const events = run[Symbol.asyncIterator]();
      for (const event of log.slice(0, 2)) {
        expect(await events.next()).toEqual({ done: false, value: event });
      }
      const next = events.next();
      await events.return?.();
      expect(await next).toEqual({ done: true, value: undefined });
      if (replays) await server.asked[1]?.closed;
    }
    stop.abort();
    await server.asked[0]?.closed;
  });

  test("a reader that falls far behind catches up from the log, and nobody waits for it", async () => {
    const long = sampleLog({ deltas: 20_000 });
    const server = await serve(({ after }, response) => replay(long, after, response));
    const run = createClient({ url: server.url }).run("a", "Hi");
    const events: RunEvent[] = [];
    for await (const event of run) {
      if (event.seq === 1) await run.result;
      events.push(event);
    }
    expect(events).toEqual(long);
    expect(server.asked.length).toBeGreaterThan(1);
  });

  test("says so when the events it has not seen are gone", async () => {
    const server = await serve(({ method }, response) => {
      stream(response);
      if (method === "POST") return void response.end(framesAfter(log.slice(0, 5), 0));
      response.end(snapshotFrame(stateOf(log)));
    });
    const resets: number[] = [];
    const run = createClient({ url: server.url }).run("a", "Hi", {
      on: { reset: ({ seq }) => resets.push(seq) },
    });
    await expect(collect(run)).rejects.toMatchObject({ code: "gone" });
    expect(await run.result).toBe(text);
    await expect(collect(run)).rejects.toMatchObject({ code: "gone" });
    expect(resets).toEqual([log.length]);
  });
});

test.each([
  ["what comes again is told once", (seq: number, after: number) => seq > after - 3],
  [
    "what is missing is asked for",
    (seq: number, after: number) => seq > after && seq !== after + 9,
  ],
])("%s", async (_, isSent) => {
  const server = await serve(({ after }, response) =>
    replay(
      log.filter(({ seq }) => isSent(seq, after) && seq < after + 12),
      0,
      response,
    ),
  );
  const heard: RunEvent[] = [];
  const run = createClient({ url: server.url }).run("a", "Hi", {
    on: { event: (event) => heard.push(event) },
  });
  expect(await collect(run)).toEqual(log);
  expect(heard).toEqual(log);
  expect(await collect(run)).toEqual(log);
});

test("what a viewer folds is what the log folds to, wherever the connection is cut", async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const events = randomLog(seed, { unknown: true });
    const server = await serve(({ after, query }, response) => {
      stream(response);
      const from = query.has("snapshot") && after === 0 ? 1 + Math.floor(events.length / 3) : after;
      const snapshot = from === after ? "" : snapshotFrame(stateOf(events.slice(0, from)));
      const bytes = Buffer.from(snapshot + framesAfter(events, from));
      const kept = Math.floor(Math.random() * (bytes.length * 1.5)) + snapshot.length;
      response.write(bytes.subarray(0, kept), () => response.socket?.destroy());
    });
    const client = createClient({ url: server.url });
    const runs = [client.run("main", "Hi"), client.follow(events[0]?.type ?? "", { on: {} })];
    const told = await collect(runs[0] as AsyncIterable<RunEvent>);
    await Promise.allSettled(runs.map(({ result }) => result));
    expect(told).toEqual(events);
    for (const { state } of runs) expect(state).toEqual(foldAll(events));
  }
});
