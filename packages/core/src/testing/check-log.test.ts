import { describe, expect, test } from "vitest";
import type { Command, InboxEntry } from "../protocol/command.ts";
import type { NewEvent } from "../protocol/events.ts";
import { logOf, started } from "../protocol/test-log.ts";
import type { Usage } from "../protocol/usage.ts";
import { type CheckedLog, checkLog } from "./check-log.ts";
import { randomLog } from "./random-log/random-log.ts";

const usage: Usage = { inputTokens: 10, outputTokens: 1 };
const steps = (count: number): Usage => ({ inputTokens: 10 * count, outputTokens: count });
const step = (n: number): NewEvent => ({
  type: "step.started",
  step: n,
  message: "m1",
  agent: "main",
  model: "test/model",
});
const stepDone = (n: number): NewEvent => ({
  type: "step.completed",
  step: n,
  finishReason: "stop",
  usage,
});
const call = (id: string, name: string): NewEvent => ({
  type: "tool.called",
  call: id,
  name,
  input: {},
});
const intent = (id: string, name: string, attempt = 1): NewEvent => ({
  type: "tool.started",
  call: id,
  name,
  attempt,
});
const output = (id: string, name: string): NewEvent => ({
  type: "tool.completed",
  call: id,
  name,
  output: null,
});
const completed = (count: number): NewEvent => ({
  type: "run.completed",
  finishReason: "stop",
  usage: steps(count),
});
const heard = (id: string, command: string): NewEvent => ({
  type: "message.received",
  message: { id, role: "user", parts: [{ type: "text", text: "And?" }] },
  command,
});
const inboxOf = (...commands: readonly Command[]): InboxEntry[] =>
  commands.map((command, i) => ({ n: i + 1, at: i, command }));
const message = (id: string): Command => ({
  type: "message",
  id,
  message: { id: `of-${id}`, role: "user", parts: [] },
});

const checks = (log: Omit<CheckedLog, "events">, ...events: readonly NewEvent[]) =>
  checkLog({ ...log, events: logOf(started, ...events) }).map(({ check }) => check);

test("right logs have no problems", () => {
  for (let seed = 0; seed < 200; seed++) {
    const problems = checkLog({ events: randomLog(seed), idempotent: (tool) => tool === "read" });
    // Random models do not care for what they hear, nor random people for the time.
    const others = problems.filter(({ check }) => check !== "messages" && check !== "approvals");
    expect(others).toEqual([]);
  }
});

describe("order and epochs", () => {
  test("the first broken rule is told, with its event", () => {
    const events = logOf(started, step(1), step(2), { ...stepDone(7) });
    expect(checkLog({ events })).toEqual([
      { check: "order", seq: 3, message: expect.stringMatching(/^Rule 8: /) },
    ]);
  });

  test("a second attempt needs an idempotent tool", () => {
    const twice = [step(1), call("c", "pay"), stepDone(1), intent("c", "pay")];
    const cut: NewEvent[] = [
      { type: "run.resumed", epoch: 5, cause: "recovery" },
      intent("c", "pay", 2),
    ];
    expect(checks({}, ...twice, ...cut)).toEqual(["order"]);
    expect(checks({ idempotent: () => true }, ...twice, ...cut)).toEqual([]);
  });

  test("epochs never fall, and run.resumed tells its own", () => {
    const resumed: NewEvent = { type: "run.resumed", epoch: 7, cause: "handover" };
    expect(checks({ epochs: [3, 7] }, resumed)).toEqual([]);
    expect(checks({ epochs: [3, 8] }, resumed)).toEqual(["epochs"]);
    expect(checks({ epochs: [9, 7] }, resumed)).toEqual(["order"]);
  });
});

describe("commands", () => {
  const inbox = inboxOf(message("k1"), message("k2"));

  test("are answered once each, in order", () => {
    const both = [heard("m2", "k1"), heard("m3", "k2")];
    expect(checks({ inbox }, ...both)).toEqual([]);
    expect(checks({ inbox }, heard("m2", "k2"), heard("m3", "k1"))).toEqual(["commands"]);
    expect(checks({ inbox }, ...both, heard("m4", "k1"))).toEqual(["commands"]);
    expect(checks({ inbox }, heard("m2", "nobody"))).toEqual(["commands"]);
    expect(checks({ inbox }, heard("m2", "k2"))).toEqual(["commands"]);
  });

  test("are answered by an event of their kind", () => {
    const cancel: NewEvent = { type: "cancel.requested", command: "k1" };
    const rejected: NewEvent = {
      type: "command.rejected",
      command: "k1",
      kind: "message",
      reason: "Too late.",
    };
    expect(checks({ inbox: inboxOf(message("k1")) }, cancel)).toEqual(["commands"]);
    expect(checks({ inbox: inboxOf(message("k1")) }, rejected)).toEqual([]);
  });

  test("may be pending while the run is open, and not when it ended", () => {
    expect(checks({ inbox })).toEqual([]);
    expect(checks({ inbox }, step(1), stepDone(1), completed(1))).toEqual(["commands", "commands"]);
  });
});

