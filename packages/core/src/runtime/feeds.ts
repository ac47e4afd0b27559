import type { EventLog, ReadResult, Topic } from "../log/event-log.ts";
import { persist } from "../loop/persist.ts";
import type { Cursor } from "../protocol/cursor.ts";
import { type Deferred, deferred, sleep } from "../signal.ts";

/** Events in one portion. */
const portion = 256;
/** Portions kept for viewers that are a little behind; the log serves those further back. */
const keptPortions = 64;
/** How often a read is repeated when the log does not answer: for about two seconds. */
const maxRepeats = 8;
/** A hint may be lost: look again after this long. */
const backstopMs = 5_000;

/** A run as its viewers in this process share it: one listener, and each portion read once and handed to all. */
interface Feed {
  /** The runtime was closed: nothing more is told. */
  readonly closed: boolean;
  /** Resolves at the next change after the call. Arm it, read, then await it. */
  changed(): Promise<void>;
  /** `log.read`, shared: viewers at the same cursor get the same `events` array. */
  read(after: Cursor): Promise<ReadResult>;
  release(): void;
}

export interface Feeds {
  readonly closed: boolean;
  /** Give it back with `release`. */
  acquire(run: string): Feed;
  close(): void;
}

export function createFeeds(log: EventLog): Feeds {
  const shared = new Map<string, SharedFeed>();
  let closed = false;
  return {
    get closed() {
      return closed;
    },
    acquire(run) {
      let feed = shared.get(run);
      if (feed === undefined) {
        feed = new SharedFeed(log, run, () => shared.delete(run));
        shared.set(run, feed);
        if (closed) feed.stop();
      }
      return feed.acquire();
    },
    close() {
      closed = true;
      for (const feed of shared.values()) feed.stop();
    },
  };
}

class SharedFeed {
  readonly #log: EventLog;
  readonly #run: string;
  readonly #gone: () => void;
  readonly #over = new AbortController();
  readonly #portions = new Map<string, Promise<ReadResult>>();
  readonly #topic: Topic;
  readonly #backstop: ReturnType<typeof setInterval>;
  /** The log is waited for. Armed once, whatever the backstop does meanwhile. */
  #waiting = false;
  #changed: Deferred | undefined;
  #version = 0;
  #viewers = 0;

  constructor(log: EventLog, run: string, gone: () => void) {
    this.#log = log;
    this.#run = run;
    this.#topic = `run:${run}`;
    this.#gone = gone;
    this.#backstop = setInterval(() => this.#ring(), backstopMs);
    (this.#backstop as { unref?: () => void }).unref?.();
  }

  acquire(): Feed {
    this.#viewers++;
    let held = true;
    const { signal } = this.#over;
    return {
      get closed() {
        return signal.aborted;
      },
      changed: () => this.#change(),
      read: (after) => this.#read(after),
      release: () => {
        if (!held) return;
        held = false;
        if (--this.#viewers === 0) this.stop();
      },
    };
  }

  stop(): void {
    clearInterval(this.#backstop);
    this.#over.abort();
    this.#gone();
  }

  #change(): Promise<void> {
    this.#changed ??= deferred();
    const { promise } = this.#changed;
    if (!this.#waiting) {
      this.#waiting = true;
      void this.#log.wait(this.#topic, this.#over.signal).then(() => {
        this.#waiting = false;
        this.#ring();
      });
    }
    return promise;
  }

  #ring(): void {
    this.#version++;
    const changed = this.#changed;
    this.#changed = undefined;
    changed?.resolve();
  }

  #read(after: Cursor): Promise<ReadResult> {
    const place = `${after.seq}.${after.epoch ?? ""}`;
    const kept = this.#portions.get(place);
    if (kept !== undefined) return kept;
    // A read that found nothing is shared only until something changes: afterwards it would hide what came.
    const key = `${place}@${this.#version}`;
    const flying = this.#portions.get(key);
    if (flying !== undefined) return flying;
    const read = persist(
      () => this.#log.read(this.#run, after, portion),
      (_, attempt) => attempt < maxRepeats && !this.#over.signal.aborted,
    );
    this.#portions.set(key, read);
    const settle = (result?: ReadResult): void => {
      this.#portions.delete(key);
      // What was deleted or compacted must not be told to anybody who comes now.
      if (result !== undefined && result.status !== "events") this.#portions.clear();
      if (result?.status === "events" && result.segment.count > 0) this.#keep(place, read);
    };
    read.then(settle, () => settle());
    return read;
  }

  #keep(place: string, read: Promise<ReadResult>): void {
    this.#portions.set(place, read);
    if (this.#portions.size <= keptPortions) return;
    const [oldest] = this.#portions.keys();
    if (oldest !== undefined) this.#portions.delete(oldest);
  }
}

/** The next change of a topic, or the backstop. */
export async function changeOf(log: EventLog, topic: Topic, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  await Promise.race([log.wait(topic, either), sleep(backstopMs, either, { unref: true })]);
  // With a reason: without one an error is made, and its stack is the most expensive thing here.
  done.abort("over");
}
