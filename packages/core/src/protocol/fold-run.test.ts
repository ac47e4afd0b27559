import { describe, expect, it } from "vitest";
import type { NewEvent, RunEvent } from "./events.ts";
import { foldAll } from "./fold.ts";
import { called, logOf, started, stateOf, step, stepDone } from "./test-log.ts";

describe("a run", () => {
  it("begins with what run.started says", () => {
    const begin: NewEvent = {
      ...started,
      type: "run.started",
      protocol: 1,
      run: "r",
      thread: "t",
      agent: "main",
      messages: [],
      previous: "r0",
      state: { n: 1 },
      limits: { steps: 3 },
      metadata: { title: "A" },
    };
    expect(foldAll(logOf(begin))).toEqual({
      protocol: 1,
      seq: 1,
      epoch: 0,
      run: "r",
      thread: "t",
      previous: "r0",
      status: "running",
      agent: "main",
      messages: [],
      attempts: 0,
      repairs: 0,
      stepNumber: 0,
      steps: 0,
      startedAt: 100,
      waitedMs: 0,
      waiting: [],
      recoveries: 0,
      state: { n: 1 },
      usage: { inputTokens: 0, outputTokens: 0 },
      scopes: {},
      warnings: [],
      limits: { steps: 3 },
      metadata: { title: "A" },
    });
  });

  it("has an empty object as its shared state when none is given", () => {
    expect(stateOf().state).toEqual({});
    expect(foldAll(logOf({ ...started, state: null } as NewEvent))?.state).toBeNull();
  });

  it("counts what it waited, and what it waits for", () => {
    const wait = { type: "result", call: "c" } as const;
    const waiting: NewEvent = { type: "run.waiting", for: [wait] };
    expect(stateOf(waiting)).toMatchObject({
      status: "waiting",
      waiting: [wait],
      waitingSince: 200,
    });
    const resumed: NewEvent = { type: "run.resumed", epoch: 7, cause: "input" };
    const state = stateOf(waiting, resumed, waiting, resumed);
    expect(state).toMatchObject({ status: "running", waiting: [], waitedMs: 200, epoch: 7 });
    expect(state).not.toHaveProperty("waitingSince");
  });

  it("has not waited less than nothing when the store's clock went back", () => {
    const [begin, asleep, awake] = logOf(
      started,
      { type: "run.waiting", for: [{ type: "result", call: "c" }] },
      { type: "run.resumed", epoch: 7, cause: "input" },
    ) as [RunEvent, RunEvent, RunEvent];
    expect(foldAll([begin, asleep, { ...awake, at: 5 } as RunEvent])?.waitedMs).toBe(0);
  });

  it("counts recoveries until something is achieved", () => {
    const recovered: NewEvent = { type: "run.resumed", epoch: 1, cause: "recovery" };
    const handed: NewEvent = { type: "run.resumed", epoch: 2, cause: "handover" };
    const before = [recovered, handed, recovered];
    expect(stateOf(...before).recoveries).toBe(2);
    expect(stateOf(...before, step(1), stepDone(1)).recoveries).toBe(0);
    const open = [step(1), called, stepDone(1)];
    const failed: NewEvent = {
      type: "tool.failed",
      call: "c",
      name: "search",
      error: { code: "tool-error", message: "No." },
    };
    expect(stateOf(...open, recovered).recoveries).toBe(1);
    expect(stateOf(...open, recovered, failed).recoveries).toBe(0);
    const denied: NewEvent[] = [
      { type: "approval.requested", id: "a", call: "c", name: "search", input: {} },
      recovered,
      { type: "approval.resolved", id: "a", approved: false },
    ];
    expect(stateOf(...open, ...denied).recoveries).toBe(0);
    const switched: NewEvent = { type: "agent.switched", from: "main", to: "other", call: "c" };
    expect(stateOf(...open, recovered, switched).recoveries).toBe(0);
  });

  it("ends completed, failed or cancelled", () => {
    const usage = { inputTokens: 0, outputTokens: 0 };
    const error = { code: "internal", message: "Broken." };
    expect(
      stateOf({ type: "run.completed", finishReason: "stop", usage, output: null }),
    ).toMatchObject({ status: "completed", output: null, endedAt: 200 });
    expect(stateOf({ type: "run.failed", error, usage })).toMatchObject({
      status: "failed",
      failure: error,
    });
    expect(
      stateOf(
        { type: "cancel.requested", by: "ada", reason: "enough", command: "x" },
        { type: "cancel.requested", by: "bob" },
        { type: "run.cancelled", usage },
      ),
    ).toMatchObject({ status: "cancelled", cancel: { by: "ada", reason: "enough" } });
  });

  it("applies patches, and passes over those that do not apply", () => {
    const state = stateOf(
      { type: "state.changed", patch: [{ op: "add", path: "/a", value: 1 }] },
      { type: "state.changed", patch: [{ op: "remove", path: "/b" }] },
      { type: "state.changed", patch: [{ op: "add", path: "/__proto__/x", value: 1 }] },
    );
    expect(state).toMatchObject({ seq: 4, state: { a: 1 } });
  });

  it("keeps warnings, steering and rejected outputs", () => {
    const message = { id: "u2", role: "user", parts: [] } as const;
    const error = { code: "invalid-output", message: "It is not JSON." };
    const state = stateOf(
      step(1),
      stepDone(1),
      { type: "warning.raised", code: "a", message: "b" },
      { type: "message.received", message, by: "ada" },
      { type: "output.rejected", error, attempt: 1 },
    );
    expect(state).toMatchObject({
      warnings: [{ code: "a", message: "b" }],
      repairs: 1,
      rejected: error,
    });
    expect(state.messages.at(-1)).toEqual(message);
    expect(state).not.toHaveProperty("finishReason");
  });
});
