import type { Model, ModelEvent } from "../model.ts";
import { ModelError } from "../model-error.ts";
import { ok, same } from "./assert.ts";
import { modelRequest, readModel, textOfAnswer } from "./check-model-events.ts";

/**
 * A model in front of a local server that speaks its provider's wire. Each method but `requests` and `close` tells
 * the server how to answer the next request.
 */
export interface ModelHarness {
  readonly model: Model;
  /** The text in several pieces, and the end. */
  text(text: string): void;
  /** Reasoning that viewers may see, then a text. */
  reasoning(reasoning: string, text: string): void;
  /** Calls of one response, their arguments in several pieces, interleaved where the wire can do that. */
  calls(calls: readonly HarnessCall[]): void;
  /** A stream of status 200 that ends before its first event. */
  empty(): void;
  /** A text, then the end of the stream without the event that ends an answer. */
  cut(text: string): void;
  /** A text, then the connection breaks. */
  broken(text: string): void;
  /** An error of this status, with a body as the provider writes it. */
  refuse(status: number, headers?: { readonly [name: string]: string }): void;
  /** A text that the provider's filter cuts off. */
  filtered(text: string): void;
  /** A text, then nothing. `closed` resolves when the client has closed the request. */
  hang(text: string): { readonly closed: Promise<void> };
  /** How many requests have come. */
  requests(): number;
  close(): Promise<void>;
}

export interface HarnessCall {
  readonly name: string;
  /** JSON text, or what a model wrote instead. */
  readonly args: string;
}

/** One sentence of the contract, to be run by any test runner. Rejects when the adapter breaks it. */
export interface ModelCase {
  readonly name: string;
  run(makeHarness: () => ModelHarness | Promise<ModelHarness>): Promise<void>;
}

/** What a call may be late, in ms, before the case gives up on it. */
const patienceMs = 5_000;

/**
 * The contract of `Model`, sentence by sentence. Every adapter runs all of it, with any test runner:
 *
 * ```ts
 * for (const { name, run } of modelCases) test(name, () => run(() => myHarness()));
 * ```
 */