test("a cancelled run does not complete", () => {
  // The verifier stops at the same event.
  const log = [{ type: "cancel.requested" } as const, completed(0)];
  expect(checks({}, ...log)).toContain("cancel");
  expect(checks({}, log[0] as NewEvent, { type: "run.cancelled", usage: steps(0) })).toEqual([]);
});

test("a run completes only after a step that heard the last message", () => {
  const mid = [step(1), heard("m2", "k1"), stepDone(1)];
  expect(checks({}, ...mid, completed(1))).toEqual(["messages"]);
  expect(checks({}, ...mid, step(2), stepDone(2), completed(2))).toEqual([]);
  expect(checks({}, ...mid, { type: "run.cancelled", usage })).toEqual([]);
});

describe("approvals", () => {
  const asked: NewEvent[] = [
    step(1),
    call("c", "pay"),
    stepDone(1),
    { type: "approval.requested", id: "a", call: "c", name: "pay", input: {}, expiresAt: 600 },
  ];
  // The event after these has seq 6 and time 600.
  const answered = (more: object): NewEvent => ({
    type: "approval.resolved",
    id: "a",
    approved: false,
    ...more,
  });
  const yes = (at: number): InboxEntry => ({
    n: 1,
    at,
    command: { type: "approval", id: "k1", approval: "a", approved: true },
  });

  test("expire when their time has come, and not before", () => {
    expect(checks({}, ...asked, answered({ expired: true }))).toEqual([]);
    expect(checks({}, ...asked, answered({ expired: true, at: 599 }))).toEqual(["approvals"]);
  });

  test("do not expire over an answer that was sent in time", () => {
    const expired = [...asked, answered({ expired: true })];
    expect(checks({ inbox: [yes(599)] }, ...expired)).toContain("approvals");
    expect(checks({ inbox: [yes(600)] }, ...expired)).toEqual([]);
  });

  test("are not answered by what was sent too late", () => {
    const approved = [...asked, answered({ approved: true, command: "k1" })];
    expect(checks({ inbox: [yes(599)] }, ...approved)).toEqual([]);
    expect(checks({ inbox: [yes(600)] }, ...approved)).toEqual(["approvals"]);
  });
});

test("usage never falls and adds up", () => {
  expect(checks({}, step(1), stepDone(1), completed(1))).toEqual([]);
  expect(checks({}, step(1), stepDone(1), completed(2))).toEqual(["usage"]);
  const wasted: NewEvent = { type: "step.reverted", step: 1, reason: "retry", usage };
  expect(checks({}, step(1), wasted, step(2), stepDone(2), completed(1))).toEqual(["usage"]);
  expect(checks({}, step(1), wasted, step(2), stepDone(2), completed(2))).toEqual([]);
  const falling = { ...stepDone(1), usage: { inputTokens: -1, outputTokens: 0 } } as NewEvent;
  expect(checks({}, step(1), falling)).toEqual(["usage"]);
});

describe("effects", () => {
  const ran = [
    step(1),
    call("c1", "pay"),
    call("c2", "read"),
    stepDone(1),
    intent("c1", "pay"),
    intent("c2", "read"),
    { type: "run.resumed", epoch: 5, cause: "recovery" } as const,
    intent("c2", "read", 2),
    output("c2", "read"),
  ];
  const of = (...ledger: readonly [call: string, attempt: number][]) =>
    checks(
      {
        ledger: ledger.map(([call, attempt]) => ({ call, attempt })),
        idempotent: (tool) => tool === "read",
      },
      ...ran,
    );

  test("are known by their intents", () => {
    expect(of()).toEqual([]);
    expect(of(["c1", 1], ["c2", 1], ["c2", 2])).toEqual([]);
    expect(of(["c3", 1])).toEqual(["effects"]);
    expect(of(["c1", 2])).toEqual(["effects"]);
  });

  test("happen once for each intent, and once at all where a tool is not idempotent", () => {
    expect(of(["c2", 1], ["c2", 1])).toEqual(["effects"]);
    expect(of(["c1", 1], ["c1", 1])).toEqual(["effects"]);
    const again = [...ran.slice(0, 7), intent("c1", "pay", 2)];
    const ledger = [
      { call: "c1", attempt: 1 },
      { call: "c1", attempt: 2 },
    ];
    expect(checks({ ledger }, ...again)).toEqual(["order", "effects"]);
  });
});
