import type { ModelEvent } from "../model.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";

/** A call that the model has finished writing: who may take it, or why nobody can. */
export type Judged =
  | {
      readonly input: Json;
      readonly executor?: "client" | "provider";
      readonly needsApproval?: true;
    }
  | { readonly error: RunError };

interface OpenCall {
  readonly call: string;
  readonly name: string;
  called: boolean;
  provider: boolean;
}

/** Deltas are cut to this many UTF-16 units, far below the size limit of an event. */
const maxDelta = 16_384;

/**
 * Turns one response's model events into log events: gives parts and calls the run's ids, keeps deltas well formed
 * (a lone high surrogate waits for its other half) and knows what is still open. `seq` is the log's newest at the
 * time the output is pushed; ids are the seq of the event that introduces them, and so unique in the run.
 */
export class StepRecorder {
  readonly #parts = new Map<string, { id: string; type: "text" | "reasoning"; held: string }>();
  readonly #calls = new Map<string, OpenCall>();
  #out: NewEvent[] = [];
  #seq = 0;
  #hotId: string | undefined;
  #hot: { id: string; type: "text" | "reasoning"; held: string } | undefined;

  /** Begins an output that will be pushed after `seq`. */
  begin(seq: number): void {
    this.#seq = seq;
    this.#out = [];
  }

  take(): readonly NewEvent[] {
    return this.#out;
  }

  /** Everything but `tool.called` (which wants a judgement first) and `finish`. */
  record(event: Exclude<ModelEvent, { type: "tool.called" | "finish" }>): void {
    switch (event.type) {
      case "text.delta":
      case "reasoning.delta":
        this.#delta(event.id, event.delta);
        return;
      case "text.started":
      case "reasoning.started": {
        const id = this.#newId("p");
        const type = event.type === "text.started" ? "text" : "reasoning";
        this.#parts.set(event.id, { id, type, held: "" });
        this.#hotId = undefined;
        this.#out.push({ ...event, id });
        return;
      }
      case "text.completed":
      case "reasoning.completed": {
        const part = this.#parts.get(event.id);
        if (part === undefined) return;
        this.#parts.delete(event.id);
        this.#hotId = undefined;
        this.#close(part);
        this.#out.push({ ...event, id: part.id });
        return;
      }
      case "tool.args.started": {
        const call = this.#newId("c");
        this.#calls.set(event.call, { call, name: event.name, called: false, provider: false });
        this.#out.push({ ...event, call });
        return;
      }
      case "tool.args.delta": {
        const open = this.#calls.get(event.call);
        if (open !== undefined)
          this.#pieces(event.delta, (delta) => ({ ...event, call: open.call, delta }));
        return;
      }
      case "tool.completed":
      case "tool.failed": {
        const open = this.#calls.get(event.call);
        if (open === undefined) return;
        this.#calls.delete(event.call);
        this.#out.push({ ...event, call: open.call, name: open.name } as NewEvent);
        return;
      }
      case "source.added": {
        const { text, ...source } = event;
        const cited = text === undefined ? undefined : this.#cited(text);
        this.#out.push({
          ...source,
          id: this.#newId("p"),
          ...(cited !== undefined && { text: cited }),
        });
        return;
      }
      case "file.added":
      case "opaque.added":
        this.#out.push({ ...event, id: this.#newId("p") });
        return;
      case "warning.raised":
        this.#out.push(event);
        return;
      default:
        ignore(event);
    }
  }

  /** The model has finished a call. A call that nobody can take fails at once, with its arguments kept. */
  called(event: Extract<ModelEvent, { type: "tool.called" }>, judged: Judged): void {
    let open = this.#calls.get(event.call);
    const { name, provider } = event;
    if ("error" in judged) {
      if (open === undefined) {
        open = { call: this.#newId("c"), name, called: false, provider: false };
        this.#out.push({ type: "tool.args.started", call: open.call, name });
        this.#pieces(event.args, (delta) => ({
          type: "tool.args.delta",
          call: open?.call ?? "",
          delta,
        }));
      }
      this.#calls.delete(event.call);
      this.#out.push({
        type: "tool.failed",
        call: open.call,
        name: open.name,
        error: judged.error,
      });
      return;
    }
    open ??= { call: this.#newId("c"), name, called: false, provider: false };
    open.called = true;
    open.provider = judged.executor === "provider";
    if (open.provider) this.#calls.set(event.call, open);
    else this.#calls.delete(event.call);
    this.#out.push({
      type: "tool.called",
      call: open.call,
      name: open.name,
      input: judged.input,
      ...(judged.executor !== undefined && { executor: judged.executor }),
      ...(judged.needsApproval && { needsApproval: true as const }),
      ...(provider !== undefined && { provider }),
    });
  }

  /** Closes what the response left open: parts are complete as they are, calls cannot run. */
  finish(error: RunError): void {
    for (const part of this.#parts.values()) {
      this.#close(part);
      this.#out.push({ type: `${part.type}.completed`, id: part.id });
    }
    for (const { call, name } of this.#calls.values()) {
      this.#out.push({ type: "tool.failed", call, name, error });
    }
    this.#parts.clear();
    this.#calls.clear();
  }

  /** Ids of text parts that were closed stay citable for as long as the response lasts. */
  readonly #texts = new Map<string, string>();

  #cited(id: string): string | undefined {
    return this.#parts.get(id)?.id ?? this.#texts.get(id);
  }

  #newId(kind: "p" | "c"): string {
    return `${kind}${this.#seq + this.#out.length + 1}`;
  }

  #delta(adapterId: string, delta: string): void {
    let part = this.#hotId === adapterId ? this.#hot : undefined;
    if (part === undefined) {
      part = this.#parts.get(adapterId);
      if (part === undefined) return;
      this.#hot = part;
      this.#hotId = adapterId;
    }
    let text = part.held === "" ? delta : part.held + delta;
    part.held = "";
    if (endsHigh(text)) {
      part.held = text.slice(-1);
      text = text.slice(0, -1);
    }
    if (text === "") return;
    const { id, type } = part;
    if (text.length <= maxDelta)
      this.#out.push({ type: `${type}.delta`, id, delta: text.toWellFormed() });
    else this.#pieces(text, (piece) => ({ type: `${type}.delta`, id, delta: piece }));
  }

  #close(part: { id: string; type: "text" | "reasoning"; held: string }): void {
    if (part.held !== "") {
      this.#out.push({ type: `${part.type}.delta`, id: part.id, delta: part.held.toWellFormed() });
    }
    for (const [adapterId, open] of this.#parts)
      if (open === part) this.#texts.set(adapterId, part.id);
  }

  #pieces(text: string, make: (piece: string) => NewEvent): void {
    for (const piece of deltaPieces(text)) this.#out.push(make(piece));
  }
}

/** A text as deltas of bounded size, never cut within a surrogate pair, lone surrogates replaced. */
export function deltaPieces(text: string): readonly string[] {
  const whole = text.toWellFormed();
  if (whole.length === 0) return [];
  if (whole.length <= maxDelta) return [whole];
  const pieces: string[] = [];
  for (let from = 0; from < whole.length; ) {
    let to = Math.min(from + maxDelta, whole.length);
    if (to < whole.length && endsHigh(whole.slice(from, to))) to--;
    pieces.push(whole.slice(from, to));
    from = to;
  }
  return pieces;
}

function endsHigh(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}

/** An adapter of a newer version may yield more than we know: what we cannot log, we leave out. */
function ignore(_event: never): void {}
