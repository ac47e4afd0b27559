import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeltaText, deltaPieces } from "./delta-text.ts";

const texts = fc.string({ unit: fc.constantFrom("a", "é", "日", "👩", "\ud83d", "\ude00", "\n") });

describe("DeltaText", () => {
  it("loses nothing wherever a text is cut, and every delta is well formed", () => {
    fc.assert(
      fc.property(fc.array(texts), (pieces) => {
        const text = new DeltaText();
        const deltas = [...pieces.flatMap((piece) => text.add(piece)), ...text.end()];
        expect(deltas.join("")).toBe(pieces.join("").toWellFormed());
        for (const delta of deltas) expect(delta !== "" && delta.isWellFormed()).toBe(true);
      }),
    );
  });

  it("holds back half a character until the other half comes", () => {
    const text = new DeltaText();
    expect(text.add("a\ud83d")).toEqual(["a"]);
    expect(text.add("")).toEqual([]);
    expect(text.add("\ude00b")).toEqual(["😀b"]);
    expect(text.end()).toEqual([]);
  });

  it("replaces half a character that stays alone", () => {
    const text = new DeltaText();
    expect(text.add("a\ud83d")).toEqual(["a"]);
    expect(text.end()).toEqual(["\ufffd"]);
  });
});

it("cuts a long text into pieces that fit an event, between characters", () => {
  const text = "😀".repeat(30_000);
  const pieces = deltaPieces(`x${text}`);
  expect(pieces.join("")).toBe(`x${text}`);
  expect(pieces.length).toBeGreaterThan(3);
  for (const piece of pieces) {
    expect(piece.isWellFormed()).toBe(true);
    expect(piece.length).toBeLessThanOrEqual(16_384);
  }
});
