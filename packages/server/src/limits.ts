import { checkPositive } from "./positive.ts";
import { Problem } from "./problem.ts";

/** Of one principal, in this process. Without `authorize` all requests are one principal's. Default: none. */
export interface RequestLimits {
  /** Requests and streams that may be open at once. */
  readonly concurrency?: number;
  /** A bucket of `burst` requests (default: `perMinute`) that fills up at `perMinute`. */
  readonly rate?: { readonly perMinute: number; readonly burst?: number };
}

/** Lets a request in, and returns what to call once it is over; throws the 429. */
export type Admit = (principal: string | undefined) => () => void;

/** Buckets that are kept. Beyond it the one unused for longest goes: it is the likeliest to be full again. */
const maxBuckets = 10_000;

export function admission(limits: RequestLimits, now: () => number = Date.now): Admit {
  const takeToken = limits.rate === undefined ? () => {} : tokenBuckets(limits.rate, now);
  const takePlace = limits.concurrency === undefined ? () => () => {} : places(limits.concurrency);
  return (principal) => {
    // Without `authorize` nobody has an id, and an id is never empty.
    const key = principal ?? "";
    takeToken(key);
    return takePlace(key);
  };
}

function tokenBuckets(
  { perMinute, burst = perMinute }: NonNullable<RequestLimits["rate"]>,
  now: () => number,
): (key: string) => void {
  checkPositive("limits.rate.perMinute", perMinute);
  checkPositive("limits.rate.burst", burst);
  const perMs = perMinute / 60_000;
  const buckets = new Map<string, { readonly tokens: number; readonly at: number }>();
  return (key) => {
    const at = now();
    const bucket = buckets.get(key);
    const tokens =
      bucket === undefined ? burst : Math.min(burst, bucket.tokens + (at - bucket.at) * perMs);
    if (tokens < 1) throw tooMany("Too many requests.", Math.ceil((1 - tokens) / perMs / 1000));
    // To the end of the map: its order is the order of use.
    buckets.delete(key);
    buckets.set(key, { tokens: tokens - 1, at });
    if (buckets.size > maxBuckets) buckets.delete(buckets.keys().next().value as string);
  };
}

function places(concurrency: number): (key: string) => () => void {
  checkPositive("limits.concurrency", concurrency);
  const open = new Map<string, number>();
  return (key) => {
    const count = (open.get(key) ?? 0) + 1;
    if (count > concurrency) throw tooMany("Too many requests and streams are open.", 1);
    open.set(key, count);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const left = (open.get(key) ?? 0) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    };
  };
}

function tooMany(detail: string, seconds: number): Problem {
  return new Problem("too-many-requests", { detail, headers: { "retry-after": `${seconds}` } });
}
