import { describe, expect, it } from "vitest";
import type { NewEvent } from "./events.ts";
import type { ToolPart } from "./message.ts";
import { called, partsOf, stateOf, step, stepDone } from "./test-log.ts";

describe("a call", () => {
  const tool = (...events: readonly NewEvent[]): ToolPart => {
    const part = partsOf(step(1), ...events).find(({ type }) => type === "tool");
    if (part?.type !== "tool") throw new Error("There is no call.");
    return part;
  };
  const begun: NewEvent = { type: "tool.args.started", call: "c", name: "search" };
  const args: NewEvent = { type: "tool.args.delta", call: "c", delta: '{"q"' };
  const running: NewEvent = { type: "tool.started", call: "c", name: "search", attempt: 1 };
  const error = { code: "invalid-input", message: "No q." };
  const failed: NewEvent = { type: "tool.failed", call: "c", name: "search", error };
  const asked: NewEvent = {
    type: "approval.requested",
    id: "a",
    call: "c",
    name: "search",
    input: { q: 1 },
    message: "Really?",
  };

  it("streams its arguments, and drops them for the input", () => {
    const base = { type: "tool", call: "c", name: "search", step: 1 };
    expect(tool(begun, args)).toEqual({ ...base, status: "streaming", args: '{"q"' });
    expect(tool(begun, args, called)).toEqual({ ...base, status: "called", input: { q: 1 } });
    expect(tool({ ...called, executor: "client" } as NewEvent)).toMatchObject({
      executor: "client",
    });
  });

  it("keeps arguments that could not be read", () => {
    expect(tool(begun, args, failed)).toMatchObject({ status: "failed", args: '{"q"', error });
    expect(tool(failed)).toEqual({
      type: "tool",
      call: "c",
      name: "search",
      step: 1,
      status: "failed",
      error,
    });
  });

  it("runs, tells of it, and completes", () => {
    const part = tool(
      called,
      running,
      { type: "tool.progressed", call: "c", name: "search", data: 1 },
      { type: "tool.output.delta", call: "c", delta: "a" },
      { type: "tool.progressed", call: "c", name: "search", data: 2 },
      { type: "tool.output.delta", call: "c", delta: "b" },
      { type: "tool.completed", call: "c", name: "search", output: null, content: [] },
    );
    expect(part).toMatchObject({
      status: "completed",
      attempt: 1,
      progress: 2,
      log: "ab",
      output: null,
      content: [],
    });
  });

  it("keeps the tail of what it prints, whole characters only, however the deltas were cut", () => {
    const print = (delta: string): NewEvent => ({ type: "tool.output.delta", call: "c", delta });
    const part = tool(
      called,
      running,
      print("x"),
      print("👩".repeat(65_535)),
      print("y"),
      print("z"),
    );
    expect(part.log).toHaveLength(65_536);
    expect(part.log?.isWellFormed()).toBe(true);
    expect(part.log?.endsWith("👩yz")).toBe(true);
    const limit = tool(called, running, print("x".repeat(131_072)));
    expect(limit.log).toHaveLength(131_072);
  });

  it("asks a person, who may change the input", () => {
    expect(tool(called, asked)).toMatchObject({
      status: "approval",
      approval: { id: "a", message: "Really?" },
    });
    const yes: NewEvent = { type: "approval.resolved", id: "a", approved: true, by: "ada" };
    expect(tool(called, asked, yes)).toMatchObject({
      status: "called",
      input: { q: 1 },
      approval: { id: "a", message: "Really?", approved: true, by: "ada", at: 500 },
    });
    const edited = { ...yes, input: { q: 2 } } as NewEvent;
    expect(tool(called, asked, edited)).toMatchObject({ input: { q: 2 }, proposed: { q: 1 } });
    const no: NewEvent = { type: "approval.resolved", id: "a", approved: false, expired: true };
    expect(tool(called, asked, no)).toMatchObject({
      status: "denied",
      approval: { approved: false, expired: true },
    });
    expect(tool(called, asked, no, edited)).toEqual(tool(called, asked, no));
  });

  it("is interrupted when its process goes, and may run again", () => {
    const resumed: NewEvent = { type: "run.resumed", epoch: 1, cause: "recovery" };
    expect(tool(called, running, resumed)).toMatchObject({ status: "interrupted", attempt: 1 });
    const again = { ...running, attempt: 2 } as NewEvent;
    expect(tool(called, running, resumed, again)).toMatchObject({ status: "running", attempt: 2 });
  });

  it("settles by a hand-off", () => {
    const events: NewEvent[] = [
      step(1),
      called,
      stepDone(1),
      { type: "agent.switched", from: "main", to: "helper", call: "c" },
    ];
    expect(stateOf(...events)).toMatchObject({ agent: "helper", stepAgent: "main" });
    expect(partsOf(...events)[0]).toMatchObject({
      status: "completed",
      output: { agent: "helper" },
    });
  });
});

describe("a sub-agent", () => {
  const nested: NewEvent[] = [
    step(1),
    called,
    stepDone(1),
    { type: "agent.started", scope: "c", agent: "coder", messages: [] },
    { ...step(2, "m2"), scope: "c" } as NewEvent,
    { type: "tool.called", scope: "c", call: "d", name: "coder", input: {} },
    { ...stepDone(2), scope: "c" } as NewEvent,
    { type: "agent.started", scope: "d", agent: "coder", messages: [] },
  ];

  it("has a scope, and its call runs", () => {
    const state = stateOf(...nested);
    expect(state.scopes.c).toMatchObject({ agent: "coder", lastStep: 2, attempts: 0 });
    expect(state.scopes.c).not.toHaveProperty("parent");
    expect(state.scopes.d).toMatchObject({ agent: "coder", parent: "c" });
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({ status: "running", agent: "coder" });
    expect(state).toMatchObject({ steps: 2, usage: { inputTokens: 20 } });
  });

  it("goes on after its process is gone", () => {
    const state = stateOf(...nested, { type: "run.resumed", epoch: 1, cause: "recovery" });
    expect(state.messages.at(-1)?.parts[0]).toMatchObject({ status: "running" });
    expect(state.scopes.c?.messages[0]?.parts[0]).toMatchObject({ status: "running" });
  });

  it("may be the answer to a call with any id", () => {
    for (const id of ["__proto__", "constructor", "toString"]) {
      const state = stateOf(
        step(1),
        { type: "tool.called", call: id, name: "coder", input: {} },
        stepDone(1),
        { type: "text.started", scope: id, id: "lost" },
        { type: "agent.started", scope: id, agent: "coder", messages: [] },
        { ...step(2, "m2"), scope: id } as NewEvent,
        { type: "text.started", scope: id, id: "p" },
        { type: "text.delta", scope: id, id: "p", delta: "Hi" },
      );
      expect(Object.keys(state.scopes)).toEqual([id]);
      expect(Object.getPrototypeOf(state.scopes)).toBe(Object.prototype);
      expect(Object.entries(state.scopes)[0]?.[1].messages[0]?.parts[0]).toMatchObject({
        text: "Hi",
      });
    }
    expect({}).not.toHaveProperty("messages");
  });
});
