import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../model.ts";
import { checkModelEvents, modelRequest, readModel, textOfAnswer } from "./check-model-events.ts";
import { scriptedModel } from "./scripted-model.ts";

const finish: ModelEvent = {
  type: "finish",
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 1 },
};
const started: ModelEvent = { type: "text.started", id: "p" };
const delta: ModelEvent = { type: "text.delta", id: "p", delta: "a" };
const completed: ModelEvent = { type: "text.completed", id: "p" };
const args: ModelEvent = { type: "tool.args.started", call: "c", name: "search" };
const piece: ModelEvent = { type: "tool.args.delta", call: "c", delta: "{}" };
const called: ModelEvent = { type: "tool.called", call: "c", name: "search", args: "{}" };
const hosted: ModelEvent = { ...called, executor: "provider" };
const settled: ModelEvent = { type: "tool.completed", call: "c", output: null };

describe("checkModelEvents", () => {
  it.each<[string, readonly ModelEvent[]]>([
    ["a text", [started, delta, completed, finish]],
    ["a call in pieces", [args, piece, called, finish]],
    ["a call as a whole", [called, finish]],
    ["a call that was cut", [args, piece, finish]],
    ["a hosted call", [hosted, settled, finish]],
    ["a citation", [started, delta, { type: "source.added", text: "p" }, completed, finish]],
    ["nothing", [finish]],
  ])("accepts %s", (_, events) => {
    expect(() => checkModelEvents(events)).not.toThrow();
  });

  it.each<[string, readonly ModelEvent[], string]>([
    ["no end", [started, completed], "must throw"],
    ["two ends", [finish, finish], "comes last"],
    ["an event after the end", [finish, started, finish], "comes last"],
    ["a delta of nothing", [delta, finish], "not open"],
    ["a delta after the part", [started, completed, delta, finish], "not open"],
    ["an empty delta", [started, { ...delta, delta: "" }, completed, finish], "not empty"],
    ["an open part", [started, finish], "completed"],
    ["a part of another kind", [started, { type: "reasoning.completed", id: "p" }, finish], "open"],
    ["an id twice", [started, completed, started, completed, finish], "twice"],
    [
      "a part and a call of one id",
      [started, completed, { ...called, call: "p" }, finish],
      "twice",
    ],
    ["arguments without a call", [piece, finish], "did not begin"],
    ["a call twice", [called, called, finish], "twice"],
    ["a call under another name", [args, { ...called, name: "read" }, finish], "name"],
    ["a settled call of the runtime", [called, settled, finish], "provider runs"],
    ["a hosted call without its end", [hosted, finish], "settled"],
    ["a citation of nothing", [{ type: "source.added", text: "p" }, finish], "cites"],
  ])("refuses %s", (_, events, complaint) => {
    expect(() => checkModelEvents(events)).toThrow(complaint);
  });
});

describe("readModel", () => {
  it("reads an answer that keeps the contract", async () => {
    const model = scriptedModel([{ text: "Hello there." }]);
    expect(textOfAnswer(await readModel(model))).toBe("Hello there.");
  });

  it("refuses one that does not", async () => {
    const model = {
      id: "m",
      async *stream() {
        yield started;
      },
    };
    await expect(readModel(model, modelRequest({ run: "run_2" }))).rejects.toThrow("must throw");
  });
});
