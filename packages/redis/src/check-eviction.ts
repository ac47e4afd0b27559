import { RunwireError } from "@runwire/core";
import { script } from "./lua/script.ts";
import type { Store } from "./store.ts";

const memory = script("memory", [], "return { redis.call('INFO', 'memory') }");

/** Tells once of a Redis that may evict what was acknowledged. What it cannot find out, calls will. */
export async function checkEviction(store: Store, tell: (error: unknown) => void): Promise<void> {
  const [info] = await store.call(memory, 0, []).catch(() => []);
  const policy = /maxmemory_policy:(\S+)/.exec(String(info))?.[1];
  const limit = Number(/maxmemory:(\d+)/.exec(String(info))?.[1] ?? 0);
  if (policy === undefined || policy === "noeviction" || limit === 0) return;
  const message = `Redis may evict runs when it is full: its maxmemory-policy is ${policy}. Set it to noeviction.`;
  tell(new RunwireError("log-unusable", { message }));
}
