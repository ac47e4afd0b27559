import { describe, expect, it } from "vitest";
import { agent } from "../agent.ts";
import type { Message, Part } from "../protocol/message.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { toTurns } from "../turns.ts";
import { asHistory } from "./as-history.ts";
import { createRuntime } from "./runtime.ts";

const message = (id: string, ...parts: readonly Part[]): Message => ({
  id,
  role: "assistant",
  agent: "a",
  parts,
});
const call = (call: string, step: number, more: object = {}): Part =>
  ({
    type: "tool",
    call,
    name: "ping",
    step,
    status: "completed",
    input: {},
    output: 1,
    ...more,
  }) as Part;

describe("history of other runs", () => {
  it("keeps what belongs together in a message, under names that no run gives", () => {
    const [given] = asHistory([
      message(
        "m1",
        { type: "text", id: "p3", step: 1, text: "See", open: true },
        { type: "source", id: "p4", step: 1, text: "p3", url: "https://example.com" },
        call("c5", 1, { agent: "sub", approval: { id: "a6", approved: true } }),
        { type: "text", id: "p9", step: 2, text: "there." },
        { type: "data", name: "note", id: "n", data: 1 },
      ),
    ]);
    expect(given?.parts).toEqual([
      { type: "text", id: "h1", step: -1, text: "See" },
      { type: "source", id: "h2", step: -1, text: "h1", url: "https://example.com" },
      {
        ...call("h3", -1),
        approval: { id: "h4", approved: true },
      },
      { type: "text", id: "h5", step: -2, text: "there." },
      { type: "data", name: "note", id: "n", data: 1 },
    ]);
  });

  it("keeps apart what two runs named alike", () => {
    const given = asHistory([message("m1", call("c5", 1)), message("m2", call("c5", 1))]);
    const calls = given.flatMap(({ parts }) =>
      parts.map((part) => part.type === "tool" && [part.call, part.step]),
    );
    expect(calls).toEqual([
      ["h1", -1],
      ["h2", -2],
    ]);
  });

  it.each(["streaming", "called", "approval", "running", "interrupted"])(
    "says of a call that was %s that it never got its result",
    (status) => {
      const [given] = asHistory([message("m1", call("c5", 1, { status }))]);
      expect(given?.parts).toMatchObject([{ status: "failed", error: { code: "interrupted" } }]);
    },
  );

  it("reads the same to a model", () => {
    const messages = [
      message("m1", { type: "text", step: 1, text: "I look." }, call("c5", 1), {
        type: "text",
        step: 2,
        text: "There.",
      }),
    ];
    expect(toTurns(asHistory(messages), "x")).toEqual(toTurns(messages, "x"));
  });
});

it("does not get into the way of the run: its calls are run, not those of the history", async () => {
  let pings = 0;
  const ping = tool({ description: "ping", execute: () => ++pings });
  const a = agent({
    name: "a",
    tools: { ping },
    model: scriptedModel([{ calls: [{ name: "ping" }] }, { text: "Pong." }, { text: "" }]),
  });
  const runtime = createRuntime({ agents: [a] });
  // Every id and step that the new run is about to give.
  const history = Array.from({ length: 12 }, (_, i) =>
    message(`m${i}`, call(`c${i}`, i, { status: i % 2 === 0 ? "completed" : "running" }), {
      type: "text",
      id: `p${i}`,
      step: i,
      text: "Old.",
    }),
  );
  const run = runtime.run("a", "Go.", { history });
  expect(await run.result).toBe("Pong.");
  expect(pings).toBe(1);
  await runtime.close();
});
