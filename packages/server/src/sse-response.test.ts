import { createParser, type EventSourceMessage } from "eventsource-parser";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { nextMacrotask } from "./macrotask.ts";
import { sseResponse } from "./sse-response.ts";

async function* from<T>(...items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function read(response: Response): Promise<readonly EventSourceMessage[]> {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(await response.text());
  return events;
}

test("strings are data as they are, everything else is JSON", async () => {
  const response = sseResponse(from<unknown>("a\nb", { c: 1 }, null, 7, "", ["x\ny"]));
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "text/event-stream",
    "cache-control": "no-cache, no-transform",
    "x-accel-buffering": "no",
    "x-content-type-options": "nosniff",
  });
  expect((await read(response)).map(({ data }) => data)).toEqual([
    "a\nb",
    '{"c":1}',
    "null",
    "7",
    "",
    '["x\\ny"]',
  ]);
});

test("frame names, numbers and leaves out", async () => {
  const response = sseResponse(from(1, 2, 3), {
    frame: (n) => (n === 2 ? undefined : { event: "tick", id: `${n}`, data: `${n * 10}` }),
  });
  expect(await read(response)).toEqual([
    { event: "tick", id: "1", data: "10" },
    { event: "tick", id: "3", data: "30" },
  ]);
});

test("status and headers may be given, and win", async () => {
  const response = sseResponse(from(1), {
    status: 202,
    headers: { "X-Own": "1", "Cache-Control": "no-store" },
  });
  expect(response.status).toBe(202);
  expect(response.headers.get("x-own")).toBe("1");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  await response.body?.cancel();
});

test("retryMs is the shortest delay", async () => {
  const text = await sseResponse(from<string>(), { retryMs: 50_000 }).text();
  expect(Number(/^retry: (\d+)\n/.exec(text)?.[1])).toBeGreaterThanOrEqual(50_000);
});

test("comments keep a silent stream alive", async () => {
  let release = () => {};
  async function* silent() {
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    yield "late";
  }
  const response = sseResponse(silent(), { keepAliveMs: 1 });
  const reader = response.body!.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (!text.endsWith("\n\n: \n\n")) text += decoder.decode((await reader.read()).value);
  release();
  while (!text.includes("late")) text += decoder.decode((await reader.read()).value);
  await reader.cancel();
});

describe("a broken source", () => {
  test("breaks the stream, after what it gave", async () => {
    const fault = new Error("secret");
    const errors: unknown[] = [];
    async function* breaking() {
      yield "one";
      throw fault;
    }
    const response = sseResponse(breaking(), { onError: (error) => errors.push(error) });
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = "";
    const end: unknown = await (async () => {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return "a clean end";
        text += decoder.decode(value);
      }
    })().catch((error: unknown) => error);
    expect(text).toContain("data: one\n\n");
    expect(end).toBeInstanceOf(Error);
    expect(String(end)).not.toContain("secret");
    expect(errors).toEqual([fault]);
  });

  test.each([
    ["a value without JSON", undefined, undefined],
    ["an id with a line break", "x", () => ({ data: "x", id: "1\ndata: forged" })],
    ["a name with a line break", "x", () => ({ data: "x", event: "a\rb" })],
    ["an id with NUL", "x", () => ({ data: "x", id: "\0" })],
  ])("so does %s", async (_, value, frame) => {
    const errors: unknown[] = [];
    const response = sseResponse(from(value), {
      onError: (error) => errors.push(error),
      ...(frame !== undefined && { frame }),
    });
    await expect(response.text()).rejects.toThrow("The stream broke.");
    expect(errors).toEqual([expect.any(TypeError)]);
  });
});

test("an onError that throws harms neither the stream nor the process", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  onTestFinished(() => log.mockRestore());
  async function* breaking() {
    yield "one";
    throw new Error("secret");
  }
  const fault = new Error("cannot tell");
  const response = sseResponse(breaking(), {
    onError: () => {
      throw fault;
    },
  });
  await expect(response.text()).rejects.toThrow("The stream broke.");
  expect(log).toHaveBeenCalledWith(fault);
});

test("an interval that cannot work is refused", () => {
  expect(() => sseResponse(from(1), { keepAliveMs: 0 })).toThrow(TypeError);
});

test("a viewer that leaves returns the source", async () => {
  let returned = false;
  async function* endless() {
    try {
      for (;;) yield "x".repeat(1000);
    } finally {
      returned = true;
    }
  }
  const response = sseResponse(endless());
  const reader = response.body!.getReader();
  await reader.read();
  await reader.cancel();
  await nextMacrotask();
  expect(returned).toBe(true);
});
