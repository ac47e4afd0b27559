import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import type { NewEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import type { Limits } from "../protocol/limits.ts";
import type { RunState } from "../protocol/state.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import { tool } from "../tool.ts";
import { next } from "./next.ts";
import { createRegistry } from "./registry.ts";

const plain = tool({ description: "plain", execute: () => 1 });
const safe = tool({ description: "safe", idempotent: true, execute: () => 1 });
const color = clientTool({ description: "color", output: z.string() });
const helper = agent({ name: "helper", tools: { plain } });
const main = agent({
  name: "main",
  tools: { plain, safe, color, helper },
  handoffs: [agent({ name: "other" })],
});
const registry = createRegistry([main]);

/** Later than all events of a test, and earlier than what is far away. */
const now = 1_000_000;
const far = 9_000_000;

const call = (id: string, name: string, more: object = {}): NewEvent =>
  ({ type: "tool.called", call: id, name, input: {}, ...more }) as NewEvent;
const client = (id: string, more: object = {}): NewEvent =>
  call(id, "color", { executor: "client", ...more });
const intent = (id: string, name = "plain"): NewEvent => ({
  type: "tool.started",
  call: id,
  name,
  attempt: 1,
});
const result = (id: string, name = "plain"): NewEvent => ({
  type: "tool.completed",
  call: id,
  name,
  output: 1,
});
const resumed = (epoch: number): NewEvent => ({ type: "run.resumed", epoch, cause: "recovery" });
const asked = (id: string, name: string, expiresAt?: number): NewEvent => ({
  type: "approval.requested",
  id: `a-${id}`,
  call: id,
  name,
  input: {},
  ...(expiresAt !== undefined && { expiresAt }),
});
const resolved = (id: string, approved: boolean): NewEvent => ({
  type: "approval.resolved",
  id: `a-${id}`,
  approved,
});
const said: NewEvent = {
  type: "message.received",
  message: { id: "u2", role: "user", parts: [{ type: "text", text: "And?" }] },
};
const helping = (...events: readonly NewEvent[]): readonly NewEvent[] => [
  ...made(call("c", "helper")),
  {
    type: "agent.started",
    scope: "c",
    agent: "helper",
    messages: [{ id: "s1", role: "user", parts: [] }],
  },
  ...events.map((event) => ({ ...event, scope: "c" })),
];

/** One committed step with these calls. */
function made(...calls: readonly NewEvent[]): readonly NewEvent[] {
  return [step(1), ...calls, { ...stepDone(1), finishReason: "tool-calls" } as NewEvent];
}

function stateOf(events: readonly NewEvent[], limits?: Limits): RunState {
  const state = foldAll(logOf({ ...started, ...(limits && { limits }) } as NewEvent, ...events));
  if (state === undefined) throw new Error("The log began with run.started.");
  return state;
}

/** What is asked for, short: `model`, `tool c`, `wait c`, `emit tool.failed c: unknown-tool`, `finish completed`. */
function asks(events: readonly NewEvent[], limits?: Limits): readonly string[] {
  return next(stateOf(events, limits), registry, now).map((action) => {
    const where = "scope" in action && action.scope !== undefined ? ` in ${action.scope}` : "";
    switch (action.type) {
      case "model":
        return `model${where}${action.at > now ? ` at ${action.at}` : ""}`;
      case "tool":
        return `tool ${action.call}${where}`;
      case "wait":
        return `wait ${action.wait.call}${action.until === undefined ? "" : ` until ${action.until}`}`;
      case "emit": {
        const { event } = action;
        const scope = event.scope === undefined ? "" : ` in ${event.scope}`;
        const code = event.type === "tool.failed" ? `: ${event.error.code}` : "";
        return `emit ${event.type}${scope}${code}`;
      }
      case "finish": {
        const { outcome } = action;
        const why = outcome.type === "failed" ? `: ${outcome.error.code}` : "";
        return `finish ${outcome.type}${why}${where}`;
      }
      default:
        return action satisfies never;
    }
  });
}

const failedStep: NewEvent = {
  type: "step.completed",
  step: 1,
  finishReason: "error",
  usage: { inputTokens: 0, outputTokens: 0 },
  error: { code: "context-length", message: "Too long." },
};
const retried = (retryAt: number): NewEvent => ({
  type: "step.reverted",
  step: 1,
  reason: "retry",
  retryAt,
});
const paused = { ...stepDone(1), finishReason: "paused" } as NewEvent;

describe("the model is asked", () => {
  it.each<[string, readonly NewEvent[], readonly string[]]>([
    ["at the beginning", [], ["model"]],
    ["while its step is open", [step(1)], ["model"]],
    [
      "again after an attempt failed, not before its time",
      [step(1), retried(far)],
      [`model at ${far}`],
    ],
    [
      "again after a recovery, at once",
      [step(1), { ...retried(1), reason: "recovery" } as NewEvent],
      ["model"],
    ],
    ["on after a pause", [step(1), paused], ["model"]],
    [
      "when all calls have results",
      [...made(call("c", "plain")), intent("c"), result("c")],
      ["model"],
    ],
    [
      "after a call that could not run",
      made(call("c", "plain"), {
        type: "tool.failed",
        call: "c",
        name: "plain",
        error: { code: "invalid-input", message: "No." },
      }),
      ["model"],
    ],
    [
      "after a denial",
      [...made(call("c", "plain")), asked("c", "plain"), resolved("c", false)],
      ["model"],
    ],
    [
      "about what was said in mid-step, although it stopped",
      [step(1), said, stepDone(1)],
      ["model"],
    ],
    ["about what was said after its last step", [step(1), stepDone(1), said], ["model"]],
    [
      "once more when its answer was rejected",
      [
        step(1),
        stepDone(1),
        {
          type: "output.rejected",
          error: { code: "invalid-output", message: "No." },
          attempt: 1,
        },
      ],
      ["model"],
    ],
    [
      "in each scope by itself",
      [...helping(), { ...step(2, "m2"), scope: "c", agent: "helper" } as NewEvent],
      ["model in c"],
    ],
  ])("%s", (_, events, expected) => {
    expect(asks(events)).toEqual(expected);
  });
});

describe("calls", () => {
  it.each<[string, readonly NewEvent[], readonly string[]]>([
    ["all run at once", made(call("c", "plain"), call("d", "safe")), ["tool c", "tool d"]],
    ["go on while they run", [...made(call("c", "plain")), intent("c")], ["tool c"]],
    [
      "run once they are approved",
      [...made(call("c", "plain")), asked("c", "plain"), resolved("c", true)],
      ["tool c"],
    ],
    [
      "wait for a person",
      [...made(call("c", "plain")), asked("c", "plain", far)],
      [`wait c until ${far}`],
    ],
    ["wait for a person for ever", [...made(call("c", "plain")), asked("c", "plain")], ["wait c"]],
    ["expire", [...made(call("c", "plain")), asked("c", "plain", now)], ["emit approval.resolved"]],
    ["wait for a viewer", made(client("c")), ["wait c"]],
    [
      "ask before a viewer may begin",
      made(client("c", { needsApproval: true })),
      ["emit approval.requested"],
    ],
    [
      "wait for a viewer once that is approved",
      [...made(client("c", { needsApproval: true })), asked("c", "color"), resolved("c", true)],
      ["wait c"],
    ],
    [
      "run again after a crash when that is safe",
      [...made(call("c", "safe")), intent("c", "safe"), resumed(5)],
      ["tool c"],
    ],
    [
      "read interrupted after a crash otherwise",
      [...made(call("c", "plain")), intent("c"), resumed(5)],
      ["emit tool.failed: interrupted"],
    ],
    ["that never began run after a crash", [...made(call("c", "plain")), resumed(5)], ["tool c"]],
    ["fail when their tool is gone", made(call("c", "gone")), ["emit tool.failed: unknown-tool"]],
    ["open a sub-agent", made(call("c", "helper")), ["emit agent.started in c"]],
    [
      "of a sub-agent run in its scope",
      helping({ ...step(2, "m2"), agent: "helper" } as NewEvent, call("d", "plain"), {
        ...stepDone(2),
        finishReason: "tool-calls",
      } as NewEvent),
      ["tool d in c"],
    ],
    [
      "end with their sub-agent",
      helping({ ...step(2, "m2"), agent: "helper" } as NewEvent, stepDone(2)),
      ["finish completed in c"],
    ],
    [
      "hand over when nothing else is left to do",
      [...made(call("c", "transfer_to_other"), call("d", "plain"))],
      ["tool d"],
    ],
    ["hand over", made(call("c", "transfer_to_other")), ["emit agent.switched"]],
    [
      "hand over once",
      [
        ...made(call("c", "transfer_to_other"), call("d", "transfer_to_other")),
        { type: "agent.switched", from: "main", to: "other", call: "c" },
      ],
      ["emit tool.failed: tool-error"],
    ],
  ])("%s", (_, events, expected) => {
    expect(asks(events)).toEqual(expected);
  });

  it("of a sub-agent that is gone with a deploy fail before it does", () => {
    const lost = createRegistry([agent({ name: "main" })]);
    const open = stateOf(
      helping({ ...step(2, "m2"), agent: "helper" } as NewEvent, call("d", "plain"), {
        ...stepDone(2),
        finishReason: "tool-calls",
      } as NewEvent),
    );
    expect(next(open, lost, now)).toMatchObject([
      { type: "emit", event: { type: "tool.failed", scope: "c", call: "d" } },
    ]);
    const settled = stateOf(helping());
    expect(next(settled, lost, now)).toMatchObject([
      { type: "finish", scope: "c", outcome: { error: { code: "internal" } } },
    ]);
  });
});

describe("the run ends", () => {
  const spent: NewEvent = {
    type: "step.completed",
    step: 1,
    finishReason: "tool-calls",
    usage: { inputTokens: 60, outputTokens: 40, cost: 2 },
  };
  const worked = [step(1), call("c", "plain"), spent, intent("c"), result("c")];

  it.each<[string, readonly NewEvent[], readonly string[], Limits?]>([
    ["when the model has nothing more to do", [step(1), stepDone(1)], ["finish completed"]],
    ["when the model failed for good", [step(1), failedStep], ["finish failed: context-length"]],
    [
      "when it is cancelled, whatever runs",
      [...made(call("c", "plain")), intent("c"), { type: "cancel.requested" }],
      ["finish cancelled"],
    ],
    ["at the limit of steps", worked, ["finish failed: limit"], { steps: 1 }],
    ["at the limit of tokens", worked, ["finish failed: limit"], { tokens: 100 }],
    ["at the limit of cost", worked, ["finish failed: limit"], { cost: 2 }],
    ["at the limit of time, also in mid-step", [step(1)], ["finish failed: limit"], { timeMs: 10 }],
    ["not at a limit that it did not reach", worked, ["model"], { steps: 2, tokens: 101, cost: 3 }],
    ["not at a limit before it wants more", [step(1), spent], ["finish completed"], { steps: 1 }],
    ["not at its limit of time before it began", [], ["model"], { timeMs: 10 }],
    [
      "not at its limit of time for the time it waited",
      [...made(client("c")), { type: "run.waiting", for: [{ type: "result", call: "c" }] }],
      ["wait c"],
      { timeMs: 5_000 },
    ],
    [
      "after four recoveries without progress",
      [1, 2, 3, 4].map(resumed),
      ["finish failed: crash-loop"],
    ],
    ["not after three", [1, 2, 3].map(resumed), ["model"]],
    [
      "not when it made progress in between",
      [...[1, 2, 3].map(resumed), ...made(call("c", "safe")), resumed(4)],
      ["tool c"],
    ],
  ])("%s", (_, events, expected, limits) => {
    expect(asks(events, limits)).toEqual(expected);
  });

  it("once", () => {
    const usage = { inputTokens: 0, outputTokens: 0 };
    expect(asks([{ type: "run.cancelled", usage }])).toEqual([]);
  });
});

it("names what it asks for by keys that stay as long as it is asked for", () => {
  const before = stateOf(made(call("c", "plain"), call("d", "plain")));
  const after = stateOf([...made(call("c", "plain"), call("d", "plain")), intent("c")]);
  const keys = (state: RunState) => next(state, registry, now).map(({ key }) => key);
  expect(keys(after)).toEqual(keys(before));
  expect(new Set(keys(before)).size).toBe(2);
});
