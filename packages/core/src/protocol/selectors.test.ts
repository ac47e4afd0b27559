import { expect, it } from "vitest";
import type { NewEvent } from "./events.ts";
import type { Message, Part } from "./message.ts";
import {
  isSettled,
  lastText,
  pendingApprovals,
  pendingCalls,
  textOf,
  usageOf,
} from "./selectors.ts";
import { answered, asked, clientCalled, done, inAgent, within } from "./test-events.ts";
import { called, stateOf, step, stepDone } from "./test-log.ts";
import type { Usage } from "./usage.ts";

const [, ...agentStarted] = inAgent;
const nested: readonly NewEvent[] = [
  ...agentStarted,
  within("c", step(2, "m2")),
  within("c", { ...clientCalled, call: "d" } as NewEvent),
  within("c", { ...called, call: "e" } as NewEvent),
];
const committed = [...nested, within("c", stepDone(2))];

it("finds the approvals that nobody has answered, in every scope", () => {
  const question = within("c", { ...asked, call: "e" } as NewEvent);
  const state = stateOf(...committed, question);
  expect(pendingApprovals(state)).toEqual([
    { scope: "c", part: state.scopes.c?.messages.at(-1)?.parts[1] },
  ]);
  expect(pendingApprovals(state)[0]?.part).toBe(state.scopes.c?.messages.at(-1)?.parts[1]);
  expect(pendingApprovals(stateOf(...committed, question, within("c", answered(true))))).toEqual(
    [],
  );
  const root = stateOf(step(1), called, stepDone(1), asked);
  expect(pendingApprovals(root)).toEqual([{ part: root.messages.at(-1)?.parts[0] }]);
});

it("finds the calls that wait for a viewer, once their step is committed", () => {
  expect(pendingCalls(stateOf(...nested))).toEqual([]);
  const state = stateOf(...committed);
  expect(pendingCalls(state)).toMatchObject([{ scope: "c", part: { call: "d" } }]);
  const answer = within("c", { ...done, call: "d" } as NewEvent);
  expect(pendingCalls(stateOf(...committed, answer))).toEqual([]);
});

it("knows the calls that are over", () => {
  const statuses = ["streaming", "called", "approval", "running", "interrupted"] as const;
  const over = ["completed", "failed", "denied"] as const;
  const settled = [...statuses, ...over].filter((status) =>
    isSettled({ type: "tool", call: "c", name: "n", step: 1, status }),
  );
  expect(settled).toEqual(over);
});

it("reads the newest text of an assistant, its parts joined", () => {
  const message = (role: Message["role"], ...parts: Part[]): Message => ({ id: "m", role, parts });
  const text = (text: string): Part => ({ type: "text", text });
  const hidden: Part = { type: "reasoning", text: "hm" };
  expect(textOf([text("a"), hidden, text("b")])).toBe("ab");
  expect(
    lastText([
      message("assistant", text("old")),
      message("assistant", text("a"), hidden, text("b")),
      message("assistant", hidden),
      message("user", text("c")),
    ]),
  ).toBe("ab");
  expect(lastText([message("user", text("c"))])).toBe("");
});

it("sums up what runs have used, in all and by model", () => {
  const paid = { inputTokens: 1, outputTokens: 1, cost: 0.25 };
  const free = { inputTokens: 2, outputTokens: 2 };
  const sum = { inputTokens: 3, outputTokens: 3, cost: 0.25 };
  const run = { usage: sum, usageByModel: { "x/a": paid, "x/b": free } };
  expect(usageOf([run, { usage: free, usageByModel: { "x/b": free } }, stateOf()])).toEqual({
    total: { inputTokens: 5, outputTokens: 5, cost: 0.25 },
    byModel: new Map<string, Usage>([
      ["x/a", paid],
      ["x/b", { inputTokens: 4, outputTokens: 4 }],
    ]),
  });
  expect(usageOf([])).toEqual({ total: { inputTokens: 0, outputTokens: 0 }, byModel: new Map() });
});
