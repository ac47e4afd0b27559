import type { Topic } from "@runwire/core";
import { query } from "./query.ts";
import type { Store } from "./store.ts";

/** Who waits for what in this process. */
export interface Topics {
  /** See `EventLog.wait`. Armed when the call returns; leaves nothing behind once it has resolved. */
  wait(topic: Topic, signal: AbortSignal): Promise<void>;
  /** Something of these changed in this process. */
  notify(topics: Iterable<Topic>): void;
  /** Something changed in another one: lets those go who wait for what is not any more what it was. */
  compare(): void;
  /** How many topics are waited for. */
  readonly size: number;
  /** Somebody follows a run or a thread, and would be cut off if this process ended now. */
  readonly followed: boolean;
}

interface Waited {
  /** What it was when the first of them began to wait; `undefined`: it could not be read. */
  readonly version: unknown;
  readonly waiters: Set<() => void>;
}

export function topics({ db }: Pick<Store, "db">): Topics {
  const versions = {
    run: query<{ version: unknown }>(
      db,
      "SELECT tail || '/' || tailEpoch || '/' || status AS version FROM runs WHERE run = ?",
    ),
    inbox: query<{ version: unknown }>(db, "SELECT commands AS version FROM runs WHERE run = ?"),
    thread: query<{ version: unknown }>(
      db,
      "SELECT updatedAt AS version FROM threads WHERE thread = ?",
    ),
  };
  const ready = query<{ version: unknown }>(db, "SELECT readied AS version FROM store");
  const waited = new Map<Topic, Waited>();
  let followed = 0;

  /** A value that is another one once the topic changed; `null` where there is nothing. */
  function versionOf(topic: Topic): unknown {
    try {
      if (topic === "ready") return ready.get()?.version;
      const colon = topic.indexOf(":");
      const kind = topic.slice(0, colon) as keyof typeof versions;
      return versions[kind].get(topic.slice(colon + 1))?.version ?? null;
    } catch {
      // Locked, or worse: whoever reads next will hear of it.
      return undefined;
    }
  }

  function begin(topic: Topic): Waited {
    const begun = { version: versionOf(topic), waiters: new Set<() => void>() };
    waited.set(topic, begun);
    if (isFollowed(topic)) followed++;
    return begun;
  }

  function end(topic: Topic): void {
    if (waited.delete(topic) && isFollowed(topic)) followed--;
  }

  function release(topic: Topic): void {
    const known = waited.get(topic);
    if (known === undefined) return;
    end(topic);
    for (const done of known.waiters) done();
  }

  return {
    get size() {
      return waited.size;
    },
    get followed() {
      return followed > 0;
    },
    wait(topic, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const known = waited.get(topic) ?? begin(topic);
        const { waiters } = known;
        const done = (): void => {
          waiters.delete(done);
          if (waiters.size === 0 && waited.get(topic) === known) end(topic);
          signal.removeEventListener("abort", done);
          resolve();
        };
        waiters.add(done);
        signal.addEventListener("abort", done);
      });
    },
    notify(topics) {
      for (const topic of topics) release(topic);
    },
    compare() {
      for (const [topic, { version }] of [...waited]) {
        const now = versionOf(topic);
        if (now === undefined || now !== version) release(topic);
      }
    },
  };
}

function isFollowed(topic: Topic): boolean {
  return topic.startsWith("run:") || topic.startsWith("thread:");
}
