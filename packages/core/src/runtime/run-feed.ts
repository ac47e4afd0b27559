import type { EventLog, ReadResult } from "../log/event-log.ts";
import { type Folded, foldOn } from "../log/read-run.ts";
import { cutSegment, type Segment } from "../log/segment.ts";
import { persist } from "../loop/persist.ts";
import { nextMacrotask } from "../macrotask.ts";
import type { Cursor } from "../protocol/cursor.ts";
import { isEnded } from "../protocol/ended.ts";
import type { TailItem, Viewer, Watching } from "../runtime-contract.ts";
import { Hint } from "./hint.ts";
import { Portions } from "./portions.ts";
import { RunWatch } from "./run-watch.ts";

/** Events in one read. */
const portion = 512;
/** How often a read is repeated when the log does not answer: for about two seconds. */
const maxRepeats = 8;
/** Who spoke within this time goes on speaking: its words of a macrotask leave together. */
const breathMs = 1;

/**
 * A run as its viewers in this process share it. Those at the tail who want more are parked: one loop waits for the log,
 * reads what is new once, and tells them all the same item. Who is behind, or has enough, reads for itself when it
 * wants more, and is parked when it has caught up.
 */
export class RunFeed {
  readonly #log: EventLog;
  readonly #run: string;
  readonly #gone: () => void;
  readonly #viewers = new Set<RunWatch>();
  readonly #parked = new Set<RunWatch>();
  readonly #hint: Hint;
  /** Something may have changed since the loop last read. */
  #rung = false;
  #wake: (() => void) | undefined;
  readonly #portions = new Portions();
  /** Where the loop reads on. No parked viewer is before it. */
  #at: Cursor | undefined;
  #looping = false;
  #closed = false;
  #folded: Promise<Folded | undefined> | undefined;

  /** `gone`: nobody watches any more. */
  constructor(log: EventLog, run: string, gone: () => void) {
    this.#log = log;
    this.#run = run;
    this.#gone = gone;
    this.#hint = new Hint(log, `run:${run}`, () => this.ring());
  }

  watch(viewer: Viewer<TailItem>, at: Cursor | undefined): Watching {
    const watch = new RunWatch(this, viewer, at);
    this.#viewers.add(watch);
    void this.#catchUp(watch);
    return watch;
  }

