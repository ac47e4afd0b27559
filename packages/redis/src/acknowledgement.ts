import { RunwireError } from "@runwire/core";
import type { Connection, OwnConnection } from "./connection.ts";

/** Waits until replicas have what was written. */
export interface Acknowledgement {
  /**
   * `history`: the replication id of the master that wrote it. Another master may never have heard of the write,
   * whatever its replicas say.
   *
   * @throws RunwireError `log-unavailable`: it is written, and may be lost with the master. Repeat the call.
   */
  confirm(tag: string, history: string): Promise<void>;
  close(): void;
}

export interface AcknowledgementOptions {
  readonly connection: Connection;
  readonly replicas: number;
  readonly timeoutMs: number;
  readonly onError: (error: unknown) => void;
}

/** What a wait found: how many replicas, and of whose history. */
interface Reached {
  readonly replicas: number;
  readonly history: string | undefined;
}

interface Round {
  readonly done: Promise<Reached>;
}

/**
 * `WAIT` holds up its connection, so it has one of its own. One wait per partition is under way; what is written
 * meanwhile shares the next.
 */
export function acknowledgement(options: AcknowledgementOptions): Acknowledgement {
  const { connection, replicas, timeoutMs, onError } = options;
  const running = new Map<string, Round>();
  const next = new Map<string, Round>();
  let own: OwnConnection | undefined;
  let closed = false;

  /** One that gave up on its server is replaced. */
  function open(): OwnConnection {
    if (closed) throw new RunwireError("log-unavailable", { message: "The log was closed." });
    if (own?.alive() === false) own = undefined;
    own ??= connection.duplicate(onError);
    return own;
  }

  async function wait(tag: string): Promise<Reached> {
    const settled = await open().settle(`${tag}:settled`, replicas, timeoutMs);
    const history = /master_replid:(\w+)/.exec(settled.info)?.[1];
    return { replicas: settled.replicas, history };
  }

  function begin(tag: string, after: Promise<unknown>): Round {
    const done = after.then(() => {
      next.delete(tag);
      running.set(tag, round);
      return wait(tag);
    });
    const round: Round = { done };
    const over = (): void => {
      if (running.get(tag) === round) running.delete(tag);
    };
    done.then(over, over);
    return round;
  }

  function join(tag: string): Round {
    const waiting = next.get(tag);
    if (waiting !== undefined) return waiting;
    const before = running.get(tag)?.done ?? Promise.resolve();
    const round = begin(
      tag,
      before.catch(() => undefined),
    );
    next.set(tag, round);
    return round;
  }

  return {
    async confirm(tag, history) {
      const reached = await join(tag).done;
      if (reached.history === history && reached.replicas >= replicas) return;
      const what =
        reached.history === history
          ? `${reached.replicas} of ${replicas} replicas have it after ${timeoutMs} ms`
          : "another server is the master now";
      const message = `It is unknown whether the write will survive: ${what}.`;
      throw new RunwireError("log-unavailable", { message });
    },
    close() {
      closed = true;
      own?.close();
    },
  };
}
