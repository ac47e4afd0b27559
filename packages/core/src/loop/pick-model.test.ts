import { describe, expect, it } from "vitest";
import type { Model } from "../model.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { pickModel } from "./pick-model.ts";

const chain = (...ids: readonly string[]): readonly Model[] =>
  ids.map((id) => scriptedModel([], { id }));

describe("pickModel", () => {
  it.each<[readonly string[], readonly string[], string, boolean]>([
    [["a"], [], "a", false],
    [["a", "b"], [], "a", true],
    [["a", "b", "c"], ["a"], "b", true],
    [["a", "b"], ["a"], "b", false],
    // All were given up: the last one is asked, whatever comes of it.
    [["a", "b"], ["a", "b"], "b", false],
    // The agent lists others now.
    [["c", "a"], ["a"], "c", false],
    [["a", "c"], ["b", "a"], "c", false],
  ])("of %j without %j is %s, with a spare: %s", (ids, failed, id, spare) => {
    expect(pickModel(chain(...ids), failed)).toMatchObject({ model: { id }, spare });
  });

  it("tells models of one id apart: two regions, two keys", () => {
    const models = chain("a", "a", "b");
    expect(pickModel(models, ["a"])).toEqual({ model: models[1], spare: true });
    expect(pickModel(models, ["a", "a"])).toEqual({ model: models[2], spare: false });
  });
});
