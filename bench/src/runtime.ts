import { agent, type ModelEvent } from "@runwire/core";
import { streamText } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { words } from "./client/script.ts";
import { type Contestant, check, interleave, threadTime } from "./measure.ts";
import { costTable, type Section } from "./table.ts";

const deltas = words(20_000);
const length = deltas.join("").length;
const usage = { inputTokens: 1, outputTokens: 1 };

/** From the model's events to a log and to whoever reads it: the loop of an agent with a model that takes no time. */
export async function runtime(): Promise<Section> {
  const outcomes = await interleave(
    [
      runwire("runwire, result", false),
      runwire("runwire, for await of events", true),
      runwire("runwire, model yields 64 at a time, result", false, 64),
      aiSdk("ai streamText, text", "text"),
      aiSdk("ai streamText, for await of fullStream", "events"),
    ],
    9,
  );
  return {
    title: "Runtime: the agent's loop",
    note: "CPU time of the main thread, 20,000 text deltas of a scripted model that takes no time and yields one event at a time. Ours appends every event to the log in memory, with order verifier, size limits and signal checks.",
    tables: [costTable("20,000 deltas", "µs per delta", outcomes)],
  };
}

function runwire(name: string, iterate: boolean, perYield = 1): Contestant {
  const events: readonly ModelEvent[] = [
    { type: "text.started", id: "t" },
    ...deltas.map((delta): ModelEvent => ({ type: "text.delta", id: "t", delta })),
    { type: "text.completed", id: "t" },
    { type: "finish", finishReason: "stop", usage },
  ];
  const groups: (readonly ModelEvent[])[] = [];
  for (let at = 0; at < events.length; at += perYield) groups.push(events.slice(at, at + perYield));
  const writer = agent({
    name: "writer",
    model: {
      id: "instant",
      async *stream() {
        if (perYield === 1) for (const event of events) yield event;
        else for (const group of groups) yield group;
      },
    },
  });
  const run = async () => {
    const started = writer.run("Go on.");
    let read = 0;
    if (iterate) {
      for await (const event of started)
        if (event.type === "text.delta") read += event.delta.length;
    }
    const result = await started.result;
    check(result.length === length && (!iterate || read === length), `${name}: the whole text`);
  };
  return { name, sample: () => threadTime(run, deltas.length) };
}

function aiSdk(name: string, how: "text" | "events"): Contestant {
  const chunks = [
    { type: "stream-start" as const, warnings: [] },
    { type: "text-start" as const, id: "t" },
    ...deltas.map((delta) => ({ type: "text-delta" as const, id: "t", delta })),
    { type: "text-end" as const, id: "t" },
    {
      type: "finish" as const,
      finishReason: { unified: "stop" as const, raw: "stop" },
      usage: {
        inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 1, text: 1, reasoning: 0 },
      },
    },
  ];
  const model = new MockLanguageModelV4({
    doStream: async () => {
      let next = 0;
      return {
        stream: new ReadableStream({
          pull(controller) {
            const chunk = chunks[next++];
            if (chunk === undefined) controller.close();
            else controller.enqueue(chunk);
          },
        }),
      };
    },
  });
  const run = async () => {
    const result = streamText({ model, prompt: "Go on." });
    let read = 0;
    if (how === "events") {
      for await (const part of result.fullStream)
        if (part.type === "text-delta") read += part.text.length;
    } else await result.consumeStream();
    const got = (await result.text).length;
    check(got === length && (how === "text" || read === length), `${name}: the whole text`);
  };
  return { name, sample: () => threadTime(run, deltas.length) };
}
