import type { DeltaType, EventOf, RunEvent } from "../protocol/events.ts";
import { appendLog } from "../protocol/tool-log.ts";

/**
 * Text that one merged delta holds at most, in UTF-16 units: escaped it is six times as long at worst, far less than an
 * event may be.
 */
const maxUnits = 16_384;

/** A delta that more text may be put into. */
interface Growing {
  readonly event: EventOf<DeltaType>;
  /** Put together once: what grows piece by piece is a tree. */
  readonly texts: string[];
  units: number;
}

/**
 * An ended run's events as fewer with the same fold, taken one by one so that a long run need not be held as it was:
 *
 * - Deltas of one part are one, up to {@link maxUnits}, also when deltas of other parts stand between them. Where the
 *   fold would cut a tool's log, a delta ends: cut anywhere else, another text would be left.
 * - Arguments that became a call's input, progress that was replaced, and transient data are left out.
 *
 * All else stays as it is and where it is, with a new number. An event with fields or of a type that this version does
 * not know is kept untouched.
 */
export class Compaction {
  #kept: (RunEvent | Growing | undefined)[] = [];
  /** How many of these are not left out. */
  #count = 0;
  #taken = 0;
  /** By part: the delta of it since the last event that was none. */
  readonly #growing = new Map<string, Growing>();
  /** By call: where its arguments and its newest progress are. */
  readonly #args = new Map<string, number[]>();
  readonly #progress = new Map<string, number>();
  readonly #logs = new Map<string, string>();
  /** Scopes that have a message of an assistant. */
  readonly #answered = new Set<string | undefined>();
  #possible = true;
  /** All before this stays, with its numbers. */
  #fixed = 0;

  add(event: RunEvent): void {
    this.#taken++;
    switch (event.type) {
      case "text.delta":
      case "reasoning.delta":
        this.#delta(event, event.id);
        break;
      case "tool.args.delta":
        this.#delta(event, event.call);
        break;
      case "tool.output.delta":
        this.#output(event);
        break;
      case "tool.progressed":
        this.#replaceProgress(event);
        break;
      case "data.emitted":
        if (!event.transient) this.#data(event);
        break;
      default:
        this.#other(event);
    }
  }

  /** `undefined`: the run cannot be told with fewer events. */
  events(): readonly RunEvent[] | undefined {
    if (!this.#possible || this.#count === this.#taken) return undefined;
    return this.#kept
      .filter((entry) => entry !== undefined)
      .map((entry, index) => {
        const seq = index + 1;
        if (!("texts" in entry)) return { ...entry, seq };
        const { event, texts } = entry;
        return { ...event, seq, delta: texts.join("") };
      });
  }

  #other(event: RunEvent): void {
    if (event.type === "step.started") this.#answered.add(event.scope);
    if (event.type === "tool.called") {
      const key = keyOf(event.scope, event.call);
      for (const at of this.#args.get(key) ?? []) this.#leaveOut(at);
      this.#args.delete(key);
    }
    this.#growing.clear();
    this.#keep(event);
  }

  /** It may open a message, whose id is made of this event's number: that must stay. */
  #data(event: EventOf<"data.emitted">): void {
    const opens = !this.#answered.has(event.scope);
    if (opens && this.#count + 1 !== event.seq) this.#possible = false;
    this.#other(event);
    if (opens) this.#fixed = this.#kept.length;
  }

  /** Deltas go on across it: it may be left out later. */
  #replaceProgress(event: EventOf<"tool.progressed">): void {
    if (!isPlain(event, 6)) {
      this.#other(event);
      return;
    }
    const key = keyOf(event.scope, event.call);
    const before = this.#progress.get(key);
    if (before !== undefined) this.#leaveOut(before);
    this.#progress.set(key, this.#kept.length);
    this.#keep(event);
  }

  #delta(event: EventOf<DeltaType>, id: string): void {
    const { type, scope, delta } = event;
    const key = keyOf(scope, id, type);
    const growing = this.#growing.get(key);
    if (!isPlain(event, 4)) {
      this.#growing.delete(key);
      this.#keep(event);
      return;
    }
    if (growing !== undefined && growing.units + delta.length <= maxUnits) {
      growing.texts.push(delta);
      growing.units += delta.length;
      return;
    }
    const entry: Growing = { event, texts: [delta], units: delta.length };
    this.#growing.set(key, entry);
    if (type === "tool.args.delta") {
      const call = keyOf(scope, id);
      const known = this.#args.get(call);
      if (known === undefined) this.#args.set(call, [this.#kept.length]);
      else known.push(this.#kept.length);
    }
    this.#keep(entry);
  }

  #output(event: EventOf<"tool.output.delta">): void {
    const { scope, call, delta } = event;
    const key = keyOf(scope, call);
    const before = this.#logs.get(key) ?? "";
    const log = appendLog(before, delta);
    this.#logs.set(key, log);
    this.#delta(event, call);
    // The fold cuts here.
    if (log.length < before.length + delta.length) {
      this.#growing.delete(keyOf(scope, call, event.type));
    }
  }

  #keep(entry: RunEvent | Growing): void {
    this.#kept.push(entry);
    this.#count++;
  }

  #leaveOut(at: number): void {
    if (at < this.#fixed) return;
    this.#kept[at] = undefined;
    this.#count--;
  }
}

/**
 * The events of an ended run as fewer with the same fold but for `seq`; the same array when there are no fewer. What
 * `EventLog.compact` is given.
 */
export function compacted(events: readonly RunEvent[]): readonly RunEvent[] {
  const compaction = new Compaction();
  for (const event of events) compaction.add(event);
  return compaction.events() ?? events;
}

/** Ids have no control characters. */
function keyOf(scope: string | undefined, id: string, type = ""): string {
  return `${scope ?? ""}\n${id}\n${type}`;
}

/** It has no other fields than this version's: so many, and maybe a scope. */
function isPlain(event: RunEvent, fields: number): boolean {
  return Object.keys(event).length === fields + (event.scope === undefined ? 0 : 1);
}