export const modelCases: readonly ModelCase[] = [
  modelCase("streams a text", async (harness) => {
    harness.text("Hello, wörld 👋🏽.");
    const events = await readModel(harness.model);
    same(textOfAnswer(events), "Hello, wörld 👋🏽.", "the text");
    ok(events.filter(({ type }) => type === "text.delta").length > 1, "a text comes in pieces");
    const { finishReason, usage } = finishOf(events);
    same(finishReason, "stop", "finishReason");
    ok(usage.inputTokens > 0 && usage.outputTokens > 0, "usage is counted");
  }),
  modelCase("streams reasoning before the text it leads to", async (harness) => {
    harness.reasoning("Let me think.", "42");
    const events = await readModel(harness.model);
    same(textOfAnswer(events, "reasoning"), "Let me think.", "the reasoning");
    same(textOfAnswer(events), "42", "the text");
    const types = events.map(({ type }) => type);
    ok(types.indexOf("reasoning.started") < types.indexOf("text.started"), "reasoning comes first");
  }),
  modelCase("keeps parallel calls apart", async (harness) => {
    const calls = [
      { name: "search", args: '{"query":"a","pages":[1,2]}' },
      { name: "search", args: '{"query":"b"}' },
      { name: "read", args: "{}" },
    ];
    harness.calls(calls);
    const events = await readModel(harness.model, withTools);
    const called = calledIn(events);
    same(
      called.map(({ name, args }) => ({ name, args: JSON.parse(args || "{}") })),
      calls.map(({ name, args }) => ({ name, args: JSON.parse(args) })),
      "the calls",
    );
    for (const { call, args } of called) {
      const streamed = events.map((event) =>
        event.type === "tool.args.delta" && event.call === call ? event.delta : "",
      );
      const text = streamed.join("");
      if (text !== "") same(JSON.parse(text), JSON.parse(args || "{}"), "the streamed arguments");
    }
    same(finishOf(events).finishReason, "tool-calls", "finishReason");
  }),
  modelCase("hands on arguments that are not JSON", async (harness) => {
    harness.calls([{ name: "search", args: '{"query": "a' }]);
    const [call] = calledIn(await readModel(harness.model, withTools));
    same(call?.args, '{"query": "a', "the arguments");
  }),
  modelCase("hands on a call whose arguments are left out", async (harness) => {
    harness.calls([{ name: "read", args: "" }]);
    const events = await readModel(harness.model, withTools);
    const [call, ...more] = calledIn(events);
    same(JSON.parse(call?.args || "{}"), {}, "the arguments");
    same(more.length, 0, "further calls");
    same(finishOf(events).finishReason, "tool-calls", "finishReason");
  }),
  modelCase("takes a stream without events for a failure", async (harness) => {
    harness.empty();
    await failsToBeRepeated(harness);
  }),
  modelCase("takes an answer without its end for a failure", async (harness) => {
    harness.cut("Hel");
    await failsToBeRepeated(harness);
  }),
  modelCase("takes a broken connection for a failure", async (harness) => {
    harness.broken("Hel");
    await failsToBeRepeated(harness);
  }),
  modelCase("does not ask to repeat a request whose key is refused", async (harness) => {
    harness.refuse(401);
    const error = await failure(harness);
    same(error.code, "model-error", "code");
    same(error.status, 401, "status");
    ok(!error.retryable, "a refused key stays refused");
  }),
  modelCase("does not ask to repeat a request that is wrong", async (harness) => {
    harness.refuse(400);
    const error = await failure(harness);
    same(error.code, "model-error", "code");
    ok(!error.retryable, "a wrong request stays wrong");
  }),
  modelCase("says when to come back after a rate limit", async (harness) => {
    harness.refuse(429, { "retry-after": "2" });
    const error = await failure(harness);
    same(error.code, "rate-limited", "code");
    ok(error.retryable, "a rate limit passes");
    same(error.retryAfterMs, 2_000, "retryAfterMs");
  }),
  ...[500, 502, 503, 529].map((status) =>
    modelCase(
      `asks to repeat what failed with ${status}, and does not repeat it itself`,
      async (harness) => {
        harness.refuse(status);
        const error = await failsToBeRepeated(harness);
        same(error.status, status, "status");
        same(harness.requests(), 1, "requests");
      },
    ),
  ),
  modelCase("keeps what was said before a content filter", async (harness) => {
    harness.filtered("Well, ");
    const events = await readModel(harness.model);
    same(textOfAnswer(events), "Well, ", "the text");
    same(finishOf(events).finishReason, "content-filter", "finishReason");
  }),
  modelCase("closes the request when it is aborted", async (harness) => {
    const { closed } = harness.hang("Hel");
    const controller = new AbortController();
    const { signal } = controller;
    const reading = (async () => {
      for await (const item of harness.model.stream(modelRequest(), { signal })) {
        if ([item].flat().some((event) => event.type === "text.delta")) controller.abort();
        ok(![item].flat().some((event) => event.type === "finish"), "an aborted answer has no end");
      }
    })();
    const outcome = reading.catch((error: unknown) => {
      // What it throws is ignored, unless it is this case's own complaint.
      if (error instanceof Error && error.message.includes("aborted answer")) throw error;
    });
    await soon(outcome, "the answer goes on after the abort");
    await soon(closed, "the request stays open after the abort");
  }),
  modelCase("closes the request when nobody reads on", async (harness) => {
    const { closed } = harness.hang("Hel");
    const { signal } = new AbortController();
    for await (const item of harness.model.stream(modelRequest(), { signal })) {
      if ([item].flat().some((event) => event.type === "text.delta")) break;
    }
    await soon(closed, "the request stays open after the reader left");
  }),
];

const withTools = modelRequest({
  tools: ["search", "read"].map((name) => ({
    name,
    description: `To ${name}.`,
    input: { type: "object", properties: {} },
  })),
});

function modelCase(name: string, check: (harness: ModelHarness) => Promise<void>): ModelCase {
  return {
    name,
    async run(makeHarness) {
      const harness = await makeHarness();
      try {
        await check(harness);
      } finally {
        await harness.close();
      }
    },
  };
}

async function failsToBeRepeated(harness: ModelHarness): Promise<ModelError> {
  const error = await failure(harness);
  same(error.code, "model-error", "code");
  ok(error.retryable, `the request may be repeated: ${error.message}`);
  return error;
}

async function failure({ model }: ModelHarness): Promise<ModelError> {
  try {
    await readModel(model);
  } catch (error) {
    if (ModelError.is(error)) return error;
    throw new Error("an adapter throws ModelErrors", { cause: error });
  }
  throw new Error("the answer was taken for a success");
}

function finishOf(events: readonly ModelEvent[]): Extract<ModelEvent, { type: "finish" }> {
  const last = events.at(-1);
  ok(last?.type === "finish", "the answer is finished");
  return last;
}

function calledIn(events: readonly ModelEvent[]): Extract<ModelEvent, { type: "tool.called" }>[] {
  return events.filter((event) => event.type === "tool.called");
}

async function soon(promise: Promise<void>, complaint: string): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(complaint)), patienceMs);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
