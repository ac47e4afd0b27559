import { expect, test } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { memoryLog } from "../log/memory-log.ts";
import { segmentEvents } from "../log/segment.ts";
import type { RunEvent } from "../protocol/events.ts";
import type { RunState } from "../protocol/state.ts";
import { createRuntimeCore } from "../runtime/create-runtime.ts";
import { tool } from "../tool.ts";
import { checkLog } from "./check-log.ts";
import { scriptedModel } from "./scripted-model.ts";
import { lastOutput } from "./scripted-request.ts";

const search = tool({
  description: "Search",
  input: z.object({ query: z.string() }),
  execute: ({ query }) => ({ hits: query.length }),
});

/** Runs an agent to its end, checks its log, and gives the state. */
async function finished(root: ReturnType<typeof agent>, input = "Hi"): Promise<RunState> {
  const log = memoryLog();
  const core = createRuntimeCore({ agents: [root], log });
  try {
    const started = await core.start({ agent: root.name, input });
    if (started.status !== "ok") throw new Error(started.status);
    const events: RunEvent[] = [];
    for await (const item of core.tail(started.run)) {
      if (item.type === "events") events.push(...segmentEvents(item.segment));
    }
    const inbox = await log.inbox(started.run, 0, 100);
    expect(checkLog({ events, inbox })).toEqual([]);
    const state = await core.state(started.run);
    if (state === undefined) throw new Error("no state");
    return state;
  } finally {
    await core.close();
  }
}

const texts = ({ messages }: Pick<RunState, "messages">) =>
  messages.flatMap(({ parts }) =>
    parts.map((part) => (part.type === "text" ? part.text : part.type)),
  );

test("a scripted agent calls real tools and answers from their outputs", async () => {
  const model = scriptedModel([
    { reasoning: "Search first.", calls: [{ name: "search", input: { query: "runs" } }] },
    (request) => ({ text: `Found ${JSON.stringify(lastOutput(request, "search"))}.` }),
  ]);
  const state = await finished(agent({ name: "helper", model, tools: { search } }));
  expect(state.status).toBe("completed");
  expect(texts(state)).toEqual(["Hi", "reasoning", "tool", 'Found {"hits":4}.']);
});

test("arguments that are broken or wrong come back to the model", async () => {
  const model = scriptedModel([
    {
      calls: [
        { name: "search", args: '{"query":' },
        { name: "search", input: { query: 7 } },
      ],
    },
    { text: "I give up." },
  ]);
  const state = await finished(agent({ name: "helper", model, tools: { search } }));
  const errors = state.messages.flatMap(({ parts }) =>
    parts.flatMap((part) => (part.type === "tool" ? [part.error?.code] : [])),
  );
  expect(errors).toEqual(["invalid-input", "invalid-input"]);
  expect(texts(state).at(-1)).toBe("I give up.");
});

test("each sub-agent and each agent of a hand-off has its own script", async () => {
  const coder = agent({
    name: "coder",
    description: "Writes code",
    model: scriptedModel([
      { calls: [{ name: "search", input: { query: "x" } }] },
      { text: "Done." },
    ]),
    tools: { search },
  });
  const closer = agent({
    name: "closer",
    description: "Says goodbye",
    model: scriptedModel([{ calls: [{ name: "transfer_to_planner" }] }]),
    handoffs: ["planner"],
  });
  const planner = agent({
    name: "planner",
    model: scriptedModel([
      {
        calls: [
          { name: "coder", input: { prompt: "a" } },
          { name: "coder", input: { prompt: "b" } },
        ],
      },
      { calls: [{ name: "transfer_to_closer" }] },
      { text: "Goodbye." },
    ]),
    tools: { coder },
    handoffs: [closer],
  });
  const state = await finished(planner);
  expect(state.status).toBe("completed");
  expect(Object.values(state.scopes).map((scope) => texts(scope).at(-1))).toEqual([
    "Done.",
    "Done.",
  ]);
  expect(texts(state)).toEqual(["Hi", "tool", "tool", "tool", "tool", "Goodbye."]);
});

test("failures that pass are retried, failures that stay end the run", async () => {
  const busy = { code: "rate-limited", message: "Slow down.", retryAfterMs: 1 } as const;
  const model = scriptedModel([{ text: "One two three.", error: { ...busy, after: 2, times: 2 } }]);
  const state = await finished(agent({ name: "helper", model }));
  expect([state.status, texts(state).at(-1)]).toEqual(["completed", "One two three."]);
  const broken = { code: "model-error", message: "Broken." } as const;
  const failing = scriptedModel([{ error: broken }]);
  const failed = await finished(agent({ name: "helper", model: failing }));
  expect([failed.status, failed.failure?.message]).toEqual(["failed", "Broken."]);
});

test("a script that is too short says so in the run's failure", async () => {
  const model = scriptedModel([{ calls: [{ name: "search", input: { query: "runs" } }] }]);
  const state = await finished(agent({ name: "helper", model, tools: { search } }));
  expect(state.failure?.message).toMatch(/1 step\(s\).*asked for step 2/);
});
