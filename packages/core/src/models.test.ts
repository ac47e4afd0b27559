import { describe, expect, it } from "vitest";
import { createModels } from "./models.ts";
import { scriptedModel } from "./testing/scripted-model.ts";

const named = (id: string) => scriptedModel([{ text: id }], { id });
const idsOf = (models: ReturnType<typeof createModels>, name: string) =>
  models.get(name)?.map(({ id }) => id);

describe("createModels", () => {
  const models = createModels({
    "x/": (rest) => named(`family/${rest}`),
    "x/big": named("x/big"),
    "x/own/": (rest) => named(`own/${rest}`),
    safe: [named("x/big"), named("y/big")],
  });

  it("knows names, and lists of models behind one name", () => {
    expect(idsOf(models, "x/big")).toEqual(["x/big"]);
    expect(idsOf(models, "safe")).toEqual(["x/big", "y/big"]);
  });

  it("makes the models of a family from the rest of the name, by the longest prefix", () => {
    expect(idsOf(models, "x/a/b")).toEqual(["family/a/b"]);
    expect(idsOf(models, "x/own/a")).toEqual(["own/a"]);
  });

  it("shows the names alone, and knows nothing else", () => {
    expect(models.names).toEqual(["x/big", "safe"]);
    for (const name of ["", "x", "x/", "big", "toString", "__proto__"]) {
      expect(models.get(name)).toBeUndefined();
    }
  });

  it.each<[string, unknown, RegExp]>([
    ["big", () => named("x"), /"big\/"/],
    ["x/", named("x"), /no name of a model/],
    ["", named("x"), /no name of a model/],
    ["big", [], /not a model/],
    ["big", "gpt-5", /not a model/],
    ["big", undefined, /not a model/],
    ["big", [named("x"), {}], /not a model/],
  ])("refuses %j with %o", (name, entry, message) => {
    expect(() => createModels({ [name]: entry } as never)).toThrow(message);
    expect(() => createModels({ [name]: entry } as never)).toThrow(TypeError);
  });
});
