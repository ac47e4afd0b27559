import type { Lease } from "@runwire/core";
import type { Reply } from "./store.ts";

/** What the scripts' `lease_of` gave. */
export function decodeLease(reply: Reply[number]): Lease {
  const [run, epoch, thread, principal, tail, done, inbox, now, until, why] = reply as Reply;
  return {
    run: String(run),
    epoch: Number(epoch),
    thread: String(thread),
    ...(typeof principal === "string" && { principal }),
    tail: Number(tail),
    done: Number(done),
    inbox: Number(inbox),
    now: Number(now),
    until: Number(until),
    why: why as Lease["why"],
  };
}

export function leaseOr(reply: Reply[number] | undefined): { readonly lease?: Lease } {
  return Array.isArray(reply) ? { lease: decodeLease(reply) } : {};
}