  /** The run may have changed. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hint.stop();
    this.ring();
    for (const watch of this.#viewers) watch.finish();
    this.#gone();
  }

  advance(watch: RunWatch): void {
    if (this.#isAtTail(watch.at)) this.#park(watch);
    else void this.#catchUp(watch);
  }

  remove(watch: RunWatch): void {
    this.#parked.delete(watch);
    this.#viewers.delete(watch);
    if (this.#viewers.size === 0) this.close();
  }

  #isAtTail(at: Cursor | undefined): boolean {
    return (
      this.#parked.size > 0 &&
      this.#at !== undefined &&
      at?.seq === this.#at.seq &&
      at.epoch === this.#at.epoch
    );
  }

  #park(watch: RunWatch): void {
    const behind = (watch.at?.seq ?? 0) < (this.#at?.seq ?? 0);
    if (this.#parked.size === 0 || behind) this.#at = watch.at;
    this.#parked.add(watch);
    // It was overtaken: what it lacks is there already, and may be the last for long.
    if (behind) this.ring();
    if (!this.#looping) void this.#loop();
  }

  /** Reads for one viewer until it has enough or is at the tail. */
  async #catchUp(watch: RunWatch): Promise<void> {
    if (watch.reading) return;
    watch.reading = true;
    let again = true;
    try {
      await undefined;
      while (!watch.over && watch.hungry) {
        if (watch.at === undefined) {
          await this.#tellState(watch);
          continue;
        }
        const { at } = watch;
        const read = await this.#portions.get(at, () => this.#read(at));
        if (watch.over) return;
        if (read.status === "gone") return watch.finish({ type: "gone" });
        if (read.status === "reset") {
          watch.at = undefined;
          continue;
        }
        const { segment, ended } = read;
        if (segment.count > 0) watch.tell({ type: "events", segment }, endOf(segment));
        if (ended) return watch.finish();
        if (segment.count > 0) continue;
        // What the loop has read meanwhile is there to be read, but for a log that answers from elsewhere.
        const missed = this.#parked.size > 0 && (this.#at?.seq ?? 0) > watch.at.seq;
        if (!missed || !again) return this.#park(watch);
        again = false;
      }
    } catch (error) {
      watch.finish(undefined, error);
    } finally {
      watch.reading = false;
    }
  }

  async #tellState(watch: RunWatch): Promise<void> {
    const folded = await this.#fold();
    if (watch.over) return;
    if (folded === undefined) return watch.finish({ type: "gone" });
    const { state, epoch } = folded;
    watch.tell({ type: "snapshot", state, epoch }, { seq: state.seq, epoch });
    if (isEnded(state)) watch.finish();
  }

  /** The state now. Shared by those who ask at once, and gone on from for those who ask later. */
  #fold(): Promise<Folded | undefined> {
    const before = this.#folded;
    const next = (async () => foldOn(this.#log, this.#run, await before?.catch(() => undefined)))();
    this.#folded = next;
    next.catch(() => {});
    return next;
  }

  /** Tells the parked what is new, for as long as there are any. */
  async #loop(): Promise<void> {
    this.#looping = true;
    let told = Number.NEGATIVE_INFINITY;
    try {
      while (this.#parked.size > 0 && this.#at !== undefined) {
        this.#hint.arm();
        const at = this.#at;
        const read = await this.#read(at);
        if (this.#viewers.size > 1) this.#portions.keep(at, read);
        if (this.#parked.size === 0) break;
        // Meanwhile somebody was parked elsewhere, of whose place this says nothing.
        if (this.#at !== at) continue;
        if (read.status !== "events") {
          this.#unpark();
          break;
        }
        if (read.segment.count > 0) {
          this.#at = endOf(read.segment);
          this.#tell(read.segment);
        }
        if (read.ended) {
          for (const watch of this.#parked) watch.finish();
          break;
        }
        if (read.segment.count > 0) {
          told = performance.now();
          if (read.tail !== this.#at.seq) continue;
        }
        if (!this.#rung) await this.#ringing();
        this.#rung = false;
        if (performance.now() - told < breathMs) await nextMacrotask();
      }
    } catch (error) {
      for (const watch of this.#parked) watch.finish(undefined, error);
    } finally {
      this.#looping = false;
    }
    if (this.#parked.size > 0) void this.#loop();
  }

  #ringing(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #tell(segment: Segment): void {
    const item: TailItem = { type: "events", segment };
    const before = segment.first - 1;
    const end = endOf(segment);
    for (const watch of this.#parked) {
      const seq = watch.at?.seq ?? 0;
      if (seq === before) watch.tell(item, end);
      else if (seq < before) this.#parked.delete(watch);
      else if (seq < end.seq) {
        watch.tell({ type: "events", segment: cutSegment(segment, seq, portion) }, end);
      }
      if (watch.over || !watch.hungry) this.#parked.delete(watch);
      else if (seq < before) void this.#catchUp(watch);
    }
  }

  /** Each finds out for itself what has become of its place. */
  #unpark(): void {
    const parked = [...this.#parked];
    this.#parked.clear();
    this.#at = undefined;
    for (const watch of parked) void this.#catchUp(watch);
  }

  #read(after: Cursor): Promise<ReadResult> {
    const read = () => this.#log.read(this.#run, after, portion);
    const goOn = (_: unknown, attempt: number) => attempt < maxRepeats && !this.#closed;
    return read().catch(() => persist(read, goOn));
  }
}

function endOf({ first, count, epoch }: Segment): Cursor {
  return { seq: first + count - 1, epoch };
}
