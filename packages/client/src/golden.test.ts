import { readdirSync, readFileSync } from "node:fs";
import { createDraft, foldAll, type RunEvent, type SnapshotFrame } from "@runwire/core/protocol";
import { describe, expect, test } from "vitest";
import { type Received, readFrames } from "./read-frames.ts";

const folder = new URL("../../../test/fixtures/", import.meta.url);
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".sse"))
  .map((name) => name.slice(0, -".sse".length));

async function read(...chunks: readonly Uint8Array[]): Promise<Received[]> {
  const received: Received[] = [];
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  const sink = {
    alive() {},
    retry() {},
    frames: (batch: readonly Received[]) => received.push(...batch) > 0,
  };
  await readFrames(body, sink, new AbortController().signal);
  return received;
}

const ends = { LF: "\n", CRLF: "\r\n", CR: "\r" };

describe.each(names)("the golden stream %s", (name) => {
  const text = readFileSync(new URL(`${name}.sse`, folder), "utf8");
  const expected = JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Received[];

  test.each(Object.entries(ends))(
    "with %s reads as its frames, cut at any byte",
    async (_, end) => {
      const bytes = new TextEncoder().encode(text.replaceAll("\n", end));
      const step = bytes.length > 4_000 ? 7 : 1;
      for (let cut = 0; cut <= bytes.length; cut += step) {
        const received = await read(bytes.subarray(0, cut), bytes.subarray(cut));
        // Deep equality of all frames for each cut would take minutes: their text is as good.
        if (JSON.stringify(received) !== JSON.stringify(expected))
          expect(received).toEqual(expected);
      }
    },
  );

  test("one byte at a time", async () => {
    const bytes = new TextEncoder().encode(text);
    expect(await read(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });
});

test("entering a run in its middle leads to the state of its whole log", async () => {
  const events = (name: string) =>
    (JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Received[]).map(
      ({ frame }) => frame as RunEvent,
    );
  const [first, ...rest] = events("snapshot");
  const draft = createDraft((first as unknown as SnapshotFrame).state);
  draft.applyAll(rest);
  expect(draft.snapshot()).toEqual(foldAll(events("tools")));
});
