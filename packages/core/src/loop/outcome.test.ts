import { expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { scriptedModel } from "../testing/scripted-model.ts";

it("answers with what the output's schema made of the text, as its type says", async () => {
  const counter = agent({
    name: "counter",
    model: scriptedModel([{ text: '{"word":"four"}' }]),
    output: z.object({
      word: z.string().transform((word) => word.length),
      unit: z.string().default("letters"),
    }),
  });
  expect(await counter.run("Count").result).toEqual({ word: 4, unit: "letters" });
});
