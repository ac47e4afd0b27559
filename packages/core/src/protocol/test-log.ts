import type { NewEvent, RunEvent } from "./events.ts";
import { foldAll } from "./fold.ts";
import type { Part } from "./message.ts";
import type { Verifier } from "./order.ts";
import type { RunState } from "./state.ts";

/** What most tests begin with. */
export const started: NewEvent = {
  type: "run.started",
  protocol: 1,
  run: "r",
  thread: "t",
  agent: "main",
  messages: [{ id: "u1", role: "user", parts: [{ type: "text", text: "Hi" }] }],
};

export const step = (number: number, message = "m1"): NewEvent => ({
  type: "step.started",
  step: number,
  message,
  agent: "main",
  model: "test/model",
});

export const stepDone = (number: number): NewEvent => ({
  type: "step.completed",
  step: number,
  finishReason: "stop",
  usage: { inputTokens: 10, outputTokens: 1 },
});

/** Numbered and dated: `at` is a hundred times `seq`. */
export function logOf(...events: readonly NewEvent[]): readonly RunEvent[] {
  return events.map(({ type, scope, ...fields }, index) => {
    const seq = index + 1;
    return {
      seq,
      type,
      ...(scope !== undefined && { scope }),
      ...(!type.endsWith(".delta") && { at: seq * 100 }),
      ...fields,
    } as RunEvent;
  });
}

/** The first event that the verifier refuses, and why; `undefined` when it accepts them all. */
export function firstBroken(verifier: Verifier, events: readonly RunEvent[]): string | undefined {
  for (const event of events) {
    const violation = verifier.check(event);
    if (violation !== undefined) return JSON.stringify({ violation, event });
  }
  return undefined;
}

/** The state after run.started and these. */
export function stateOf(...events: readonly NewEvent[]): RunState {
  const state = foldAll(logOf(started, ...events));
  if (state === undefined) throw new Error("The log began with run.started.");
  return state;
}

/** The parts of the newest message. */
export function partsOf(...events: readonly NewEvent[]): readonly Part[] {
  return stateOf(...events).messages.at(-1)?.parts ?? [];
}

export const called: NewEvent = { type: "tool.called", call: "c", name: "search", input: { q: 1 } };
