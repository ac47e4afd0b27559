import type { ModelEvent } from "../model.ts";
import type { RunError } from "../protocol/errors.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import { DeltaText, deltaPieces } from "./delta-text.ts";

/** A call that the model has finished writing: who may take it, or why nobody can. */
export type Judged =
  | {
      readonly input: Json;
      readonly executor?: "client" | "provider";
      readonly needsApproval?: true;
    }
  | { readonly error: RunError };

interface Part {
  readonly id: string;
  readonly type: "text" | "reasoning";
  /** Made once: a string that is put together for each delta is compared letter by letter wherever it goes. */
  readonly deltaType: "text.delta" | "reasoning.delta";
  readonly text: DeltaText;
}

interface Call {
  readonly call: string;
  readonly name: string;
  readonly args: DeltaText;
  /** `provider`: called, and the provider settles it in this response. `done`: nothing more may come of the model. */
  state: "streaming" | "provider" | "done";
}

/**
 * Turns one response's model events into log events: gives parts and calls the run's ids, keeps deltas well formed and
 * knows what is still open. Whatever an adapter yields, what comes out keeps the order rules: what makes no sense is
 * left out. `seq` is the log's newest at the time the output is pushed; ids are the seq of the event that introduces
 * them, and so unique in the run.
 */
export class StepRecorder {
  readonly #parts = new Map<string, Part>();
  readonly #calls = new Map<string, Call>();
  /** Text parts stay citable after they are complete. */
  readonly #texts = new Map<string, string>();
  #out: NewEvent[] = [];
  #seq = 0;
  #hotId: string | undefined;
  #hot: Part | undefined;

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
      case "reasoning.started":
        this.#start(event);
        return;
      case "text.completed":
      case "reasoning.completed":
        this.#complete(event);
        return;
      case "tool.args.started":
        if (!this.#calls.has(event.call)) {
          const { call } = this.#newCall(event.call, event.name);
          this.#out.push({ ...event, call });
        }
        return;
      case "tool.args.delta": {
        const open = this.#calls.get(event.call);
        if (open?.state === "streaming") this.#args(open, open.args.add(event.delta));
        return;
      }
      case "tool.completed":
      case "tool.failed": {
        const open = this.#calls.get(event.call);
        const settles = open?.state === "provider" || event.type === "tool.failed";
        if (open === undefined || open.state === "done" || !settles) return;
        open.state = "done";
        this.#out.push({ ...event, call: open.call, name: open.name } as NewEvent);
        return;
      }
      case "source.added": {
        const { text, ...source } = event;
        const cited = text === undefined ? undefined : this.#texts.get(text);
        const where = cited === undefined ? undefined : { text: cited };
        this.#out.push({ ...source, id: this.#newId("p"), ...where });
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

  /** The name by which a call is known: as it was first told. */
  nameOf({ call, name }: { readonly call: string; readonly name: string }): string {
    return this.#calls.get(call)?.name ?? name;
  }

  /** The model has finished a call. A call that nobody can take fails at once, with its arguments kept. */
  called(event: Extract<ModelEvent, { type: "tool.called" }>, judged: Judged): void {
    const known = this.#calls.get(event.call);
    if (known !== undefined && known.state !== "streaming") return;
    const open = known ?? this.#newCall(event.call, event.name);
    const { call, name } = open;
    const provider = event.provider === undefined ? undefined : { provider: event.provider };
    if ("error" in judged) {
      if (known === undefined) {
        this.#out.push({ type: "tool.args.started", call, name });
        this.#args(open, deltaPieces(event.args));
      } else {
        this.#args(open, open.args.end());
      }
      open.state = "done";
      this.#out.push({ type: "tool.failed", call, name, error: judged.error, ...provider });
      return;
    }
    const { input, executor, needsApproval } = judged;
    open.state = executor === "provider" ? "provider" : "done";
    this.#out.push({
      type: "tool.called",
      call,
      name,
      input,
      ...(executor !== undefined && { executor }),
      ...(needsApproval && { needsApproval }),
      ...provider,
    });
  }

  /** Closes what the response left open: parts are complete as they are, calls cannot run. */
  finish(error: RunError): void {
    for (const part of this.#parts.values()) this.#close(part);
    this.#parts.clear();
    for (const open of this.#calls.values()) {
      if (open.state === "done") continue;
      open.state = "done";
      this.#out.push({ type: "tool.failed", call: open.call, name: open.name, error });
    }
  }

  #newId(kind: "p" | "c"): string {
    return `${kind}${this.#seq + this.#out.length + 1}`;
  }

  #newCall(adapterId: string, name: string): Call {
    const open: Call = { call: this.#newId("c"), name, args: new DeltaText(), state: "streaming" };
    this.#calls.set(adapterId, open);
    return open;
  }

  #start(event: Extract<ModelEvent, { type: "text.started" | "reasoning.started" }>): void {
    const before = this.#parts.get(event.id);
    if (before !== undefined) this.#close(before);
    const id = this.#newId("p");
    const type = event.type === "text.started" ? "text" : "reasoning";
    this.#parts.set(event.id, { id, type, deltaType: `${type}.delta`, text: new DeltaText() });
    if (type === "text") this.#texts.set(event.id, id);
    this.#hotId = undefined;
    this.#out.push({ ...event, id });
  }

  #complete(event: Extract<ModelEvent, { type: "text.completed" | "reasoning.completed" }>): void {
    const part = this.#parts.get(event.id);
    if (part === undefined || event.type !== `${part.type}.completed`) return;
    this.#parts.delete(event.id);
    this.#hotId = undefined;
    this.#deltas(part, part.text.end());
    this.#out.push({ ...event, id: part.id });
  }

  #close(part: Part): void {
    this.#deltas(part, part.text.end());
    this.#out.push({ type: `${part.type}.completed`, id: part.id });
  }

  #delta(adapterId: string, delta: string): void {
    let part = this.#hotId === adapterId ? this.#hot : undefined;
    if (part === undefined) {
      part = this.#parts.get(adapterId);
      if (part === undefined) return;
      this.#hot = part;
      this.#hotId = adapterId;
    }
    this.#deltas(part, part.text.add(delta));
  }

  #deltas({ id, deltaType: type }: Part, deltas: readonly string[]): void {
    for (const delta of deltas) this.#out.push({ type, id, delta });
  }

  #args({ call }: Call, deltas: readonly string[]): void {
    for (const delta of deltas) this.#out.push({ type: "tool.args.delta", call, delta });
  }
}

/** An adapter of a newer version may yield more than we know: what we cannot log, we leave out. */
function ignore(_event: never): void {}
