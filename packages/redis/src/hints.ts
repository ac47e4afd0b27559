import type { Topic } from "@runwire/core";
import type { Connection, OwnConnection } from "./connection.ts";

/** Hints of other processes, and of this one, over one connection, however many topics are waited for. */
export interface Hints {
  /** See `EventLog.wait`. */
  wait(topic: Topic, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface HintsOptions {
  readonly connection: Connection;
  /** What stands before a topic in its channel's name. */
  readonly channels: string;
  readonly onError: (error: unknown) => void;
}

interface Subscription {
  readonly waiters: Set<() => void>;
  /** Redis has confirmed it. Before that, changes are missed. */
  subscribed: boolean;
  idleSince: number;
}

/** A topic that nobody waits for is listened to a little longer: who follows a run waits, reads, and waits again. */
const lingerMs = 10_000;
/** Before a connection that could not be made is tried again. */
const retryMs = 1_000;

/**
 * Publications are what tells of changes. One is missed when the connection breaks, or comes before the subscription to
 * its channel is confirmed: whenever that may have been so, all who wait are woken, which is never wrong.
 */
export function redisHints({ connection, channels, onError }: HintsOptions): Hints {
  const topics = new Map<Topic, Subscription>();
  let own: OwnConnection | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let sweep: ReturnType<typeof setInterval> | undefined;
  let closed = false;

  function notify(topic: Topic): void {
    const waiters = topics.get(topic)?.waiters;
    for (const done of [...(waiters ?? [])]) done();
  }

  function notifyAll(): void {
    for (const topic of topics.keys()) notify(topic);
  }

  function open(): OwnConnection {
    const opened = connection.duplicate(onError);
    opened.listen((channel) => notify(channel.slice(channels.length) as Topic), notifyAll);
    return opened;
  }

  async function subscribe(topic: Topic, subscription: Subscription): Promise<void> {
    try {
      own ??= open();
      await own.subscribe(channels + topic);
      subscription.subscribed = true;
      notify(topic);
    } catch (error) {
      if (closed) return;
      onError(error);
      retry ??= setTimeout(again, retryMs);
    }
  }

  /** Who comes meanwhile is subscribed for after it: clients mix up what is on its way at once. */
  async function leave(topic: Topic, subscription: Subscription): Promise<void> {
    subscription.subscribed = false;
    await own?.unsubscribe(channels + topic).catch(onError);
    if (closed) return;
    if (subscription.waiters.size > 0) await subscribe(topic, subscription);
    else topics.delete(topic);
  }

  /** A connection that gave up on its server, or could not be made, is replaced. */
  function again(): void {
    retry = undefined;
    own?.close();
    own = undefined;
    for (const [topic, subscription] of topics) void subscribe(topic, subscription);
  }

  function tidy(): void {
    if (own?.alive() === false) again();
    const now = Date.now();
    for (const [topic, subscription] of topics) {
      const { waiters, subscribed, idleSince } = subscription;
      if (waiters.size === 0 && subscribed && now - idleSince >= lingerMs) {
        void leave(topic, subscription);
      }
    }
    if (topics.size > 0) return;
    clearInterval(sweep);
    sweep = undefined;
  }

  function subscriptionOf(topic: Topic): Subscription {
    const known = topics.get(topic);
    if (known !== undefined) return known;
    const made: Subscription = { waiters: new Set(), subscribed: false, idleSince: 0 };
    topics.set(topic, made);
    void subscribe(topic, made);
    if (sweep === undefined) {
      sweep = setInterval(tidy, lingerMs / 2);
      sweep.unref?.();
    }
    return made;
  }

  return {
    wait(topic, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const subscription = closed ? undefined : subscriptionOf(topic);
        const done = (): void => {
          signal.removeEventListener("abort", done);
          if (subscription?.waiters.delete(done)) subscription.idleSince = Date.now();
          resolve();
        };
        subscription?.waiters.add(done);
        signal.addEventListener("abort", done);
      });
    },
    close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(sweep);
      notifyAll();
      topics.clear();
      own?.close();
    },
  };
}
