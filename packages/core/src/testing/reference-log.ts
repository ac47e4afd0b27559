import {
  type Append,
  type AppendResult,
  type ClaimRequest,
  type CreateResult,
  type Deletion,
  type Lease,
  type LeaseRef,
  maxPendingCommands,
  type NewRun,
  type RenewResult,
  type RunInfo,
  type SendResult,
  type ThreadInfo,
} from "../log/event-log.ts";
import type { EventsRead } from "../log/read-run.ts";
import type { Command, InboxEntry } from "../protocol/command.ts";
import type { Cursor } from "../protocol/cursor.ts";
import type { RunEvent } from "../protocol/events.ts";
import { ok } from "./assert.ts";
import { isClaimable, leaseOf, type Run } from "./reference-run.ts";

/**
 * The contract of `EventLog` once more, as plainly as it goes: lists that are searched, nothing shared, nothing fast,
 * sizes and waits left out. Where the contract leaves a choice (epochs, which runs a claim takes) it is told what was
 * chosen, and checks that this was allowed.
 */
export class ReferenceLog {
  now = 0;
  readonly #runs = new Map<string, Run>();
  readonly #threads = new Map<string, { readonly request: NewRun; readonly createdAt: number }>();
  /** The thread with the newest activity last. */
  #active: string[] = [];
  readonly #gone = new Set<string>();
  #ends = 0;
  readonly #updated = new Map<string, number>();
  /** By run: the newest append that ended a lease. Its repeat may have no events to be known by. */
  readonly #left = new Map<string, string>();

