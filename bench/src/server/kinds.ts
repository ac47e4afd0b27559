import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate as macrotask, setTimeout as timeout } from "node:timers/promises";
import { getRequestListener } from "@hono/node-server";
import { agent, createRuntime, type EventLog, memoryLog } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { createUIMessageStream, createUIMessageStreamResponse } from "ai";
import { createSession } from "better-sse";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Load, ServerKind } from "./load.ts";
import { deltaAt, deltaEvents, opening, part, stringifyFrames, templateFrames } from "./produce.ts";

export type Listener = (request: IncomingMessage, response: ServerResponse) => unknown;

const usage = { inputTokens: 0, outputTokens: 0 };
const epoch = 1_770_000_000_000;

/** A listener that answers each request with one stream of the load. */
export function listenerOf(kind: ServerKind, load: Load): Listener {
  switch (kind) {
    case "raw":
      return raw(load, templateFrames);
    case "raw-stringify":
      return raw(load, stringifyFrames);
    case "runwire":
      return overLog(load, nodeHandler);
    case "runwire-hono":
      return overLog(load, getRequestListener);
    case "runwire-loop":
      return nodeHandler(overLoop(load));
    case "hono":
      return getRequestListener(honoApp(load).fetch);
    case "better-sse":
      return betterSse(load);
    case "ai":
      return getRequestListener(() => aiResponse(load));
  }
}

/** The turns of a load: where each begins and how many deltas it has. */
async function* turns({ deltas, perTurn, everyMs }: Load): AsyncGenerator<[number, number], void> {
  const began = performance.now();
  for (let from = 0, turn = 1; from < deltas; from += perTurn, turn++) {
    yield [from, Math.min(perTurn, deltas - from)];
    if (everyMs === undefined) await macrotask();
    else await timeout(Math.max(0, began + turn * everyMs - performance.now()));
  }
}

function raw(load: Load, encode: (events: readonly RunEvent[], epoch: number) => string): Listener {
  return async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    response.flushHeaders();
    for await (const [from, count] of turns(load)) {
      if (response.write(encode(deltaEvents(from, count), epoch))) continue;
      await new Promise((resolve) => response.once("drain", resolve));
    }
    response.end();
  };
}

/** Our handler over a log that somebody else appends to, as many events per macrotask as the raw server writes. */
function overLog(load: Load, mount: Mount): Listener {
  const log = memoryLog();
  const runtime = createRuntime({ agents: [], log, recover: false });
  const listener = mount(createHandler({ runtime }));
  let runs = 0;
  let kept = 0;
  // Between samples: a log of all runs so far would make each sample dearer than the one before.
  process.on("message", async (question) => {
    if (question === "gc") while (kept < runs) await log.delete({ run: `run_${kept++}` });
  });
  return async (request, response) => {
    const run = `run_${runs++}`;
    await fill(log, run, load);
    return listener(at(request, `/runs/${run}/events`), response);
  };
}

/** A handler in a host. */
export type Mount = (handler: (request: Request) => Promise<Response>) => Listener;

/** The request, as if it had asked for this path: the clients of all servers ask for the same. */
export function at(request: IncomingMessage, path: string): IncomingMessage {
  request.url = path;
  return request;
}

/** Resolves when the run is there; goes on appending, not before `gate`. */
export async function fill(
  log: EventLog,
  run: string,
  load: Load,
  gate: Promise<void> = Promise.resolve(),
): Promise<void> {
  const at = Date.now();
  const began: readonly RunEvent[] = [
    { seq: 1, type: "run.started", protocol: 1, run, thread: run, agent: "a", messages: [], at },
    { seq: 2, type: "step.started", step: 1, message: `${run}.2`, agent: "a", model: "m", at },
    { seq: opening, type: "text.started", id: part, at },
  ];
  const created = await log.create({
    run,
    thread: run,
    agent: "a",
    digest: run,
    events: began,
    busy: "queue",
    owner: { worker: "bench", leaseMs: 600_000 },
  });
  if (created.status !== "ok" || created.lease === undefined) throw new Error(created.status);
  const { epoch } = created.lease;
  void gate.then(() => append(log, run, epoch, load));
}

async function append(log: EventLog, run: string, epoch: number, load: Load): Promise<void> {
  for await (const [from, count] of turns(load)) {
    await log.append(run, { epoch, after: opening + from, events: deltaEvents(from, count) });
  }
  const after = opening + load.deltas;
  const at = Date.now();
  const ending: readonly RunEvent[] = [
    { seq: after + 1, type: "text.completed", id: part, at },
    { seq: after + 2, type: "step.completed", step: 1, finishReason: "stop", usage, at },
    { seq: after + 3, type: "run.completed", finishReason: "stop", usage, at },
  ];
  await log.append(run, { epoch, after, events: ending, end: "close" });
}

/** The whole way: a model that yields arrays, the agent's loop, the log, the handler. */
function overLoop(load: Load): (request: Request) => Promise<Response> {
  const writer = agent({
    name: "writer",
    model: {
      id: "instant",
      async *stream() {
        yield { type: "text.started", id: part };
        for await (const [from, count] of turns(load)) {
          yield deltaEvents(from, count) as never;
        }
        yield { type: "text.completed", id: part };
        yield { type: "finish", finishReason: "stop", usage };
      },
    },
  });
  const handler = createHandler({ agents: [writer], log: memoryLog() });
  return () =>
    handler(
      new Request("http://bench.invalid/agents/writer/runs", {
        method: "POST",
        headers: { accept: "text/event-stream", "content-type": "application/json" },
        body: JSON.stringify({ input: "Go on." }),
      }),
    );
}

function honoApp(load: Load): Hono {
  return new Hono().get("/", (c) =>
    streamSSE(c, async (stream) => {
      for await (const [from, count] of turns(load)) {
        for (const event of deltaEvents(from, count)) {
          await stream.writeSSE({ id: `${event.seq}`, data: JSON.stringify(event) });
        }
      }
    }),
  );
}

function betterSse(load: Load): Listener {
  return async (request, response) => {
    const session = await createSession(request, response);
    for await (const [from, count] of turns(load)) {
      for (const event of deltaEvents(from, count)) session.push(event, "message", `${event.seq}`);
      if (response.writableNeedDrain) {
        await new Promise((resolve) => response.once("drain", resolve));
      }
    }
    response.end();
  };
}

function aiResponse(load: Load): Response {
  const stream = createUIMessageStream({
    async execute({ writer }) {
      writer.write({ type: "text-start", id: part });
      for await (const [from, count] of turns(load)) {
        for (let index = from; index < from + count; index++) {
          writer.write({ type: "text-delta", id: part, delta: deltaAt(index) });
        }
      }
      writer.write({ type: "text-end", id: part });
    },
  });
  return createUIMessageStreamResponse({ stream });
}
