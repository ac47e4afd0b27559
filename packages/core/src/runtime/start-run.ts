import type { AgentDefinition } from "../definition.ts";
import { type CreateResult, type EventLog, maxEventBytes, type NewRun } from "../log/event-log.ts";
import { eventBytes } from "../loop/event-bytes.ts";
import type { EventOf, NewEvent } from "../protocol/events.ts";
import type { Content, Message } from "../protocol/message.ts";
import type { RunInput, StartRequest } from "../runtime-contract.ts";
import { RunwireError } from "../runwire-error.ts";

/** A title for lists of threads is at most this long. */
const titleLength = 80;

/** A thread's newest run may change between our look and our write; somebody then won the race, and we look again. */
const maxMoves = 20;

export const newRunId = (): string => `run_${crypto.randomUUID()}`;
export const newThreadId = (): string => `thr_${crypto.randomUUID()}`;

export const contentOf = (input: RunInput): readonly Content[] =>
  typeof input === "string" ? [{ type: "text", text: input }] : input;

/** Writes a run's beginning into the log: `run.started`, the thread's new head, and the lease when `owner` is given. */
export async function createRun(
  log: EventLog,
  agent: AgentDefinition,
  request: StartRequest & { readonly run: string; readonly thread: string },
  now: number,
  owner: NewRun["owner"],
): Promise<CreateResult> {
  const digest = await digestOf(request);
  for (let moves = 0; ; moves++) {
    const head = request.previous === undefined ? await headOf(log, request) : undefined;
    const previous = request.previous ?? head ?? undefined;
    const result = await log.create({
      run: request.run,
      thread: request.thread,
      agent: agent.name,
      ...(request.principal !== undefined && { principal: request.principal }),
      ...(previous !== undefined && { previous }),
      ...(request.previous === undefined && { ifHead: head ?? null }),
      busy: request.busy ?? "reject",
      digest,
      events: [started(agent, request, previous, now)],
      title: titleOf(request.input),
      ...(owner !== undefined && { owner }),
    });
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
  const event: NewEvent<"run.started"> = {
    type: "run.started",
    protocol: 1,
    run: request.run,
    thread: request.thread,
    agent: agent.name,
    messages: [...(request.history ?? []), message],
    ...(previous !== undefined && { previous }),
    ...(request.state !== undefined && { state: request.state }),
    limits: { ...agent.limits, ...request.limits },
    ...(request.metadata !== undefined && { metadata: request.metadata }),
  };
  const bytes = eventBytes(event);
  if (bytes > maxEventBytes) {
    throw new RunwireError("too-large", {
      message: `The input of ${bytes} bytes is over the limit of ${maxEventBytes}. Store files elsewhere and send their URLs.`,
    });
  }
  return { seq: 1, ...event, at };
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
  ]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
