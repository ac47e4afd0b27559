import { encodeEvent } from "@runwire/core";
import {
  foldAll,
  formatCursor,
  type NewEvent,
  type RunEvent,
  type RunState,
} from "@runwire/core/protocol";

export const epoch = 1_763_700_000_000;

export interface SampleOptions {
  readonly run?: string;
  readonly thread?: string;
  readonly previous?: string;
  readonly input?: string;
  readonly message?: string;
  /** Text deltas of the answer. */
  readonly deltas?: number;
}

/** Numbers events as the log does. */
export function toLog(events: readonly NewEvent[], from = 1): RunEvent[] {
  return events.map((event, index) => {
    const seq = from + index;
    return (
      event.type.endsWith("delta") ? { seq, ...event } : { seq, ...event, at: seq }
    ) as RunEvent;
  });
}

export function started(options: SampleOptions = {}): NewEvent {
  const { run = "run_sample", thread = "thr_sample", previous, input = "Hi", message } = options;
  return {
    type: "run.started",
    protocol: 1,
    run,
    thread,
    agent: "assistant",
    messages: [
      { id: message ?? `${run}.1`, role: "user", parts: [{ type: "text", text: input }], at: 1 },
    ],
    ...(previous !== undefined && { previous }),
  };
}

/** A step that says `text`, one delta per word. */
export function step(step: number, words: readonly string[], run = "run_sample"): NewEvent[] {
  const id = `p${step}`;
  return [
    { type: "step.started", step, message: `${run}.m`, agent: "assistant", model: "test/model" },
    { type: "text.started", id },
    ...words.map((delta): NewEvent => ({ type: "text.delta", id, delta })),
    { type: "text.completed", id },
    {
      type: "step.completed",
      step,
      finishReason: "stop",
      usage: { inputTokens: 1, outputTokens: words.length },
    },
  ];
}

export const completed: NewEvent = {
  type: "run.completed",
  finishReason: "stop",
  usage: { inputTokens: 1, outputTokens: 1 },
};

/** A whole run: a question, an answer in words of one, two, three and four bytes, and the end. */
export function sampleLog(options: SampleOptions = {}): RunEvent[] {
  const words = ["a ", "é ", "€ ", "𝄞 ", "\u2028\n", '"\\ '];
  const deltas = Array.from(
    { length: options.deltas ?? 12 },
    (_, index) => `${index}${words[index % words.length]}`,
  );
  return toLog([started(options), ...step(1, deltas, options.run), completed]);
}

export function idOf(event: RunEvent): string {
  return formatCursor({ seq: event.seq, epoch });
}

export function frameOf(event: RunEvent, run?: string): string {
  return `id: ${run === undefined ? "" : `${run}/`}${idOf(event)}\ndata: ${encodeEvent(event)}\n\n`;
}

export function snapshotFrame(state: RunState, run?: string): string {
  const { seq } = state;
  const id = `${run === undefined ? "" : `${run}/`}${formatCursor({ seq, epoch })}`;
  return `id: ${id}\ndata: ${JSON.stringify({ type: "snapshot", seq, protocol: 1, state })}\n\n`;
}

export function stateOf(log: readonly RunEvent[]): RunState {
  const state = foldAll(log);
  if (state === undefined) throw new Error("A log begins with run.started.");
  return state;
}
