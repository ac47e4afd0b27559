import { agent, clientTool, type Model, type ModelEvent, tool } from "@runwire/core";
import { decodeFrame, type Frame, type RunState, type SnapshotFrame } from "@runwire/core/protocol";
import { scriptedModel } from "@runwire/core/testing";
import { createParser } from "eventsource-parser";
import { onTestFinished } from "vitest";
import { z } from "zod";
import { createHandler } from "./handler.ts";
import type { ServeOptions } from "./options.ts";

/** A model that says what the test tells it to, when it tells it. */
function puppet() {
  const said: ModelEvent[] = [];
  let over = false;
  let wake = () => {};
  let aborted = false;
  const model: Model = {
    id: "test/puppet",
    async *stream(_, { signal }) {
      signal.addEventListener("abort", () => {
        aborted = true;
        wake();
      });
      yield { type: "text.started", id: "t" };
      for (;;) {
        yield said.splice(0);
        if (signal.aborted) return;
        // What was said while the last of it was taken.
        if (said.length > 0) continue;
        if (over) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      yield { type: "text.completed", id: "t" };
      yield { type: "finish", finishReason: "stop", usage: { inputTokens: 1, outputTokens: 1 } };
    },
  };
  return {
    model,
    say(delta: string) {
      said.push({ type: "text.delta", id: "t", delta });
      wake();
    },
    finish() {
      over = true;
      wake();
    },
    aborted: () => aborted,
  };
}

const add = tool({
  description: "Add two numbers",
  input: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => a + b,
});

const erase = tool({
  description: "Erase a file",
  input: z.object({ path: z.string() }),
  needsApproval: true,
  execute: async ({ path }) => `erased ${path}`,
});

const pickColor = clientTool({
  description: "Let the user pick a color",
  output: z.object({ hex: z.string() }),
});

/** Agents for everything that a route can meet. `puppet` says what `talk` tells it to. */
export function cast() {
  const talk = puppet();
  const agents = [
    agent({
      name: "greeter",
      description: "Greets",
      model: scriptedModel(() => ({ text: "Hello, wide world" })),
    }),
    agent({
      name: "adder",
      model: scriptedModel([
        { calls: [{ name: "add", input: { a: 1, b: 2 } }] },
        { text: "It is 3." },
      ]),
      tools: { add },
    }),
    agent({
      name: "eraser",
      model: scriptedModel([
        { calls: [{ name: "erase", input: { path: "a.txt" } }] },
        { text: "Done." },
      ]),
      tools: { erase },
    }),
    agent({
      name: "painter",
      model: scriptedModel([{ calls: [{ name: "pickColor" }] }, { text: "Painted." }]),
      tools: { pickColor },
    }),
    agent({
      name: "failing",
      model: scriptedModel([{ error: { code: "model-error", message: "No such model" } }]),
    }),
    agent({ name: "puppet", model: talk.model }),
  ] as const;
  return { agents, talk };
}

/** A server without a socket. Closed with the test. */
export function serving(options: ServeOptions = {}) {
  const { agents, talk } = cast();
  const errors: unknown[] = [];
  const handler = createHandler({
    agents,
    onError: (error) => errors.push(error),
    ...options,
  });
  onTestFinished(() => handler.close({ deadlineMs: 0 }));
  const call = (path: string, init: CallInit = {}) => handler(requestOf(path, init));
  return { handler, call, talk, errors };
}

export interface CallInit {
  readonly method?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

function requestOf(path: string, { method, json, body, headers, signal }: CallInit): Request {
  const text = json === undefined ? body : JSON.stringify(json);
  return new Request(`http://localhost${path}`, {
    method: method ?? (text === undefined ? "GET" : "POST"),
    ...(text !== undefined && { body: text }),
    headers: { ...(text !== undefined && { "content-type": "application/json" }), ...headers },
    ...(signal !== undefined && { signal }),
  });
}

/** A frame as it came. */
export interface Got {
  readonly id: string | undefined;
  readonly frame: Frame;
}

export function parseSse(text: string): readonly Got[] {
  const got: Got[] = [];
  const parser = createParser({
    onEvent({ id, data }) {
      const frame = decodeFrame(data);
      if (frame !== undefined) got.push({ id, frame });
    },
    onError(error) {
      throw error;
    },
  });
  parser.feed(text);
  return got;
}

/** All frames of a stream that ends. */
export async function framesOf(response: Response): Promise<readonly Got[]> {
  return parseSse(await response.text());
}

/** Reads a stream frame by frame, until the test has seen enough. */
export function follow(response: Response) {
  const waiting: Got[] = [];
  const parser = createParser({
    onEvent({ id, data }) {
      const frame = decodeFrame(data);
      if (frame !== undefined) waiting.push({ id, frame });
    },
  });
  if (response.body === null) throw new Error(`No body: ${response.status}`);
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  async function next(): Promise<Got | undefined> {
    for (;;) {
      const got = waiting.shift();
      if (got !== undefined) return got;
      const { done, value } = await reader.read();
      if (done) return undefined;
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }
  return {
    next,
    /** The first frame of the type. Fails when the stream ends before. */
    async until(type: Frame["type"]): Promise<Got> {
      for (;;) {
        const got = await next();
        if (got === undefined) throw new Error(`The stream ended before ${type}.`);
        if (got.frame.type === type) return got;
      }
    },
    /** What is left of a stream that ends. */
    async rest(): Promise<readonly Got[]> {
      const rest: Got[] = [];
      for (let got = await next(); got !== undefined; got = await next()) rest.push(got);
      return rest;
    },
    leave: () => reader.cancel(),
  };
}

export function typesOf(frames: readonly Got[]): readonly string[] {
  return frames.map(({ frame }) => frame.type);
}

export function textOf(frames: readonly Got[]): string {
  return frames.map(({ frame }) => (frame.type === "text.delta" ? frame.delta : "")).join("");
}

export function stateOf({ frame }: Got): RunState {
  return (frame as SnapshotFrame).state;
}

export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  return { contentType: response.headers.get("content-type"), ...(await response.json()) };
}

/** Starts a run without following it. */
export async function startRun(
  call: ReturnType<typeof serving>["call"],
  agentName: string,
  json: object = {},
  headers: Record<string, string> = {},
): Promise<{ readonly run: string; readonly thread: string }> {
  const response = await call(`/agents/${agentName}/runs`, {
    json: { input: "Hi", ...json },
    headers: { prefer: "respond-async", ...headers },
  });
  if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  return await response.json();
}
