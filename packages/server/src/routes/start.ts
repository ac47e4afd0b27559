import { type RuntimeCore, RunwireError, type StartRequest } from "@runwire/core";
import type { Message } from "@runwire/core/protocol";
import type { z } from "zod";
import { readBody } from "../body.ts";
import { checkChosen } from "../client-models.ts";
import { type Context, param } from "../context.ts";
import { readCursor } from "../cursors.ts";
import { ndjson, sse } from "../frame-format.ts";
import { checkMessageId, readIdempotencyKey, runIdFor } from "../ids.ts";
import { negotiate, prefersAsync } from "../negotiate.ts";
import { closing, Problem } from "../problem.ts";
import { json } from "../reply.ts";
import { startBody } from "../request-schemas.ts";
import type { Route } from "../route.ts";
import { replyWithEvents } from "./events.ts";
import { replyWithResult } from "./result.ts";

/** Starts a run, or attaches to the one that the same request has started before. */
export const startRun: Route = {
  method: "POST",
  path: "/agents/:agent/runs",
  action: (params) => ({ type: "start", agent: param({ params }, "agent") }),
  async handle(context) {
    const { request, url, runtime, pathOf } = context;
    const agent = param(context, "agent");
    if (!runtime.agents.has(agent)) {
      throw new Problem("not-found", { detail: `There is no agent ${JSON.stringify(agent)}.` });
    }
    // All that can be refused is refused before a run exists.
    const later = prefersAsync(request);
    const type = negotiate(request, [sse.contentType, ndjson.contentType, "application/json"]);
    const after = readCursor(request, url);
    const started = await start(runtime, await readStart(context, agent));
    if (later) {
      return json(started, 202, {
        location: pathOf(started.run),
        "preference-applied": "respond-async",
      });
    }
    if (type === "application/json") return replyWithResult(context, started.run);
    const format = type === sse.contentType ? sse : ndjson;
    return replyWithEvents(context, started.run, format, after === undefined ? {} : { after });
  },
};

async function readStart(context: Context, agent: string): Promise<StartRequest> {
  const { request, principal, maxBodyBytes, clientModels } = context;
  const key = readIdempotencyKey(request);
  const body = await readBody(request, startBody, maxBodyBytes);
  checkChosen(body.model, clientModels);
  const scope = { principal, thread: body.thread };
  const run = body.run ?? (key === undefined ? undefined : await runIdFor(key, scope));
  if (run !== undefined) checkMessageIds(run, body);
  return {
    ...body,
    agent,
    ...(body.history !== undefined && { history: body.history.map(withoutProvider) }),
    ...(run !== undefined && { run }),
    ...(principal !== undefined && { principal }),
  };
}

/** Provider data goes back to the provider as it is: a client's could hold instructions, or name what is not its own. */
function withoutProvider(message: Message): Message {
  const parts = message.parts.map((part) => {
    if (!("provider" in part)) return part;
    const { provider: _, ...rest } = part;
    return rest;
  });
  return { ...message, parts };
}

/** An id that the runtime made by chance is nobody's to guess. */
function checkMessageIds(run: string, { message, history = [] }: z.output<typeof startBody>): void {
  if (message !== undefined) checkMessageId(message, run, "/message");
  for (const [index, { id }] of history.entries()) checkMessageId(id, run, `/history/${index}/id`);
}

async function start(runtime: RuntimeCore, request: StartRequest) {
  const result = await runtime.start(request).catch(toProblem);
  switch (result.status) {
    case "ok":
      return { run: result.run, thread: result.thread };
    case "conflict":
      throw new Problem("conflict", {
        detail: "This run id or Idempotency-Key was used for another request.",
      });
    case "busy":
      throw new Problem("busy", {
        detail: `The run ${result.run} has not ended. Wait for it, cancel it, or start with busy: "queue".`,
        members: { run: result.run },
      });
    case "foreign":
      throw new Problem("not-found", {
        detail: "There is no such thread, or no such previous run in it.",
      });
    case "too-large":
      throw tooLarge();
    case "gone":
      throw new Problem("gone", { detail: "The run or its thread was deleted." });
  }
}

/** What the runtime throws that is no fault of the program. */
function toProblem(error: unknown): never {
  if (RunwireError.is(error) && error.code === "too-large") throw tooLarge();
  if (RunwireError.is(error) && error.code === "shut-down") throw closing();
  if (RunwireError.is(error) && error.code === "invalid-start") {
    throw new Problem("invalid-body", { detail: error.message });
  }
  throw error;
}

function tooLarge(): Problem {
  return new Problem("too-large", {
    detail: "Input and history are more than one event may hold. Send files as URLs.",
  });
}
