import { afterEach, describe, expect, test, vi } from "vitest";
import { nextMacrotask } from "./macrotask.ts";
import { OpenStreams } from "./open-streams.ts";
import { Stream, type StreamOptions } from "./stream.ts";
import { queueBytes } from "./stream-body.ts";
import { chunkUnits, tellIterable } from "./tell-iterable.ts";
import { takeBody, toWeb } from "./web-body.ts";

const decoder = new TextDecoder();

interface More extends Partial<StreamOptions<string>> {
  readonly keepAliveMs?: number;
  readonly signal?: AbortSignal;
}

/** The source's text as a web stream. */
function open(source: AsyncIterable<string>, { keepAliveMs = 60_000, signal, ...more }: More = {}) {
  const errors: unknown[] = [];
  const closed = vi.fn();
  const streams = new OpenStreams(keepAliveMs);
  const onError = (error: unknown): void => void errors.push(error);
  const stream: StreamOptions<string> = {
    tell: (viewer) => tellIterable(source, (text) => text, viewer, onError),
    encode: (text) => text,
    preamble: "",
    keepAlive: ".",
    onError,
    onClose: closed,
    ...more,
  };
  return { body: toWeb(new Stream(stream, streams), signal), errors, closed, streams };
}

/** A source to feed by hand, which says whether it was asked, and whether it was let go. */
function manual() {
  const waiting: ((result: IteratorResult<string>) => void)[] = [];
  const given: IteratorResult<string>[] = [];
  const returned = vi.fn();
  let asked = 0;
  const add = (result: IteratorResult<string>): void => {
    const next = waiting.shift();
    if (next === undefined) given.push(result);
    else next(result);
  };
  const iterator: AsyncIterator<string> = {
    next: () => {
      asked++;
      const result = given.shift();
      return new Promise((resolve) => {
        if (result === undefined) waiting.push(resolve);
        else resolve(result);
      });
    },
    return: async () => {
      returned();
      return { done: true, value: undefined };
    },
  };
  return {
    source: { [Symbol.asyncIterator]: () => iterator },
    give: (value: string) => add({ done: false, value }),
    end: () => add({ done: true, value: undefined }),
    returned,
    asked: () => asked,
  };
}

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function readAll(body: ReadableStream<Uint8Array>): Promise<string> {
  return await new Response(body).text();
}

afterEach(() => {
  vi.useRealTimers();
});

describe("chunks", () => {
  test("the preamble is there before the source gave anything", async () => {
    const { source } = manual();
    const { body } = open(source, { preamble: "hello" });
    const reader = body.getReader();
    expect(decoder.decode((await reader.read()).value)).toBe("hello");
    await reader.cancel();
  });

  test("what comes in one macrotask leaves as one chunk", async () => {
    const { body } = open(from(["a", "b", "c"]));
    const reader = body.getReader();
    expect(decoder.decode((await reader.read()).value)).toBe("abc");
    expect((await reader.read()).done).toBe(true);
  });

  test("what comes later leaves later", async () => {
    const { source, give, end } = manual();
    const { body } = open(source);
    const reader = body.getReader();
    give("a");
    expect(decoder.decode((await reader.read()).value)).toBe("a");
    give("b");
    expect(decoder.decode((await reader.read()).value)).toBe("b");
    end();
    expect((await reader.read()).done).toBe(true);
  });

  test("chunks stay near the limit, and no byte is lost, doubled or moved", async () => {
    const items = Array.from({ length: 5_000 }, (_, n) => `${n} ${"x".repeat(n % 300)}\n`);
    const { body } = open(from(items));
    const reader = body.getReader();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      expect(value.byteLength).toBeLessThanOrEqual(chunkUnits);
      text += decoder.decode(value, { stream: true });
    }
    expect(text).toBe(items.join(""));
  });

  test("a source that never waits leaves room for timers", async () => {
    let turns = 0;
    const ticker = setInterval(() => turns++, 0);
    const items = Array.from({ length: 2_000 }, () => "x".repeat(1024));
    await readAll(open(from(items)).body);
    clearInterval(ticker);
    expect(turns).toBeGreaterThan(1);
  });
});

