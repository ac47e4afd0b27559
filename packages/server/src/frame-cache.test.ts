import { expect, test } from "vitest";
import { FrameCache } from "./frame-cache.ts";

const bytes = (size: number) => [new Uint8Array(size)];

test("frames are found by what they were made of", () => {
  const cache = new FrameCache(1_000);
  const [source, other] = [{}, {}];
  const [first, second] = [bytes(1), bytes(2)];
  cache.set(source, "sse 1", first);
  cache.set(source, "sse 2", second);
  expect(cache.get(source, "sse 1")).toBe(first);
  expect(cache.get(source, "sse 2")).toBe(second);
  expect(cache.get(other, "sse 1")).toBeUndefined();
});

test("what is kept is bounded, in bytes and in number, and the newest stays", () => {
  const cache = new FrameCache(1_000);
  const sources = Array.from({ length: 1_000 }, () => ({}));
  const kept = () => sources.filter((source) => cache.get(source, "") !== undefined);
  for (const source of sources) {
    cache.set(source, "", bytes(10));
    expect(cache.get(source, "")).toBeDefined();
    expect(kept().length).toBeLessThanOrEqual(64);
  }
  const huge = {};
  cache.set(huge, "", bytes(5_000));
  expect(cache.get(huge, "")).toBeDefined();
  expect(kept()).toEqual([]);
  cache.set(sources[0] as object, "", bytes(10));
  expect(cache.get(huge, "")).toBeUndefined();
});
