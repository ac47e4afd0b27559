import { createClient } from "@runwire/client";
import {
  agent,
  createRuntime,
  type EventLog,
  encodeEvent,
  type ModelEvent,
  memoryLog,
} from "@runwire/core";
import { createDraft, foldAll, type RunEvent } from "@runwire/core/protocol";
import { createHandler } from "@runwire/server";
import { afterEach, expect, test, vi } from "vitest";

// How often the expensive things are done. Counts, not times: they are the same on every machine.

const at = 1;
const opening: readonly RunEvent[] = [
  { seq: 1, type: "run.started", protocol: 1, run: "r", thread: "t", agent: "a", messages: [], at },
  { seq: 2, type: "step.started", step: 1, message: "r.2", agent: "a", model: "m", at },
  { seq: 3, type: "text.started", id: "p3", at },
];
const deltas = (from: number, count: number): RunEvent[] =>
  Array.from({ length: count }, (_, index) => {
    return { seq: opening.length + from + index + 1, type: "text.delta", id: "p3", delta: "word" };
  });
const macrotask = () => new Promise<void>((resolve) => setImmediate(resolve));

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** An open run whose log is written here, and how often the log was asked. */
async function openRun() {
  const inner = memoryLog();
  const read = vi.fn(inner.read);
  const log: EventLog = { ...inner, read };
  const created = await log.create({
    run: "r",
    thread: "t",
    agent: "a",
    digest: "d",
    events: opening,
    busy: "queue",
    owner: { worker: "w", leaseMs: 600_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  const { epoch } = created.lease;
  const runtime = createRuntime({ agents: [], log, recover: false });
  let written = 0;
  const append = async (count: number) => {
    const events = deltas(written, count);
    await log.append("r", { epoch, after: opening.length + written, events });
    written += count;
  };
  return { runtime, read, append };
}

test("a thousand deltas of a model are about sixteen appends", async () => {
  const inner = memoryLog();
  const append = vi.fn(inner.append);
  const model = {
    id: "m",
    async *stream(): AsyncGenerator<ModelEvent> {
      yield { type: "text.started", id: "t" };
      for (let n = 0; n < 1_000; n++) yield { type: "text.delta", id: "t", delta: "word" };
      yield { type: "text.completed", id: "t" };
      yield { type: "finish", finishReason: "stop", usage: { inputTokens: 0, outputTokens: 0 } };
    },
  };
  const log: EventLog = { ...inner, append };
  const text = await agent({ name: "a", model }).run("x", { log }).result;
  expect(text).toBe("word".repeat(1_000));
  // 64 events each; the step's begin, its end and the run's end may be alone.
  expect(append.mock.calls.length).toBeLessThanOrEqual(1_000 / 64 + 6);
});

test("a portion is read from the log once, however many viewers follow the run", async () => {
  const readsOf = async (viewers: number): Promise<number> => {
    const { runtime, read, append } = await openRun();
    const done = Array.from({ length: viewers }, async () => {
      for await (const item of runtime.tail("r")) {
        if (item.type !== "events") continue;
        const { first, count } = item.segment;
        if (first + count - 1 === opening.length + 200) return;
      }
    });
    for (let turn = 0; turn < 20; turn++) {
      await macrotask();
      await append(10);
    }
    await Promise.all(done);
    await runtime.close();
    return read.mock.calls.length;
  };
  expect(await readsOf(50)).toBe(await readsOf(1));
});

test("what is appended in one macrotask leaves in one write", async () => {
  const { runtime, append } = await openRun();
  const handler = createHandler({ runtime });
  const response = await handler(new Request("http://x/runs/r/events"));
  const reader = response.body!.getReader();
  let chunks = 0;
  let text = "";
  const reading = (async () => {
    const decoder = new TextDecoder();
    while (!text.includes(`"seq":${opening.length + 1_000},`)) {
      const { value } = await reader.read();
      text += decoder.decode(value, { stream: true });
      chunks++;
    }
  })();
  for (let turn = 0; turn < 10; turn++) {
    await macrotask();
    for (let n = 0; n < 10; n++) await append(10);
  }
  await reading;
  // The preamble, the opening, and each turn's hundred deltas; a turn may meet the end of the one before.
  expect(chunks).toBeLessThanOrEqual(2 + 2 * 10);
  await reader.cancel();
  await runtime.close();
});

test("a thousand deltas between two frames are one notification", async () => {
  const frames: (() => void)[] = [];
  vi.stubGlobal("document", { visibilityState: "visible" });
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame));
  vi.stubGlobal("cancelAnimationFrame", () => {});
  const encoder = new TextEncoder();
  let write = (_text: string) => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      write = (text) => controller.enqueue(encoder.encode(text));
    },
  });
  const headers = { "content-type": "text/event-stream" };
  const fetch = async () =>
    new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, { headers });
  const initial = { thread: "t", runs: [], chain: [] };
  const thread = createClient({ url: "http://x", fetch }).thread({ agent: "a", initial });
  const listener = vi.fn();
  const stop = thread.subscribe(listener);
  const frameOf = (event: RunEvent) => `id: r/${event.seq}\ndata: ${encodeEvent(event)}\n\n`;
  write('data: {"type":"run","run":"r"}\n\n');
  for (const event of opening) write(frameOf(event));
  await vi.waitUntil(() => frames.length > 0);
  for (const event of deltas(0, 1_000)) write(frameOf(event));
  for (let n = 0; n < 100; n++) await macrotask();
  listener.mockClear();
  expect(frames).toHaveLength(1);
  frames[0]?.();
  expect(listener).toHaveBeenCalledTimes(1);
  expect(thread.state.messages.at(-1)?.parts).toMatchObject([
    { type: "text", id: "p3", text: "word".repeat(1_000), open: true },
  ]);
  stop();
});

test("a thousand deltas between two snapshots copy two arrays, however long the history is", () => {
  const before = foldAll(opening);
  if (before === undefined) throw new Error("run.started is there.");
  const history = Array.from({ length: 500 }, (_, index) => {
    return { id: `m${index}`, role: "user" as const, parts: [] };
  });
  const draft = createDraft({ ...before, messages: [...history, ...before.messages] });
  draft.applyAll(deltas(0, 10));
  const first = draft.snapshot();
  const slice = vi.spyOn(Array.prototype, "slice");
  draft.applyAll(deltas(10, 1_000));
  const second = draft.snapshot();
  const copies = slice.mock.calls.length;
  slice.mockRestore();
  // The list of messages, and the live message's list of parts.
  expect(copies).toBe(2);
  expect(second.messages.slice(0, 500)).toEqual(first.messages.slice(0, 500));
  expect(second.messages[499]).toBe(first.messages[499]);
  expect(second.messages[500]).not.toBe(first.messages[500]);
});