describe("backpressure", () => {
  test("a viewer that never reads is not fed: its source stands still after a bounded amount", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        given += 1024;
        yield "x".repeat(1024);
      }
    }
    const reader = open(endless()).body.getReader();
    await reader.read();
    let before = -1;
    for (let turn = 0; turn < 1000 && before !== given; turn++) {
      before = given;
      for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    }
    expect(before).toBe(given);
    expect(given).toBeLessThan(queueBytes + 3 * chunkUnits);
    let read = 0;
    while (read < 20 * chunkUnits) read += (await reader.read()).value?.byteLength ?? 0;
    expect(given).toBeGreaterThanOrEqual(read);
    await reader.cancel();
  });

  test("it gets no keep-alive comments either", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const item = "x".repeat(10 * chunkUnits);
    const { body } = open(from([item, item]), { keepAliveMs: 1 });
    const reader = body.getReader();
    const first = await reader.read();
    for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    vi.advanceTimersByTime(1000);
    let text = decoder.decode(first.value);
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value);
    }
    expect(text).toBe(item + item);
  });

  test("is told of from the moment it was answered, not from when it reads, by a bounded amount", async () => {
    const { source, give, end, asked } = manual();
    const { body } = open(source);
    await nextMacrotask();
    expect(asked()).toBe(1);
    const item = "x".repeat(queueBytes);
    give(item);
    give("y");
    end();
    for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    expect(asked()).toBeLessThanOrEqual(2);
    expect(await readAll(body)).toBe(`${item}y`);
  });
});

