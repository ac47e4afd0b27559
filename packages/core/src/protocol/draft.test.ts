import { describe, expect, it } from "vitest";
import { createDraft } from "./draft.ts";
import type { RunEvent } from "./events.ts";
import { fold, foldAll } from "./fold.ts";

describe("draft", () => {
  const log = [
    {
      seq: 1,
      type: "run.started",
      at: 1,
      protocol: 1,
      run: "r",
      thread: "t",
      agent: "a",
      messages: [],
    },
    { seq: 2, type: "step.started", at: 2, step: 1, message: "r.2", agent: "a", model: "m" },
    { seq: 3, type: "text.started", at: 3, id: "p3" },
    { seq: 4, type: "text.delta", id: "p3", delta: "Hel" },
    { seq: 5, type: "text.delta", id: "p3", delta: "lo" },
    { seq: 6, type: "text.completed", at: 6, id: "p3" },
  ] as const satisfies readonly RunEvent[];

  it("is undefined before run.started", () => {
    expect(createDraft().snapshot()).toBeUndefined();
    expect(foldAll([])).toBeUndefined();
    expect(fold(undefined, log[1])).toBeUndefined();
  });

  it("adds deltas to the part that is open", () => {
    const draft = createDraft();
    draft.applyAll(log.slice(0, 5));
    const before = draft.snapshot();
    draft.apply(log[5]);
    expect(before?.messages[0]?.parts[0]).toEqual({
      type: "text",
      id: "p3",
      step: 1,
      open: true,
      text: "Hello",
    });
    expect(draft.snapshot()?.messages[0]?.parts[0]).toEqual({
      type: "text",
      id: "p3",
      step: 1,
      text: "Hello",
    });
  });
});
