import { afterEach, describe, expect, test, vi } from "vitest";
import { nextMacrotask } from "./macrotask.ts";
import { chunkBytes, type Piece, type WriterOptions, writeStream } from "./stream-writer.ts";

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function open(source: AsyncIterable<Piece | readonly Piece[]>, more: Partial<Options> = {}) {
  const errors: unknown[] = [];
  const closed = vi.fn();
  const body = writeStream(source, {
    encode: (item) => (isList(item) ? item : [item]),
    preamble: "",
    keepAlive: ".",
    keepAliveMs: 60_000,
    onError: (error) => errors.push(error),
    onClose: closed,
    ...more,
  });
  return { body, errors, closed };
}

function isList(item: Piece | readonly Piece[]): item is readonly Piece[] {
  return Array.isArray(item);
}

type Options = WriterOptions<Piece | readonly Piece[]>;

/** A source to feed by hand, which says whether it was asked, and whether it was let go. */
function manual() {
  const waiting: ((result: IteratorResult<Piece>) => void)[] = [];
  const returned = vi.fn();
  let asked = 0;
  const iterator: AsyncIterator<Piece> = {
    next: () => {
      asked++;
      return new Promise((resolve) => waiting.push(resolve));
    },
    return: async () => {
      returned();
      return { done: true, value: undefined };
    },
  };
  return {
    source: { [Symbol.asyncIterator]: () => iterator },
    give: (value: Piece) => waiting.shift()?.({ done: false, value }),
    end: () => waiting.shift()?.({ done: true, value: undefined }),
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
      expect(value.byteLength).toBeLessThanOrEqual(chunkBytes);
      text += decoder.decode(value, { stream: true });
    }
    expect(text).toBe(items.join(""));
  });

  test("shared bytes are enqueued as they are; beside others they are copied in order", async () => {
    const shared = encoder.encode("shared");
    const { source, give, end } = manual();
    const { body } = open(source);
    const reader = body.getReader();
    give(shared);
    expect((await reader.read()).value).toBe(shared);
    end();
    expect((await reader.read()).done).toBe(true);
    expect(await readAll(open(from(["a", shared, "b", shared])).body)).toBe("asharedbshared");
    expect(decoder.decode(shared)).toBe("shared");
  });

  test("a large shared piece after a small one is not copied", async () => {
    const large = encoder.encode("L".repeat(chunkBytes));
    const { body } = open(from<readonly Piece[]>([["small"], [large, large]]));
    const reader = body.getReader();
    expect(decoder.decode((await reader.read()).value)).toBe("small");
    expect((await reader.read()).value).toBe(large);
    expect((await reader.read()).value).toBe(large);
    expect((await reader.read()).done).toBe(true);
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
    const { body } = open(endless());
    let before = -1;
    for (let turn = 0; turn < 1000 && before !== given; turn++) {
      before = given;
      for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    }
    expect(before).toBe(given);
    expect(given).toBeLessThan(6 * chunkBytes);
    const reader = body.getReader();
    let read = 0;
    while (read < 20 * chunkBytes) read += (await reader.read()).value?.byteLength ?? 0;
    expect(given).toBeGreaterThanOrEqual(read);
    await reader.cancel();
  });

  test("it gets no keep-alive comments either", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { body } = open(from([encoder.encode("x".repeat(10 * chunkBytes))]), { keepAliveMs: 1 });
    for (let hop = 0; hop < 5; hop++) await nextMacrotask();
    vi.advanceTimersByTime(1000);
    expect(await readAll(body)).toBe("x".repeat(10 * chunkBytes));
  });
});

describe("keep-alive", () => {
  test("is sent while nothing happens, and stops with the stream", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const { source, give, end } = manual();
    const { body } = open(source, { keepAliveMs: 8_000 });
    const reader = body.getReader();
    vi.advanceTimersByTime(8_000);
    expect(decoder.decode((await reader.read()).value)).toBe(".");
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
      vi.advanceTimersByTime(1_000);
      give("a");
      expect(decoder.decode((await reader.read()).value)).toBe("a");
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
    const { source, returned, asked } = manual();
    const { body, closed, errors } = open(source);
    await body.cancel();
    expect(returned).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(asked()).toBe(1);
    expect(errors).toEqual([]);
  });

  test("what the source throws on being let go is told, however it throws", async () => {
    const fault = new Error("cannot return");
    const thrower = (): never => {
      throw fault;
    };
    for (const fails of [() => Promise.reject(fault), thrower]) {
      const source: AsyncIterable<Piece> = {
        [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: fails }),
      };
      const { body, errors } = open(source);
      await body.cancel();
      await nextMacrotask();
      expect(errors).toEqual([fault]);
    }
  });

  test("one that fails after it was let go is nobody's business", async () => {
    let fail = (_: Error) => {};
    const source: AsyncIterable<Piece> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((_, reject) => {
            fail = reject;
          }),
      }),
    };
    const { body, errors } = open(source);
    await body.cancel();
    fail(new Error("aborted"));
    await nextMacrotask();
    expect(errors).toEqual([]);
  });

  test("the signal ends the stream and lets the source go, also while the viewer does not read", async () => {
    const controller = new AbortController();
    const { source, give, returned } = manual();
    const { body, closed } = open(source, { signal: controller.signal });
    give("a");
    await nextMacrotask();
    controller.abort();
    expect(returned).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
    expect(await readAll(body)).toBe("a");
  });

  test("the signal breaks a stream that must not end in the middle", async () => {
    const controller = new AbortController();
    const { source, returned } = manual();
    const { body } = open(source, { signal: controller.signal, onAbort: "break" });
    controller.abort(new Error("secret"));
    await expect(readAll(body)).rejects.toThrow("The stream broke.");
    expect(returned).toHaveBeenCalledTimes(1);
  });

  test("a signal that has fired before opens nothing", async () => {
    const { source, asked } = manual();
    const { body, closed } = open(source, { signal: AbortSignal.abort() });
    expect(await readAll(body)).toBe("");
    expect(asked()).toBe(0);
    expect(closed).toHaveBeenCalledTimes(1);
  });
});
