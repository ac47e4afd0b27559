import { describe, expect, it } from "vitest";
import { createDraft } from "./draft.ts";
import type { NewEvent, RunEvent } from "./events.ts";
import { logOf, started, step, stepDone } from "./test-log.ts";

const log = logOf(
  started,
  step(1),
  { type: "text.started", id: "p" },
  { type: "data.emitted", name: "d", id: "x", data: 1 },
  { type: "text.completed", id: "p" },
  { type: "tool.called", call: "c", name: "coder", input: {} },
  stepDone(1),
  { type: "agent.started", scope: "c", agent: "coder", messages: [] },
  { type: "message.received", message: { id: "u2", role: "user", parts: [] } },
  { ...step(2, "m2"), scope: "c" } as NewEvent,
  { type: "text.started", scope: "c", id: "q" },
);

function draftOf() {
  const draft = createDraft();
  draft.applyAll(log);
  const state = draft.snapshot();
  if (state === undefined) throw new Error("The log began with run.started.");
  const next = (event: NewEvent): RunEvent =>
    ({ ...logOf(event)[0], seq: draft.seq + 1 }) as RunEvent;
  return { draft, state, next };
}

describe("a snapshot", () => {
  it("is the same object while nothing changes", () => {
    const { draft, state } = draftOf();
    expect(draft.snapshot()).toBe(state);
    draft.applyAll(log);
    expect(draft.snapshot()).toBe(state);
  });

  it("keeps the references of what a delta does not touch", () => {
    const { draft, state, next } = draftOf();
    draft.apply(next({ type: "text.delta", scope: "c", id: "q", delta: "Hi" }));
    const after = draft.snapshot();
    expect(after?.messages).toBe(state.messages);
    expect(after?.usage).toBe(state.usage);
    expect(after?.scopes).not.toBe(state.scopes);
    expect(state.scopes.c?.messages[0]?.parts[0]).toMatchObject({ text: "" });
    expect(after?.scopes.c?.messages[0]?.parts[0]).toMatchObject({ text: "Hi" });
  });

  it("publishes an older message whose data was replaced, and only that one", () => {
    const { draft, state, next } = draftOf();
    draft.apply(next({ type: "data.emitted", name: "d", id: "x", data: 2 }));
    const after = draft.snapshot();
    const same = state.messages.map((message, index) => after?.messages[index] === message);
    expect(same).toEqual([true, false, true]);
    const [text, , call] = state.messages[1]?.parts ?? [];
    expect(after?.messages[1]?.parts[0]).toBe(text);
    expect(after?.messages[1]?.parts[2]).toBe(call);
  });

  it("holds deltas that came between two snapshots, to one part or to several", () => {
    const { draft, next } = draftOf();
    draft.apply(next({ type: "reasoning.started", scope: "c", id: "r" }));
    for (const [id, delta] of ["qa", "qb", "rc", "qd", "re"].map((text) => [...text])) {
      const type = id === "q" ? "text.delta" : "reasoning.delta";
      draft.apply(next({ type, scope: "c", id: id ?? "", delta: delta ?? "" }));
      if (delta === "b" || delta === "d") draft.snapshot();
    }
    expect(draft.snapshot()?.scopes.c?.messages[0]?.parts).toMatchObject([
      { type: "text", text: "abd" },
      { type: "reasoning", text: "ce" },
    ]);
  });

  it("does not change the state or the events that a draft was made from", () => {
    const { state } = draftOf();
    const before = JSON.stringify([state, log]);
    const draft = createDraft(state);
    const more: NewEvent[] = [
      { type: "text.delta", scope: "c", id: "q", delta: "x" },
      { type: "data.emitted", name: "d", id: "x", data: 2 },
      { type: "message.received", message: { id: "u3", role: "user", parts: [] } },
      { type: "message.received", scope: "c", message: { id: "u4", role: "user", parts: [] } },
      { type: "warning.raised", code: "a", message: "b" },
    ];
    for (const event of more) draft.apply({ ...logOf(event)[0], seq: draft.seq + 1 } as RunEvent);
    expect(draft.snapshot().seq).toBe(log.length + more.length);
    expect(JSON.stringify([state, log])).toBe(before);
  });
});
