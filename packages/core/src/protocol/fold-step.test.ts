import { describe, expect, it } from "vitest";
import type { NewEvent } from "./events.ts";
import { partsOf, stateOf, step, stepDone } from "./test-log.ts";

describe("a step", () => {
  it("opens a message, or goes on in one", () => {
    expect(stateOf(step(1)).messages.at(-1)).toEqual({
      id: "m1",
      role: "assistant",
      parts: [],
      agent: "main",
      at: 200,
    });
    const state = stateOf(step(1), stepDone(1), step(2));
    expect(state.messages).toHaveLength(2);
    expect(state).toMatchObject({ step: { step: 2, message: "m1" }, stepNumber: 2, lastStep: 1 });
    expect(state).not.toHaveProperty("finishReason");
  });

  it("is committed with its usage and reason", () => {
    const state = stateOf(step(1), stepDone(1));
    expect(state).toMatchObject({
      lastStep: 1,
      steps: 1,
      finishReason: "stop",
      attempts: 0,
      stepAgent: "main",
      usage: { inputTokens: 10, outputTokens: 1 },
    });
    expect(state).not.toHaveProperty("step");
  });

  it("says why it ended with an error, until the next one", () => {
    const error = { code: "model-error", message: "Broken." };
    const failed: NewEvent = {
      type: "step.completed",
      step: 1,
      finishReason: "error",
      usage: { inputTokens: 0, outputTokens: 0 },
      error,
    };
    expect(stateOf(step(1), failed)).toMatchObject({ finishReason: "error", error });
    expect(stateOf(step(1), failed, step(2))).not.toHaveProperty("error");
  });

  it("keeps what the provider says about the whole response as a part that goes back", () => {
    const done = { ...stepDone(1), provider: { openai: { id: "resp" } } } as NewEvent;
    expect(partsOf(step(1), done)).toEqual([
      { type: "opaque", step: 1, provider: { openai: { id: "resp" } } },
    ]);
  });

  it("is reverted without a trace of what the model said; data, usage and the count stay", () => {
    const state = stateOf(
      step(1),
      { type: "text.started", id: "p" },
      stepDone(1),
      step(2),
      { type: "text.started", id: "q" },
      { type: "data.emitted", name: "d", data: 1 },
      { type: "tool.called", call: "c", name: "web", input: {}, executor: "provider" },
      {
        type: "step.reverted",
        step: 2,
        reason: "retry",
        usage: { inputTokens: 5, outputTokens: 5 },
        retryAt: 9_000,
      },
    );
    expect(state.messages.at(-1)?.parts).toEqual([
      { type: "text", id: "p", step: 1, open: true, text: "" },
      { type: "data", name: "d", data: 1 },
    ]);
    expect(state).toMatchObject({
      attempts: 1,
      retryAt: 9_000,
      lastStep: 1,
      usage: { inputTokens: 15, outputTokens: 6 },
    });
    expect(state).not.toHaveProperty("step");
  });

  const reverted = (number: number, reason: "retry" | "recovery" | "fallback"): NewEvent => ({
    type: "step.reverted",
    step: number,
    reason,
  });

  it("counts attempts, but no recoveries, until one is committed", () => {
    const events = [step(1), reverted(1, "retry"), step(2), reverted(2, "retry")];
    expect(stateOf(...events, step(3), reverted(3, "recovery")).attempts).toBe(2);
    expect(stateOf(...events, step(3), stepDone(3)).attempts).toBe(0);
    const waited = { ...reverted(1, "retry"), retryAt: 5 } as NewEvent;
    expect(stateOf(step(1), waited, step(2))).not.toHaveProperty("retryAt");
  });

  it("is made by a model, which a fallback gives up for as long as the agent goes on", () => {
    const by = (number: number, model: string) => ({ ...step(number), model }) as NewEvent;
    const events = [
      by(1, "x/a"),
      reverted(1, "retry"),
      by(2, "x/a"),
      reverted(2, "fallback"),
      by(3, "x/b"),
    ];
    expect(stateOf(by(1, "x/a"))).toMatchObject({ stepModel: "x/a" });
    expect(stateOf(by(1, "x/a"))).not.toHaveProperty("failedModels");
    expect(stateOf(...events)).toMatchObject({
      stepModel: "x/b",
      failedModels: ["x/a"],
      attempts: 0,
    });
    expect(stateOf(...events, reverted(3, "fallback")).failedModels).toEqual(["x/a", "x/b"]);
    const later = [...events, stepDone(3), by(4, "x/b")];
    expect(stateOf(...later, reverted(4, "recovery")).failedModels).toEqual(["x/a"]);
    const handed: NewEvent = { type: "agent.switched", from: "main", to: "other" };
    expect(stateOf(...events, stepDone(3), handed)).not.toHaveProperty("failedModels");
  });

  it("adds its usage to its model's, a reverted one's too", () => {
    const by = (number: number, model: string) => ({ ...step(number), model }) as NewEvent;
    const usage = { inputTokens: 5, outputTokens: 2, cost: 0.5 };
    const state = stateOf(
      by(1, "x/a"),
      { ...reverted(1, "fallback"), usage } as NewEvent,
      by(2, "__proto__"),
      stepDone(2),
      by(3, "x/a"),
      stepDone(3),
      by(4, "x/b"),
      reverted(4, "recovery"),
    );
    expect(Object.entries(state.usageByModel ?? {})).toEqual([
      ["x/a", { inputTokens: 15, outputTokens: 3, cost: 0.5 }],
      ["__proto__", { inputTokens: 10, outputTokens: 1 }],
    ]);
    expect(state.usage).toEqual({ inputTokens: 25, outputTokens: 4, cost: 0.5 });
  });
});
