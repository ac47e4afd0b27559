import { describe, expect, test } from "vitest";
import type { ModelEvent, ModelRequest } from "../model.ts";
import { ModelError } from "../model-error.ts";
import type { Message, Part } from "../protocol/message.ts";
import { type Script, type ScriptedModelOptions, scriptedModel } from "./scripted-model.ts";
import { lastOutput, outputs } from "./scripted-request.ts";

const user = (id: string): Message => ({ id, role: "user", parts: [{ type: "text", text: "Hi" }] });
const assistant = (id: string, agent: string, ...parts: Part[]): Message => ({
  id,
  role: "assistant",
  agent,
  parts,
});
const said = (step: number, text = "x"): Part => ({ type: "text", step, text });
const done = (step: number, name: string, output: unknown): Part => ({
  type: "tool",
  call: `c${step}`,
  name,
  step,
  status: "completed",
  input: {},
  output: output as never,
});
const request = (...messages: Message[]): ModelRequest => ({
  messages,
  tools: [],
  run: "run",
  thread: "thread",
});

async function collect(
  script: Script,
  asked: ModelRequest,
  options?: ScriptedModelOptions,
  signal = new AbortController().signal,
) {
  const events: ModelEvent[] = [];
  for await (const item of scriptedModel(script, options).stream(asked, { signal })) {
    events.push(...[item].flat());
  }
  return events;
}
const textOf = (events: readonly ModelEvent[]) =>
  events.map((event) => (event.type === "text.delta" ? event.delta : "")).join("");
const textAt = async (script: Script, ...messages: Message[]) =>
  textOf(await collect(script, request(...messages)));

describe("what a step says", () => {
  test("parts in order, cut into words and pieces, then one finish", async () => {
    const step = {
      reasoning: "Think first.",
      text: " Two  words\n",
      sources: [{ url: "https://example.com" }],
      files: [{ mediaType: "image/png", url: "data:image/png;base64,AA==" }],
      calls: [{ name: "search", input: { query: "a long enough query" } }, { name: "now" }],
    };
    const events = await collect([step], request(user("m1")));
    expect(events.filter((event) => event.type === "text.delta").map(({ delta }) => delta)).toEqual(
      [" Two", "  words", "\n"],
    );
    expect(events.map(({ type }) => type).filter((type) => !type.endsWith(".delta"))).toEqual([
      "reasoning.started",
      "reasoning.completed",
      "text.started",
      "text.completed",
      "source.added",
      "file.added",
      "tool.args.started",
      "tool.called",
      "tool.args.started",
      "tool.called",
      "finish",
    ]);
    const args = events.flatMap((event) =>
      event.type === "tool.args.delta" && event.call === "call-1" ? [event.delta] : [],
    );
    expect(args.length).toBeGreaterThan(1);
    expect(JSON.parse(args.join(""))).toEqual({ query: "a long enough query" });
    expect(events.at(-1)).toMatchObject({ finishReason: "tool-calls" });
  });

  test("broken arguments as they stand, usage and finish reason as given", async () => {
    const usage = { inputTokens: 5, outputTokens: 7, cost: 0.1 };
    const events = await collect(
      [{ calls: [{ name: "search", args: '{"query":' }], usage, finishReason: "length" }],
      request(user("m1")),
    );
    expect(events.find((event) => event.type === "tool.called")).toMatchObject({
      args: '{"query":',
    });
    expect(events.at(-1)).toEqual({ type: "finish", finishReason: "length", usage });
  });

  test("pieces of a fixed size, through a character too, lose nothing", async () => {
    const text = "a😀b😀";
    const events = await collect([{ text }], request(user("m1")), { chunk: 1 });
    expect(events.filter(({ type }) => type === "text.delta")).toHaveLength(text.length);
    expect(textOf(events)).toBe(text);
    expect(() => scriptedModel([], { chunk: 0 })).toThrow("chunk");
  });

  test("long texts let timers run", async () => {
    let fired = false;
    setTimeout(() => {
      fired = true;
    });
    const words = 50_000;
    const stream = scriptedModel([{ text: "w ".repeat(words) }]).stream(request(user("m1")), {
      signal: new AbortController().signal,
    });
    let firedBeforeTheEnd = false;
    for await (const _ of stream) firedBeforeTheEnd = fired;
    expect(firedBeforeTheEnd).toBe(true);
  });
});

