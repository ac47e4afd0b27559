import type { NewEvent } from "./events.ts";
import { started, step, stepDone } from "./test-log.ts";

const usage = { inputTokens: 0, outputTokens: 0 };
const error = { code: "tool-error", message: "No." };
export const completed: NewEvent = { type: "run.completed", finishReason: "stop", usage };
export const cancelled: NewEvent = { type: "run.cancelled", usage };
export const text: NewEvent = { type: "text.started", id: "p" };
export const textDone: NewEvent = { type: "text.completed", id: "p" };
export const delta = (text: string): NewEvent => ({ type: "text.delta", id: "p", delta: text });
export const args: NewEvent = { type: "tool.args.started", call: "c", name: "search" };
export const called: NewEvent = { type: "tool.called", call: "c", name: "search", input: {} };
export const second = { ...called, call: "d" } as NewEvent;
export const clientCalled = { ...called, executor: "client" } as NewEvent;
export const guarded = { ...clientCalled, needsApproval: true } as NewEvent;
export const hosted = { ...called, executor: "provider" } as NewEvent;
export const run = (attempt = 1): NewEvent => ({
  type: "tool.started",
  call: "c",
  name: "search",
  attempt,
});
export const done: NewEvent = { type: "tool.completed", call: "c", name: "search", output: 1 };
export const failed: NewEvent = { type: "tool.failed", call: "c", name: "search", error };
export const asked: NewEvent = {
  type: "approval.requested",
  id: "a",
  call: "c",
  name: "search",
  input: {},
};
export const answered = (approved: boolean): NewEvent => ({
  type: "approval.resolved",
  id: "a",
  approved,
});
export const waiting = (...waits: Extract<NewEvent, { type: "run.waiting" }>["for"]): NewEvent => ({
  type: "run.waiting",
  for: waits,
});
export const forResult = { type: "result", call: "c" } as const;
export const forApproval = { type: "approval", id: "a", call: "c" } as const;
export const resumed = (epoch: number, cause: "recovery" | "input" = "recovery"): NewEvent => ({
  type: "run.resumed",
  epoch,
  cause,
});
export const reverted = (number: number): NewEvent => ({
  type: "step.reverted",
  step: number,
  reason: "recovery",
});
export const received = (id: string): NewEvent => ({
  type: "message.received",
  message: { id, role: "user", parts: [] },
});
export const agent = (scope: string, id = "s1"): NewEvent => ({
  type: "agent.started",
  scope,
  agent: "main",
  messages: [{ id, role: "user", parts: [] }],
});
export const within = (scope: string, event: NewEvent): NewEvent => ({ ...event, scope });
export const switched: NewEvent = { type: "agent.switched", from: "main", to: "other", call: "c" };
export const stopped: NewEvent = {
  type: "step.completed",
  step: 1,
  finishReason: "cancelled",
  usage,
};

/** What a case begins with. */
export const open = [started, step(1)];
export const made = [...open, called, stepDone(1)];
export const madeByClient = [...open, clientCalled, stepDone(1)];
export const running = [...made, run()];
export const sleeping = [...madeByClient, waiting(forResult)];
export const inAgent = [...made, agent("c")];
export const cancelling: NewEvent[] = [...made, { type: "cancel.requested" }];
