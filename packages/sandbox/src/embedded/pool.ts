import { SandboxError } from "../sandbox-error.ts";
import type { Guest } from "./guest.ts";

/**
 * Guests that wait for their first program. Each serves one context and is then killed: what a program did to its
 * process never meets another one's.
 */
export interface Pool {
  /** A guest that nobody used. Whoever takes it kills it. */
  take(): Promise<Guest>;
  /** Does the work when fewer than `concurrency` others are at it. */
  slot<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** Guests that are kept ready, from the first use on. */
  readonly warm: number;
  /** Programs that run at once; the others wait. */
  readonly concurrency: number;
  readonly start: () => Promise<Guest>;
}

export function guestPool({ warm, concurrency, start }: PoolOptions): Pool {
  const ready: Promise<Guest | undefined>[] = [];
  const guests = new Set<Guest>();
  const starting = new Set<Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let running = 0;
  let closed = false;

  async function begin(): Promise<Guest> {
    const guest = await start();
    if (closed) await guest.kill();
    for (const each of guests) if (!each.alive) guests.delete(each);
    guests.add(guest);
    return guest;
  }

  function tracked<T>(promise: Promise<T>): Promise<T> {
    starting.add(promise);
    const done = (): void => void starting.delete(promise);
    promise.then(done, done);
    return promise;
  }

  function refill(): void {
    while (!closed && ready.length < warm) {
      // One that fails is not missed: whoever needs it starts another and hears why that fails.
      ready.push(tracked(begin()).catch(() => undefined));
    }
  }

  return {
    async take() {
      if (closed) throw closedError();
      for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
        const guest = await next;
        if (!guest?.alive) continue;
        refill();
        return guest;
      }
      const guest = await tracked(begin());
      if (closed) throw closedError();
      refill();
      return guest;
    },
    async slot(work) {
      if (running >= concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    },
    async close() {
      closed = true;
      await Promise.allSettled(starting);
      await Promise.all([...guests].map((guest) => guest.kill()));
      guests.clear();
      ready.length = 0;
    },
  };
}

export function closedError(): SandboxError {
  return new SandboxError("closed", { message: "The sandbox was closed. Make a new one." });
}
