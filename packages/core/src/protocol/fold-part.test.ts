import { describe, expect, it } from "vitest";
import type { NewEvent } from "./events.ts";
import { partsOf, stateOf, step, stepDone } from "./test-log.ts";

describe("parts", () => {
  it("grow by deltas while they are open", () => {
    expect(
      partsOf(
        step(1),
        { type: "text.started", id: "p", format: "json" },
        { type: "reasoning.started", id: "q", provider: { a: 1, b: 1 } },
        { type: "text.delta", id: "p", delta: "Hel" },
        { type: "reasoning.delta", id: "q", delta: "Hm" },
        { type: "text.delta", id: "p", delta: "lo" },
        { type: "reasoning.completed", id: "q", provider: { b: 2 } },
        { type: "reasoning.delta", id: "q", delta: "late" },
      ),
    ).toEqual([
      { type: "text", id: "p", step: 1, open: true, text: "Hello", format: "json" },
      { type: "reasoning", id: "q", step: 1, text: "Hm", provider: { a: 1, b: 2 } },
    ]);
  });

  it("may come whole", () => {
    expect(
      partsOf(
        step(1),
        { type: "file.added", id: "f", mediaType: "image/png", url: "data:,", filename: "a" },
        { type: "source.added", id: "s", url: "https://a", text: "p", start: 0, end: 2 },
        { type: "opaque.added", id: "o", provider: { a: null } },
      ),
    ).toEqual([
      { type: "file", id: "f", step: 1, mediaType: "image/png", url: "data:,", filename: "a" },
      { type: "source", id: "s", step: 1, url: "https://a", text: "p", start: 0, end: 2 },
      { type: "opaque", id: "o", step: 1, provider: { a: null } },
    ]);
  });

  it("of data are replaced by name and id where they stand, and are new without an id", () => {
    const data = (value: number, id?: string): NewEvent => ({
      type: "data.emitted",
      name: "d",
      data: value,
      ...(id !== undefined && { id }),
    });
    const before = [step(1), data(1, "x"), data(2), stepDone(1), step(2, "m2")];
    const state = stateOf(...before, data(3, "x"), data(4), data(5, "y"));
    expect(state.messages.map(({ parts }) => parts).slice(1)).toEqual([
      [
        { type: "data", name: "d", id: "x", data: 3 },
        { type: "data", name: "d", data: 2 },
      ],
      [
        { type: "data", name: "d", data: 4 },
        { type: "data", name: "d", id: "y", data: 5 },
      ],
    ]);
  });

  it("of data get a message when there is none yet, and transient data leaves no trace", () => {
    const emitted: NewEvent = { type: "data.emitted", name: "d", data: 1 };
    expect(stateOf(emitted).messages.at(-1)).toEqual({
      id: "r.2",
      role: "assistant",
      agent: "main",
      at: 200,
      parts: [{ type: "data", name: "d", data: 1 }],
    });
    expect(stateOf({ ...emitted, transient: true } as NewEvent).messages).toHaveLength(1);
  });
});