  create(request: NewRun, epoch?: number): CreateResult {
    const { run: id, thread, owner } = request;
    if (this.#gone.has(id) || this.#gone.has(`thread:${thread}`)) return { status: "gone" };
    const known = this.#runs.get(id);
    if (known !== undefined) {
      if (known.request.principal !== request.principal) return { status: "foreign" };
      if (known.request.digest !== request.digest) return { status: "conflict" };
      const again =
        known.lease !== undefined &&
        known.lease.worker === owner?.worker &&
        known.epoch === known.firstEpoch;
      return { status: "exists", ...(again && { lease: leaseOf(known, "new", this.now) }) };
    }
    const inThread = this.#threads.get(thread);
    if (inThread !== undefined && inThread.request.principal !== request.principal) {
      return { status: "foreign" };
    }
    const previous = request.previous === undefined ? undefined : this.#runs.get(request.previous);
    if (request.previous !== undefined && previous?.request.thread !== thread) {
      return { status: "foreign" };
    }
    const head = this.runs(thread).at(-1)?.run ?? null;
    if (request.ifHead !== undefined && request.ifHead !== head) return { status: "moved", head };
    const blocked = previous !== undefined && previous.status !== "ended";
    if (blocked && request.busy === "reject") {
      return { status: "busy", run: previous.request.run };
    }
    const leased = !blocked && owner !== undefined;
    const run: Run = {
      request,
      createdAt: this.now,
      inbox: [],
      firstEpoch: leased ? epoch : undefined,
      status: blocked ? "blocked" : "open",
      events: request.events.map((event) => ({ event, epoch: leased ? (epoch ?? -1) : 0 })),
      compacted: false,
      ended: undefined,
      done: 0,
      epoch: leased ? (epoch ?? -1) : 0,
      lease: leased ? { worker: owner.worker, until: this.now + owner.leaseMs } : undefined,
      ready: blocked || leased ? undefined : { at: this.now, why: "new" },
    };
    this.#runs.set(id, run);
    if (inThread === undefined) this.#threads.set(thread, { request, createdAt: this.now });
    this.#touch(thread);
    return { status: "ok", ...(leased && { lease: leaseOf(run, "new", this.now) }) };
  }

  /** The leases that the log's claim should have answered, given which runs it took. */
  claim(request: ClaimRequest, chosen: readonly LeaseRef[]): readonly Lease[] {
    const claimable = [...this.#runs.values()].filter((run) => isClaimable(run, request, this.now));
    const count = Math.min(request.max, claimable.length);
    ok(
      chosen.length === count,
      `a claim takes ${count} of ${claimable.length}, not ${chosen.length}`,
    );
    return chosen.map(({ run: id, epoch }) => {
      const run = this.#runs.get(id);
      ok(run !== undefined && isClaimable(run, request, this.now), `${id} can be claimed, once`);
      ok(epoch > run.epoch, `epoch ${epoch} is newer than ${run.epoch}`);
      const expired = run.lease !== undefined && run.lease.until <= this.now;
      const why = run.lease === undefined ? run.ready?.why : expired ? "recovery" : "steal";
      run.epoch = epoch;
      run.lease = { worker: request.worker, until: this.now + request.leaseMs };
      run.ready = undefined;
      return leaseOf(run, why ?? "recovery", this.now);
    });
  }

  append(id: string, batch: Append): AppendResult {
    const run = this.#runs.get(id);
    if (run === undefined) return { status: "gone" };
    const { epoch, after, events, consume = 0, end } = batch;
    const [tail, inbox] = [after + events.length, run.inbox.length];
    const written = run.events.slice(after, tail);
    const same = written.length === events.length && written.every((one) => one.epoch === epoch);
    const left = JSON.stringify([epoch, after, end]);
    const repeat = events.length > 0 ? same : this.#left.get(id) === left;
    if (repeat) return { status: "ok", tail, inbox };
    if (run.status === "ended") return { status: "closed" };
    if (run.lease === undefined || run.epoch !== epoch) return { status: "fenced" };
    if (after !== run.events.length) return { status: "gap", tail: run.events.length };
    const done = Math.min(inbox, Math.max(run.done, consume));
    if (end !== undefined && done < inbox) return { status: "inbox", inbox };
    run.events.push(...events.map((event) => ({ event, epoch })));
    run.done = done;
    if (end === undefined) return { status: "ok", tail, inbox };
    this.#left.set(id, left);
    run.lease = undefined;
    if (end === "close") {
      run.status = "ended";
      run.ended = { order: this.#ends++, at: this.now };
      this.#unblock(id);
      this.#touch(run.request.thread);
    } else if (end.release !== null) {
      const why = end.release === 0 ? "handover" : "timer";
      run.ready = { at: Math.max(end.release, this.now), why };
    }
    return { status: "ok", tail, inbox };
  }

  renew(leases: readonly LeaseRef[], leaseMs: number): readonly RenewResult[] {
    return leases.map(({ run: id, epoch }) => {
      const run = this.#runs.get(id);
      if (run?.lease === undefined || run.epoch !== epoch) return { status: "fenced" };
      run.lease.until = Math.max(run.lease.until, this.now + leaseMs);
      return { status: "ok", until: run.lease.until, inbox: run.inbox.length };
    });
  }

  send(id: string, command: Command): SendResult {
    const run = this.#runs.get(id);
    if (run === undefined) return { status: "gone" };
    const known = run.inbox.find((entry) => entry.command.id === command.id);
    if (known !== undefined) return { status: "ok", n: known.n };
    if (run.status === "ended") return { status: "closed" };
    if (run.inbox.length - run.done >= maxPendingCommands) return { status: "full" };
    const n = run.inbox.push({ n: run.inbox.length + 1, at: this.now, command });
    const ready = run.ready !== undefined && run.ready.at <= this.now;
    if (run.status === "open" && run.lease === undefined && !ready) {
      run.ready = { at: this.now, why: "input" };
    }
    return { status: "ok", n };
  }

  inbox(id: string, after: number, limit: number): readonly InboxEntry[] {
    return (this.#runs.get(id)?.inbox ?? []).filter(({ n }) => n > after).slice(0, limit);
  }

  /** All that a read may answer: a log may give fewer events than these. */
  read(id: string, after: Cursor, limit: number): EventsRead {
    const run = this.#runs.get(id);
    if (run === undefined) return { status: "gone" };
    const at = run.events[after.seq - 1]?.epoch;
    if (after.seq > 0 && (at === undefined || at !== (after.epoch ?? (run.compacted ? -1 : at)))) {
      return { status: "reset" };
    }
    const rest = run.events.slice(after.seq, after.seq + limit);
    const epoch = rest[0]?.epoch ?? at ?? 0;
    const changes = rest.findIndex((one) => one.epoch !== epoch);
    const events = rest.slice(0, changes < 0 ? limit : changes).map(({ event }) => event);
    const ended = run.status === "ended" && after.seq + events.length === run.events.length;
    return { status: "events", events, epoch, ended };
  }

  find(id: string): RunInfo | undefined {
    const run = this.#runs.get(id);
    if (run === undefined) return undefined;
    const { run: name, thread, agent, principal, previous } = run.request;
    const { status, createdAt, events } = run;
    const known = { run: name, thread, agent, status, tail: events.length, createdAt };
    return {
      ...known,
      ...(principal !== undefined && { principal }),
      ...(previous !== undefined && { previous }),
    };
  }

  compact(id: string, events: readonly RunEvent[], epoch: number): "ok" | "open" | "gone" {
    const run = this.#runs.get(id);
    if (run === undefined) return "gone";
    if (run.status !== "ended") return "open";
    run.ended = undefined;
    if (events.length >= run.events.length) return "ok";
    run.events = events.map((event) => ({ event, epoch }));
    run.epoch = epoch;
    run.compacted = true;
    return "ok";
  }

  uncompacted({ ageMs, limit }: { readonly ageMs: number; readonly limit: number }): string[] {
    return [...this.#runs.values()]
      .flatMap(({ ended, request }) => (ended === undefined ? [] : [{ ...ended, ...request }]))
      .filter(({ at }) => at <= this.now - ageMs)
      .sort((a, b) => a.order - b.order)
      .slice(0, limit)
      .map(({ run }) => run);
  }

  delete(what: Deletion): void {
    if ("thread" in what) {
      if (what.idleMs !== undefined && !this.#isIdle(what.thread, what.idleMs)) return;
      this.#gone.add(`thread:${what.thread}`);
      for (const { run } of this.runs(what.thread)) this.delete({ run });
      this.#threads.delete(what.thread);
      return;
    }
    this.#gone.add(what.run);
    const run = this.#runs.get(what.run);
    this.#runs.delete(what.run);
    if (run === undefined) return;
    this.#unblock(what.run);
    this.#touch(run.request.thread);
  }

  runs(thread: string): readonly RunInfo[] {
    return [...this.#runs.values()]
      .filter((run) => run.request.thread === thread)
      .flatMap((run) => this.find(run.request.run) ?? []);
  }

  /** Without its `updatedAt`, which the contract leaves open. */
  thread(id: string): Omit<ThreadInfo, "updatedAt"> | undefined {
    const thread = this.#threads.get(id);
    if (thread === undefined) return undefined;
    const { principal, title } = thread.request;
    const head = this.runs(id).at(-1)?.run;
    return {
      thread: id,
      ...(principal !== undefined && { principal }),
      ...(title !== undefined && { title }),
      ...(head !== undefined && { head }),
      createdAt: thread.createdAt,
    };
  }

  threads(principal: string | undefined, limit: number): readonly string[] {
    return this.#active
      .filter((id) => this.#threads.has(id))
      .filter((id) => principal === undefined || this.thread(id)?.principal === principal)
      .reverse()
      .slice(0, limit);
  }

  #unblock(id: string): void {
    for (const run of this.#runs.values()) {
      if (run.status !== "blocked" || run.request.previous !== id) continue;
      run.status = "open";
      run.ready = { at: this.now, why: "new" };
    }
  }

  #isIdle(thread: string, idleMs: number): boolean {
    const updated = this.#updated.get(thread);
    if (!this.#threads.has(thread) || updated === undefined) return false;
    return (
      updated <= this.now - idleMs && this.runs(thread).every(({ status }) => status === "ended")
    );
  }

  #touch(thread: string): void {
    this.#updated.set(thread, this.now);
    this.#active = [...this.#active.filter((id) => id !== thread), thread];
  }
}
