import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFrame, formatPreamble } from "./sse-frame.ts";

function read(text: string) {
  const events: { id: string | undefined; event: string | undefined; data: string }[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) => events.push({ id, event, data }),
  });
  parser.feed(text);
  return events;
}

describe("formatFrame", () => {
  test("writes the fields a frame has, and no others", () => {
    expect(formatFrame({ data: "x" })).toBe("data: x\n\n");
    expect(formatFrame({ data: "x", id: "1", event: "tick" })).toBe(
      "event: tick\nid: 1\ndata: x\n\n",
    );
    expect(formatFrame({ data: "" })).toBe("data: \n\n");
  });

  test("splits data on CRLF, CR and LF", () => {
    expect(formatFrame({ data: "a\r\nb\rc\nd" })).toBe("data: a\ndata: b\ndata: c\ndata: d\n\n");
  });

  test.each(["\n", "\r", "\0"])("refuses %j in ids and names", (character) => {
    const bad = `a${character}data: forged`;
    expect(() => formatFrame({ data: "x", id: bad })).toThrow("must not contain CR, LF or NUL");
    expect(() => formatFrame({ data: "x", event: bad })).toThrow("must not contain CR, LF or NUL");
  });

  test("whatever the data, a reader gets one frame with its lines", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", " ", ":", "\r", "\n", "é", "😀", "\u2028"),
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), (all) => {
        const wire = all.map((data) => formatFrame({ data, id: "7" })).join("");
        expect(read(wire)).toEqual(
          all.map((data) => ({
            id: "7",
            event: undefined,
            data: data.replace(/\r\n|\r/g, "\n"),
          })),
        );
      }),
    );
  });
});

test("the preamble sets a delay between one and two times the asked one, and is no event", () => {
  for (let round = 0; round < 100; round++) {
    const preamble = formatPreamble(1000);
    expect(read(preamble)).toEqual([]);
    const delay = Number(/^retry: (\d+)\n: \n\n$/.exec(preamble)?.[1]);
    expect(delay).toBeGreaterThanOrEqual(1000);
    expect(delay).toBeLessThanOrEqual(2000);
  }
});
