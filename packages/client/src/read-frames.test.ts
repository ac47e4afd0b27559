import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Received, readFrames } from "./read-frames.ts";
import {
  epoch,
  frameOf,
  idOf,
  sampleLog,
  snapshotFrame,
  stateOf,
} from "./sample-log.test.helper.ts";

const log = sampleLog();
const stream = `\uFEFFretry: 1500\n: \n\n${log.map((event) => frameOf(event)).join("")}`;
const expected = log.map((event) => ({ id: idOf(event), frame: event }));

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function read(chunks: readonly Uint8Array[], signal = new AbortController().signal) {
  const received: Received[] = [];
  const retries: number[] = [];
  let alive = 0;
  const sink = {
    alive: () => void alive++,
    retry: (ms: number) => void retries.push(ms),
    frames(batch: readonly Received[]) {
      expect(batch.length).toBeGreaterThan(0);
      received.push(...batch);
      return true;
    },
  };
  const error = await readFrames(bodyOf(chunks), sink, signal).catch((error: unknown) => error);
  return { received, retries, alive, error };
}

const bytes = (text: string) => new TextEncoder().encode(text);

function split(all: Uint8Array, at: readonly number[]): Uint8Array[] {
  const cuts = [0, ...at, all.length];
  return cuts.slice(1).map((end, index) => all.slice(cuts[index], end));
}

describe("what is framed differently reads the same", () => {
  const forms = {
    LF: stream,
    CRLF: stream.replaceAll("\n", "\r\n"),
    CR: stream.replaceAll("\n", "\r"),
  };

  test.each(Object.entries(forms))("%s, cut at every byte", async (_, text) => {
    const all = bytes(text);
    for (let cut = 0; cut <= all.length; cut++) {
      const { received, retries, error } = await read(split(all, [cut]));
      expect(error).toBeUndefined();
      expect(retries).toEqual([1500]);
      expect(received).toEqual(expected);
    }
  });

  test("one byte at a time", async () => {
    for (const text of Object.values(forms)) {
      const { received, alive } = await read(
        Array.from(bytes(text), (byte) => Uint8Array.of(byte)),
      );
      expect(received).toEqual(expected);
      expect(alive).toBe(bytes(text).length);
    }
  });

  test("any cuts", async () => {
    const all = bytes(forms.CRLF);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(all.length), { maxLength: 30 }), async (cuts) => {
        const { received } = await read(
          split(
            all,
            cuts.sort((a, b) => a - b),
          ),
        );
        expect(received).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("data over several lines", async () => {
    const { received } = await read([bytes('id: 1.5\ndata: {"seq":1,\ndata:"type":"x"}\n\n')]);
    expect(received).toEqual([{ id: "1.5", frame: { seq: 1, type: "x" } }]);
  });
});

describe("frames", () => {
  test("a snapshot, an announcement, and an event of a type from the future", async () => {
    const state = stateOf(log);
    const { received } = await read([
      bytes(`data: {"type":"run","run":"run_sample"}\n\n${snapshotFrame(state)}`),
      bytes('id: 99\ndata: {"seq":99,"type":"new.thing","at":1,"more":[1]}\n\n'),
    ]);
    expect(received).toEqual([
      { id: undefined, frame: { type: "run", run: "run_sample" } },
      {
        id: `${state.seq}.${epoch}`,
        frame: { type: "snapshot", seq: state.seq, protocol: 1, state },
      },
      { id: "99", frame: { seq: 99, type: "new.thing", at: 1, more: [1] } },
    ]);
  });

  test("a control frame of a later version and an empty chunk are nothing", async () => {
    const { received, alive } = await read([bytes('data: {"type":"weather"}\n\n'), bytes("")]);
    expect(received).toEqual([]);
    expect(alive).toBeGreaterThan(0);
  });

  test("the partial frame at the end is dropped, wherever the stream stops", async () => {
    const all = bytes(stream);
    const ends = log.map(
      (_, index) =>
        bytes(stream.slice(0, stream.indexOf(frameOf(log[index]!)) + frameOf(log[index]!).length))
          .length,
    );
    for (let cut = 0; cut <= all.length; cut++) {
      const { received } = await read([all.slice(0, cut)]);
      expect(received).toHaveLength(ends.filter((end) => end <= cut).length);
    }
  });
});

describe("what is no frame", () => {
  const good = frameOf(log[0]!);
  test.each([
    ["no JSON", bytes(`${good}data: {"seq":2,\n\n${frameOf(log[1]!)}`)],
    ["no event", bytes(`${good}data: {"seq":"2","type":"text.delta"}\n\n${frameOf(log[1]!)}`)],
    [
      "another version",
      bytes(`${good}data: {"type":"snapshot","seq":2,"protocol":2,"state":{}}\n\n`),
    ],
  ])("%s: the frames before it are delivered, the ones after it are not", async (_, chunk) => {
    const { received, error } = await read([chunk]);
    expect(received).toEqual(expected.slice(0, 1));
    expect(error).toMatchObject({ name: "ClientError", code: "protocol" });
  });

  test("invalid UTF-8 does not become replacement characters", async () => {
    const broken = Uint8Array.of(
      ...bytes('data: {"seq":2,"type":"x","t":"'),
      0xc3,
      0x28,
      ...bytes('"}\n\n'),
    );
    const { received, error } = await read([bytes(good), broken]);
    expect(received).toEqual(expected.slice(0, 1));
    expect(error).toMatchObject({ code: "protocol" });
  });

  test("a frame without end does not fill the memory", async () => {
    const megabyte = bytes("x".repeat(2 ** 20));
    const { error, alive } = await read([bytes("data: "), ...Array(40).fill(megabyte)]);
    expect(error).toMatchObject({ code: "protocol" });
    expect(alive).toBeLessThan(40);
  });
});

describe("stopping", () => {
  function endless() {
    const seen = { cancelled: false };
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes(frameOf(log[0]!))),
      cancel() {
        seen.cancelled = true;
      },
    });
    return { body, seen };
  }
  const sink = { alive() {}, retry() {}, frames: () => true };

  test("the signal ends it and cancels the body", async () => {
    const { body, seen } = endless();
    const stop = new AbortController();
    const frames = () => {
      queueMicrotask(() => stop.abort());
      return true;
    };
    await readFrames(body, { ...sink, frames }, stop.signal);
    expect(seen.cancelled).toBe(true);
  });

  test("a sink that wants no more ends it and cancels the body", async () => {
    const { body, seen } = endless();
    await readFrames(body, { ...sink, frames: () => false }, new AbortController().signal);
    expect(seen.cancelled).toBe(true);
  });

  test("a body that breaks rejects with its error", async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    await expect(readFrames(body, sink, new AbortController().signal)).rejects.toThrow("reset");
  });
});
