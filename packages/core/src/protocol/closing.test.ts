import { expect, it } from "vitest";
import { randomLog } from "../testing/random-log/random-log.ts";
import { type ClosingCause, closing } from "./closing.ts";
import { isTerminal } from "./event-types.ts";
import type { NewEvent, RunEvent } from "./events.ts";
import { foldAll } from "./fold.ts";
import { createVerifier, type Verifier } from "./order.ts";
import { pendingApprovals, pendingCalls } from "./selectors.ts";
import type { RunState } from "./state.ts";
import { resumed, running, second, text, within } from "./test-events.ts";
import { called, firstBroken, logOf, started, stateOf, step, stepDone } from "./test-log.ts";

const error = { code: "limit", message: "50 steps are made." };
const causes: readonly ClosingCause[] = [{ type: "cancelled" }, { type: "failed", error }];

function terminal(state: RunState, cause: ClosingCause): NewEvent {
  return cause.type === "cancelled"
    ? { type: "run.cancelled", usage: state.usage }
    : { type: "run.failed", error: cause.error, usage: state.usage };
}

it("makes the end legal after any prefix of any log", () => {
  let closers = 0;
  for (let seed = 0; seed < 40; seed++) {
    const log = randomLog(seed);
    for (let cut = 1; cut < log.length; cut += 1 + ((seed + cut) % 40)) {
      const prefix = log.slice(0, cut);
      const state = foldAll(prefix);
      if (state === undefined) throw new Error("The log began with run.started.");
      for (const cause of causes) {
        const end = [...closing(state, cause), terminal(state, cause)];
        closers += end.length - 1;
        const tail = logOf(...end).map((event) => ({ ...event, seq: event.seq + cut }) as RunEvent);
        for (const verifier of [seeing(prefix), createVerifier({ state })]) {
          expect(firstBroken(verifier, tail), `seed ${seed} at ${cut}`).toBeUndefined();
        }
        const after = foldAll(tail, state);
        expect(closing(after, cause)).toEqual([]);
        expect([...pendingApprovals(after), ...pendingCalls(after)]).toEqual([]);
      }
    }
    expect(log.findIndex(isTerminal)).toBe(log.length - 1);
  }
  expect(closers).toBeGreaterThan(1_000);
});

function seeing(log: readonly RunEvent[]): Verifier {
  const verifier = createVerifier();
  for (const event of log) verifier.check(event);
  return verifier;
}

it("has nothing to close when nothing is open", () => {
  expect(closing(stateOf(step(1), stepDone(1)), { type: "cancelled" })).toEqual([]);
});

it("keeps what the model said, and says what became of the rest", () => {
  const state = stateOf(step(1), text, second);
  expect(closing(state, { type: "failed", error })).toEqual([
    { type: "text.completed", id: "p" },
    {
      type: "tool.failed",
      call: "d",
      name: "search",
      error: { code: "cancelled", message: "The run failed before the call ended." },
    },
    {
      type: "step.completed",
      step: 1,
      finishReason: "error",
      usage: { inputTokens: 0, outputTokens: 0 },
      error,
    },
  ]);
  expect(closing(state, { type: "cancelled" }).at(-1)).toEqual({
    type: "step.completed",
    step: 1,
    finishReason: "cancelled",
    usage: { inputTokens: 0, outputTokens: 0 },
  });
});

it("does not call cancelled what was interrupted: its effect may have happened", () => {
  const state = foldAll(logOf(...running, resumed(1)));
  if (state === undefined) throw new Error("The log began with run.started.");
  expect(closing(state, { type: "cancelled" })).toMatchObject([{ error: { code: "interrupted" } }]);
});

it("closes sub-agents before their parents, whatever the ids look like", () => {
  const agent = (scope: string): NewEvent => ({
    type: "agent.started",
    scope,
    agent: "main",
    messages: [],
  });
  const state = foldAll(
    logOf(
      started,
      step(1),
      { ...called, call: "7" } as NewEvent,
      stepDone(1),
      agent("7"),
      within("7", step(2, "m2")),
      within("7", { ...called, call: "3" } as NewEvent),
      within("7", stepDone(2)),
      agent("3"),
      within("3", step(3, "m3")),
    ),
  );
  if (state === undefined) throw new Error("The log began with run.started.");
  expect(closing(state, { type: "cancelled" })).toMatchObject([
    { type: "step.completed", scope: "3" },
    { type: "tool.failed", scope: "7", call: "3" },
    { type: "tool.failed", call: "7" },
  ]);
});