describe("keep-alive", () => {
  test("is sent while nothing happens, and stops with the stream", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { source, give, end } = manual();
    const { body } = open(source, { keepAliveMs: 8_000 });
    const reader = body.getReader();
    const first = reader.read();
    await nextMacrotask();
    vi.advanceTimersByTime(8_000);
    expect(decoder.decode((await first).value)).toBe(".");
    give("a");
    expect(decoder.decode((await reader.read()).value)).toBe("a");
    expect(vi.getTimerCount()).toBe(1);
    end();
    expect((await reader.read()).done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("an interval beyond what timers can hold is none, not the shortest", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    for (const keepAliveMs of [Number.POSITIVE_INFINITY, 2 ** 32]) {
      const { source, give } = manual();
      const reader = open(source, { keepAliveMs }).body.getReader();
      const first = reader.read();
      await nextMacrotask();
      vi.advanceTimersByTime(1_000);
      give("a");
      expect(decoder.decode((await first).value)).toBe("a");
      await reader.cancel();
    }
  });
});

describe("the end", () => {
  test("a source that throws breaks the stream, after what it gave before", async () => {
    async function* breaking() {
      yield "a";
      yield "b";
      throw new Error("secret");
    }
    const { body, errors, closed } = open(breaking());
    const reader = body.getReader();
    expect(decoder.decode((await reader.read()).value)).toBe("ab");
    const error = await reader.read().catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain("secret");
    expect(errors).toEqual([new Error("secret")]);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  test("so does an encoder that throws, and lets the source go", async () => {
    const { source, give, returned } = manual();
    const fault = new Error("no JSON");
    const { body, errors } = open(source, {
      encode: () => {
        throw fault;
      },
    });
    give("a");
    await expect(body.getReader().read()).rejects.toThrow("The stream broke.");
    expect(returned).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([fault]);
  });

  test("a cancelled stream lets its source go, once", async () => {
    const { source, give, returned, asked } = manual();
    const { body, closed, errors } = open(source);
    const reader = body.getReader();
    give("a");
    await reader.read();
    await reader.cancel();
    expect(returned).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(asked()).toBe(2);
    expect(errors).toEqual([]);
  });

  test("what the source throws on being let go is told, however it throws", async () => {
    const fault = new Error("cannot return");
    const thrower = (): never => {
      throw fault;
    };
    for (const fails of [() => Promise.reject(fault), thrower]) {
      const source: AsyncIterable<string> = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: fails }),
      };
      const { body, errors } = open(source, { preamble: "hello" });
      const reader = body.getReader();
      await reader.read();
      await reader.cancel();
      await nextMacrotask();
      expect(errors).toEqual([fault]);
    }
  });

  test("one that fails after it was let go is nobody's business", async () => {
    let fail = (_: Error) => {};
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
      }),
    };
    const { body, errors } = open(source, { preamble: "hello" });
    const reader = body.getReader();
    await reader.read();
    await reader.cancel();
    fail(new Error("aborted"));
    await nextMacrotask();
    expect(errors).toEqual([]);
  });

  test("the signal of the request ends the stream and lets the source go", async () => {
    const controller = new AbortController();
    const { source, give, returned } = manual();
    const { body, closed } = open(source, { signal: controller.signal });
    const reader = body.getReader();
    give("a");
    expect(decoder.decode((await reader.read()).value)).toBe("a");
    controller.abort();
    expect(returned).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
    expect((await reader.read()).done).toBe(true);
  });

  test("a signal that has fired before lets go at once", async () => {
    const { source, asked } = manual();
    const { body, closed } = open(source, { signal: AbortSignal.abort() });
    expect(await readAll(body)).toBe("");
    expect(asked()).toBeLessThanOrEqual(1);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  test("when all streams are let go, the viewer gets what was written, and a clean end", async () => {
    const { source, give, returned } = manual();
    const { body, closed, streams } = open(source);
    const reader = body.getReader();
    give("a");
    const first = await reader.read();
    streams.abort();
    expect(decoder.decode(first.value)).toBe("a");
    expect((await reader.read()).done).toBe(true);
    expect(returned).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  test("or a break, where an end in the middle would look like a whole answer", async () => {
    const { source, returned } = manual();
    const { body, streams } = open(source, { preamble: "{", onAbort: "break" });
    const reader = body.getReader();
    await reader.read();
    streams.abort();
    await expect(reader.read()).rejects.toThrow("The stream broke.");
    expect(returned).toHaveBeenCalledTimes(1);
  });
});

describe("what is opened when it cannot be", () => {
  test("after all streams were let go, a stream ends at once and lets its source go", async () => {
    const { source, returned } = manual();
    const streams = new OpenStreams(60_000);
    streams.abort();
    const closed = vi.fn();
    const stream = new Stream<string>(
      {
        tell: (viewer) =>
          tellIterable(
            source,
            (text) => text,
            viewer,
            () => {},
          ),
        encode: (text) => text,
        preamble: "hello",
        keepAlive: ".",
        onError: () => {},
        onClose: closed,
      },
      streams,
    );
    expect(await readAll(toWeb(stream))).toBe("hello");
    expect(closed).toHaveBeenCalledTimes(1);
    expect(returned).toHaveBeenCalledTimes(1);
  });

  test("a source that cannot be iterated leaves no timer behind", () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => {
        throw new TypeError("locked");
      },
    };
    expect(() => open(source)).toThrow("locked");
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a host with a sink of its own", () => {
  test("takes a body that nobody has read, once", () => {
    const { body } = open(manual().source);
    expect(takeBody(body)).toBeDefined();
    expect(takeBody(body)).toBeUndefined();
    expect(takeBody(new ReadableStream())).toBeUndefined();
  });

  test("takes none that is read already", async () => {
    const { body } = open(manual().source, { preamble: "hello" });
    const reader = body.getReader();
    expect(takeBody(body)).toBeUndefined();
    await reader.read();
    reader.releaseLock();
    expect(takeBody(body)).toBeUndefined();
    await body.cancel();
  });

  test("takes none whose request was given up before: its stream has ended", async () => {
    const controller = new AbortController();
    const { body } = open(manual().source, { preamble: "hello", signal: controller.signal });
    controller.abort();
    expect(takeBody(body)).toBeUndefined();
    expect(await body.getReader().read()).toEqual({ done: true, value: undefined });
  });

  test("is not told of the request's signal afterwards", async () => {
    const controller = new AbortController();
    const { source } = manual();
    const { body, closed } = open(source, { signal: controller.signal });
    takeBody(body);
    controller.abort();
    expect(closed).not.toHaveBeenCalled();
  });
});
