import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createSseParser } from "./sse.ts";

type Told = readonly ["event", string, string | undefined] | readonly ["retry", number];

function parse(pieces: readonly string[], maxLength = Number.POSITIVE_INFINITY): readonly Told[] {
  const told: Told[] = [];
  const sink = {
    event: (data: string, id: string | undefined) => void told.push(["event", data, id]),
    retry: (ms: number) => void told.push(["retry", ms]),
  };
  const feed = createSseParser(sink, maxLength);
  for (const piece of pieces) feed(piece);
  return told;
}

/** The same by a parser that many use. */
function reference(pieces: readonly string[]): readonly Told[] {
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ data, id }) => void told.push(["event", data, id]),
    onRetry: (ms) => void told.push(["retry", ms]),
  });
  for (const piece of pieces) parser.feed(piece);
  return told;
}

function cut(text: string, at: readonly number[]): readonly string[] {
  const cuts = [0, ...[...at].sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
}

const value = fc.oneof(
  fc.constantFrom("", " ", "  x", "a:b", ":", '{"seq":1}', "1500", "1e3", "-1", "ä😀", "\0"),
  fc.string({ maxLength: 4 }),
);
const line = fc.oneof(
  fc.constantFrom("", "data", "id", "retry", ":", ": ping", "event: x", "Data: no", " data: no"),
  fc
    .tuple(
      fc.constantFrom("data", "id", "retry", "event", "datas", ""),
      fc.constantFrom(":", ": ", ""),
      value,
    )
    .map((parts) => parts.join("")),
);
const stream = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n", "\n\n", "\r\r")), { maxLength: 20 })
  .map((lines) => lines.flat().join(""));

test("any stream, cut anywhere, is what another parser takes it for", () => {
  fc.assert(
    fc.property(stream, fc.array(fc.nat(200), { maxLength: 12 }), (text, cuts) => {
      const pieces = cut(
        text,
        cuts.map((at) => Math.min(at, text.length)),
      );
      expect(parse(pieces)).toEqual(reference(pieces));
      expect(parse([...text])).toEqual(reference([text]));
    }),
    { numRuns: 2_000 },
  );
});

test("each event is told with the piece that ends it", () => {
  const told: string[] = [];
  const feed = createSseParser({ event: (data) => void told.push(data), retry() {} }, 100);
  for (const piece of ["data: a\r", "\r", "\ndata: b\n\r", "data: c", "\n", "\n"]) {
    feed(piece);
    told.push("|");
  }
  expect(told).toEqual(["|", "a", "|", "b", "|", "|", "|", "c", "|"]);
});

test.each([
  ["a line without end", ["data: ", ..."x".repeat(20)]],
  ["a comment without end", [":", ..."x".repeat(20)]],
  ["an event without end", Array<string>(20).fill("data:x\n")],
])("%s is refused once it is too long, and no sooner", (_, pieces) => {
  expect(() => parse(pieces, 16)).toThrow(RangeError);
  expect(parse(pieces, 200)).toEqual([]);
});

test("many events are no long one", () => {
  const one = "id: 1\ndata: 0123456789\n\n";
  expect(parse([one.repeat(100), ...Array<string>(100).fill(one)], 16)).toHaveLength(200);
});

test("what the sink throws stops the parser where it is", () => {
  const told: string[] = [];
  const feed = createSseParser(
    {
      event(data) {
        if (data === "bad") throw new Error("no");
        told.push(data);
      },
      retry() {},
    },
    100,
  );
  expect(() => feed("data: good\n\ndata: bad\n\ndata: after\n\n")).toThrow("no");
  expect(told).toEqual(["good"]);
});
