import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Model } from "@runwire/core";
import { modelRequest, readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { aiSdk } from "./ai-sdk.ts";

type Part = LanguageModelV4StreamPart;

const done: Part = {
  type: "finish",
  finishReason: { unified: "stop", raw: "stop" },
  usage: {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  },
};

function modelOf(open: (signal?: AbortSignal) => Promise<ReadableStream<Part>>): Model {
  return aiSdk({
    specificationVersion: "v4",
    provider: "me",
    modelId: "m",
    supportedUrls: {},
    doStream: async ({ abortSignal }) => ({ stream: await open(abortSignal) }),
  });
}

/** Parts, then nothing, and no end; `cancelled` resolves when the reader has left. */
function hanging(parts: readonly Part[]) {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const stream = new ReadableStream<Part>({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
    },
    cancel: () => resolve(),
  });
  return { stream, cancelled };
}

async function readAborted(model: Model, controller: AbortController): Promise<number> {
  let count = 0;
  const { signal } = controller;
  for await (const events of model.stream(modelRequest(), { signal })) {
    count += [events].flat().length;
    controller.abort();
  }
  return count;
}

describe("an abort", () => {
  it("reaches the provider, and leaves its stream", async () => {
    const { stream, cancelled } = hanging([{ type: "text-start", id: "1" }]);
    const controller = new AbortController();
    let given: AbortSignal | undefined;
    const model = modelOf(async (signal) => {
      given = signal;
      return stream;
    });
    expect(await readAborted(model, controller)).toBe(1);
    await cancelled;
    expect(given?.aborted).toBe(true);
  });

  it("ends the wait for a provider that does not listen to it, and leaves what it opens at last", async () => {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<ReadableStream<Part>>();
    const model = modelOf(() => {
      controller.abort();
      return promise;
    });
    expect(await readAborted(model, controller)).toBe(0);
    const { stream, cancelled } = hanging([]);
    resolve(stream);
    await cancelled;
  });

  it("may come before the call, which then is none", async () => {
    let calls = 0;
    const model = modelOf(async () => {
      calls++;
      return hanging([]).stream;
    });
    const controller = new AbortController();
    controller.abort();
    expect(await readAborted(model, controller)).toBe(0);
    expect(calls).toBe(0);
  });
});

describe("an answer that is complete", () => {
  it("waits for nobody who forgets to close it", async () => {
    const { stream, cancelled } = hanging([done]);
    const events = await readModel(modelOf(async () => stream));
    expect(events.at(-1)).toMatchObject({ type: "finish" });
    await cancelled;
  });

  it("has cost nothing by a connection that breaks after it", async () => {
    const stream = new ReadableStream<Part>({
      start: (controller) => controller.enqueue(done),
      pull: (controller) => controller.error(new TypeError("terminated")),
    });
    const events = await readModel(modelOf(async () => stream));
    expect(events.at(-1)).toMatchObject({ type: "finish" });
  });
});

it("speaks two versions of the interface, and says so before any call", () => {
  const old = { specificationVersion: "v2", provider: "me", modelId: "m", supportedUrls: {} };
  expect(() => aiSdk(old as never)).toThrow(/speaks version v2 .* speaks v3 and v4\. Update/);
});

it("names models after their provider", () => {
  expect(modelOf(() => new Promise(() => {})).id).toBe("me/m");
  const of = (provider: string) =>
    aiSdk({ specificationVersion: "v4", provider, modelId: "m/x" } as never).id;
  expect(of("google.generative-ai")).toBe("google/m/x");
});
