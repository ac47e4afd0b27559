import { describe, expect, it } from "vitest";
import { randomLog } from "../testing/random-log/random-log.ts";
import { createDraft } from "./draft.ts";
import type { NewEvent, RunEvent } from "./events.ts";
import { fold, foldAll } from "./fold.ts";
import type { RunState } from "./state.ts";
import { logOf, started, stateOf, step } from "./test-log.ts";

describe("what is out of order", () => {
  it("changes nothing but seq", () => {
    const before = stateOf(step(1), { type: "text.started", id: "p" });
    const odd: NewEvent[] = [
      started,
      { type: "text.delta", id: "none", delta: "x" },
      { type: "reasoning.delta", id: "p", delta: "x" },
      { type: "text.delta", scope: "none", id: "p", delta: "x" },
      { type: "text.completed", id: "none" },
      { type: "tool.args.delta", call: "none", delta: "x" },
      { type: "tool.output.delta", call: "none", delta: "x" },
      { type: "tool.started", call: "none", name: "n", attempt: 1 },
      { type: "tool.called", scope: "none", call: "c", name: "n", input: 1 },
      { type: "approval.resolved", id: "none", approved: true },
      { type: "message.received", scope: "none", message: { id: "x", role: "user", parts: [] } },
      { type: "data.emitted", scope: "none", name: "d", data: 1 },
      { type: "step.completed", scope: "none", step: 9, finishReason: "stop", usage: before.usage },
      { type: "agent.switched", scope: "none", from: "a", to: "b" },
      { type: "agent.started", agent: "a", messages: [] },
      { type: "command.rejected", command: "x", kind: "cancel", reason: "late" },
      { type: "mood.changed", mood: 1 } as never,
    ];
    for (const event of odd) {
      const [last] = logOf(event);
      const after = fold(before, { ...(last as RunEvent), seq: 4 });
      expect({ ...after, seq: 3 }, event.type).toEqual(before);
      expect(after.seq).toBe(4);
      expect(after.messages).toBe(before.messages);
    }
  });

  it("goes nowhere also right after a delta that fits", () => {
    const open: NewEvent[] = [step(1), { type: "text.started", id: "p" }];
    const fits: NewEvent = { type: "text.delta", id: "p", delta: "a" };
    const others: NewEvent[] = [
      { type: "reasoning.delta", id: "p", delta: "b" },
      { type: "text.delta", scope: "none", id: "p", delta: "c" },
      { type: "text.delta", id: "q", delta: "d" },
      { type: "tool.args.delta", call: "p", delta: "e" },
    ];
    for (const other of others) {
      expect(stateOf(...open, fits, other, fits).messages.at(-1)?.parts).toMatchObject([
        { text: "aa" },
      ]);
    }
  });

  it("or was folded before changes nothing at all", () => {
    const log = logOf(started, step(1), { type: "text.started", id: "p" });
    const state = foldAll(log);
    expect(foldAll(log, state)).toBe(state);
  });

  it("is not there before run.started", () => {
    expect(foldAll([])).toBeUndefined();
    expect(fold(undefined, logOf(step(1))[0] as RunEvent)).toBeUndefined();
    expect(createDraft().snapshot()).toBeUndefined();
    expect(createDraft().seq).toBe(0);
  });
});

describe("any log", () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => seed);

  it("has one fold, wherever it is looked at, and what was published never changes", () => {
    for (const seed of seeds) {
      const log = randomLog(seed, { unknown: true });
      const whole = foldAll(log);
      const draft = createDraft();
      let left = 0;
      for (const [index, event] of log.entries()) {
        draft.apply(event);
        if (left-- > 0) continue;
        left = (seed * 7 + index * 13) % 11;
        const snapshot = draft.snapshot();
        deepFreeze(snapshot);
        expect(draft.snapshot()).toBe(snapshot);
        expect(snapshot?.seq).toBe(index + 1);
      }
      // As text: key order counts as well, since readers hash and compare.
      expect(JSON.stringify(draft.snapshot()), `seed ${seed}`).toBe(JSON.stringify(whole));
      let single: RunState | undefined;
      for (const event of log) single = fold(single, event);
      expect(JSON.stringify(single), `seed ${seed}`).toBe(JSON.stringify(whole));
    }
  });

  it("goes on from a state that was JSON in between", () => {
    for (const seed of seeds) {
      const log = randomLog(seed);
      const cut = 1 + (seed % log.length);
      const state = foldAll(log.slice(0, cut));
      const parsed = JSON.parse(JSON.stringify(state)) as RunState;
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(state));
      expect(JSON.stringify(foldAll(log, parsed)), `seed ${seed} at ${cut}`).toBe(
        JSON.stringify(foldAll(log)),
      );
    }
  });
});

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const child of Object.values(value)) deepFreeze(child);
}