describe("which step is next", () => {
  const script = [{ text: "one" }, { text: "two" }, { text: "three" }];

  test("is the number of steps since the newest user message", async () => {
    const turn = [user("m1"), assistant("m2", "a", said(1), done(1, "t", 1), said(2))];
    expect(await textAt(script, user("m1"))).toBe("one");
    expect(await textAt(script, ...turn)).toBe("three");
    expect(await textAt(script, ...turn, user("m3"))).toBe("one");
    expect(await textAt(script, ...turn, user("m3"), assistant("m4", "a", said(1)))).toBe("two");
  });

  test("is the same for a new model of another process, and for a repeated request", async () => {
    const asked = request(user("m1"), assistant("m2", "a", said(1)));
    const model = scriptedModel(script);
    const signal = new AbortController().signal;
    for (const again of [model, model, scriptedModel(script)]) {
      const events: ModelEvent[] = [];
      for await (const item of again.stream(asked, { signal })) events.push(...[item].flat());
      expect(textOf(events)).toBe("two");
    }
  });

  test("counts only the agent's own steps across hand-offs", async () => {
    const toB = assistant("m2", "a", done(1, "transfer_to_b", { agent: "b" }));
    const back = assistant("m3", "b", done(2, "transfer_to_a", { agent: "a" }));
    expect(await textAt(script, user("m1"), toB)).toBe("one");
    expect(await textAt(script, user("m1"), toB, back)).toBe("two");
  });

  test("may depend on what tools gave", async () => {
    const found = assistant(
      "m2",
      "a",
      done(1, "search", { hits: 1 }),
      done(2, "search", { hits: 2 }),
      done(2, "now", 12),
    );
    const script: Script = (request, n) => ({
      text: `${n} ${JSON.stringify([lastOutput(request, "search"), outputs(request)])}`,
    });
    expect(await textAt(script, user("m1"), found)).toBe(
      '2 [{"hits":2},[{"hits":1},{"hits":2},12]]',
    );
    expect(lastOutput(request(user("m1")), "search")).toBeUndefined();
  });
});

describe("what goes wrong", () => {
  const failing = { code: "rate-limited", message: "Slow down.", retryAfterMs: 5 } as const;

  test("past the end the error says so", async () => {
    const asked = request(user("m1"), assistant("m2", "a", said(1)));
    await expect(collect([{ text: "one" }], asked)).rejects.toThrow(/1 step.*step 2/);
  });

  test("a function that throws is not retried", async () => {
    const error = await collect(
      () => {
        throw new Error("expected 2 to be 3");
      },
      request(user("m1")),
    ).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({
      retryable: false,
      message: expect.stringMatching(/expected 2 to be 3/),
    });
  });

  test("an error comes first, or after some deltas", async () => {
    async function until(after?: number) {
      const events: ModelEvent[] = [];
      const step = { text: "a b c", error: { ...failing, ...(after !== undefined && { after }) } };
      const stream = scriptedModel([step]).stream(request(user("m1")), {
        signal: new AbortController().signal,
      });
      const reading = (async () => {
        for await (const item of stream) events.push(...[item].flat());
      })();
      await expect(reading).rejects.toMatchObject({ code: "rate-limited", retryAfterMs: 5 });
      return events;
    }
    expect(await until()).toEqual([]);
    expect(textOf(await until(2))).toBe("a b");
    expect(textOf(await until(9))).toBe("a b c");
  });

  test("`times` counts attempts by turn", async () => {
    const model = scriptedModel([{ text: "ok", error: { ...failing, times: 2 } }]);
    const attempt = async (asked: ModelRequest) => {
      const events: ModelEvent[] = [];
      try {
        for await (const item of model.stream(asked, { signal: new AbortController().signal })) {
          events.push(...[item].flat());
        }
      } catch (error) {
        return (error as ModelError).code;
      }
      return textOf(events);
    };
    for (const asked of [request(user("m1")), request(user("m2"))]) {
      expect(await attempt(asked)).toBe("rate-limited");
      expect(await attempt(asked)).toBe("rate-limited");
      expect(await attempt(asked)).toBe("ok");
    }
  });

  test("an abort ends a pause and a hang", async () => {
    for (const [step, options] of [
      [{ text: "a b c" }, { delayMs: 3_600_000 }],
      [{ text: "a b c", hang: true as const }, {}],
    ] as const) {
      const aborter = new AbortController();
      const events: ModelEvent[] = [];
      for await (const item of scriptedModel([step], options).stream(
        request(user("m1")),
        aborter,
      )) {
        events.push(...[item].flat());
        aborter.abort();
      }
      expect(events[0]).toMatchObject({ type: "text.started" });
      expect(events.some(({ type }) => type === "finish")).toBe(false);
    }
  });
});
