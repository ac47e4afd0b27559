import type { AgentDefinition } from "../definition.ts";
import { type CreateResult, type EventLog, maxEventBytes, type NewRun } from "../log/event-log.ts";
import { eventBytes } from "../loop/event-bytes.ts";
import { persist } from "../loop/persist.ts";
import type { EventOf } from "../protocol/events.ts";
import type { Content, Message } from "../protocol/message.ts";
import { createVerifier } from "../protocol/order.ts";
import type { RunInput, StartRequest } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";
import { asHistory } from "./as-history.ts";

/** A title for lists of threads is at most this long. */
const titleLength = 80;

/** A thread's newest run may change between our look and our write; somebody then won the race, and we look again. */
const maxMoves = 20;

export const newRunId = (): string => `run_${crypto.randomUUID()}`;
/** The thread of a run that names none: a repeated start must come to the same one. */
export const threadIdFor = (run: string): string => `thr_${run.replace(/^run_/, "")}`;

export const contentOf = (input: RunInput): readonly Content[] =>
  typeof input === "string" ? [{ type: "text", text: input }] : input;

/** Message ids are made of the run's id and a number, and have to be ids themselves. */
const maxRunId = 112;

/** How often a start is repeated when the log does not answer. */
const maxRepeats = 5;

/**
 * Writes a run's beginning into the log: `run.started`, the thread's new head, and the lease when `owner` is given.
 *
 * @throws RunwireError `invalid-start` when an id is none, or stands twice.
 */
export async function createRun(
  log: EventLog,
  agent: AgentDefinition,
  request: StartRequest & { readonly run: string; readonly thread: string },
  now: number,
  owner: NewRun["owner"],
): Promise<CreateResult> {
  const digest = await digestOf(request);
  let repeated = false;
  const surely = <T>(call: () => Promise<T>): Promise<T> =>
    persist(call, (_, attempt) => {
      repeated = true;
      return attempt < maxRepeats;
    });
  for (let moves = 0; ; moves++) {
    const head =
      request.previous === undefined ? await surely(() => headOf(log, request)) : undefined;
    const previous = request.previous ?? head ?? undefined;
    const event = started(agent, request, previous, now);
    if (eventBytes(event) > maxEventBytes) return { status: "too-large" };
    const run: NewRun = {
      run: request.run,
      thread: request.thread,
      agent: agent.name,
      ...(request.principal !== undefined && { principal: request.principal }),
      ...(previous !== undefined && { previous }),
      ...(request.previous === undefined && { ifHead: head ?? null }),
      busy: request.busy ?? "reject",
      digest,
      events: [event],
      title: titleOf(request.input),
      ...(owner !== undefined && { owner }),
    };
    const result = await surely(() => log.create(run));
    // The lease is ours alone: it was our own call that went through unheard.
    if (result.status === "exists" && result.lease !== undefined && repeated) {
      return { status: "ok", lease: result.lease };
    }
    if (result.status !== "moved" || moves >= maxMoves) return result;
  }
}

/** The run that a new one goes on from when the request names none. */
async function headOf(
  log: EventLog,
  { run, thread }: { readonly run: string; readonly thread: string },
): Promise<string | undefined> {
  const head = (await log.threads.get(thread))?.head;
  // A repeat of the start that already moved the head: it must be the same request, not its own successor.
  if (head !== run) return head;
  return (await log.find(run))?.previous;
}

function started(
  agent: AgentDefinition,
  request: StartRequest & { readonly run: string; readonly thread: string },
  previous: string | undefined,
  at: number,
): EventOf<"run.started"> {
  const message: Message = {
    id: request.message ?? `${request.run}.1`,
    role: "user",
    parts: contentOf(request.input),
    at,
  };
  const event: EventOf<"run.started"> = {
    seq: 1,
    type: "run.started",
    protocol: 1,
    run: request.run,
    thread: request.thread,
    agent: agent.name,
    messages: [...asHistory(request.history ?? []), message],
    ...(previous !== undefined && { previous }),
    ...(typeof request.model === "string" && { model: request.model }),
    ...(request.state !== undefined && { state: request.state }),
    limits: { ...agent.limits, ...request.limits },
    ...(request.mcpServers !== undefined && { mcpServers: request.mcpServers }),
    ...(request.metadata !== undefined && { metadata: request.metadata }),
    at,
  };
  const violation = createVerifier().check(event);
  // Its size is told by a value: the caller may have to tell others.
  if (violation !== undefined && eventBytes(event) <= maxEventBytes) {
    throw invalidStart(violation.message);
  }
  if (request.run.length > maxRunId) {
    throw invalidStart(`The run's id has more than ${maxRunId} characters.`);
  }
  const own = `${request.run}.`;
  const taken = event.messages.find(({ id }) => id.startsWith(own) && id !== `${own}1`);
  if (taken !== undefined) {
    throw invalidStart(`The message id "${taken.id}" is one that the run may give.`);
  }
  return event;
}

function invalidStart(why: string): RunwireError {
  return new RunwireError("invalid-start", { message: `The run cannot start like this: ${why}` });
}

function titleOf(input: RunInput): string {
  const text = contentOf(input)
    .flatMap((content) => (content.type === "text" ? [content.text] : []))
    .join(" ")
    .replace(/\s+/g, " ")
    .trim();
  return text.length <= titleLength
    ? text
    : `${text.slice(0, titleLength - 1).trimEnd()}…`.toWellFormed();
}

/** What makes two starts the same: everything the caller chose, in one order. */
async function digestOf(request: StartRequest): Promise<string> {
  const { agent, input, thread, previous, message, history, state, metadata, principal, limits } =
    request;
  const { mcpServers, model } = request;
  const text = JSON.stringify([
    agent,
    input,
    thread,
    previous,
    message,
    history,
    state,
    metadata,
    principal,
    limits,
    ...(mcpServers === undefined ? [] : [mcpServers]),
    ...(typeof model === "string" ? [{ model }] : []),
  ]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
