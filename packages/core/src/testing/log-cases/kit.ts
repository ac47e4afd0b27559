import type { Append, ClaimRequest, EventLog, Lease, NewRun } from "../../log/event-log.ts";
import type { EventsRead } from "../../log/read-run.ts";
import { segmentEvents } from "../../log/segment.ts";
import type { Command } from "../../protocol/command.ts";
import type { Cursor } from "../../protocol/cursor.ts";
import type { RunEvent } from "../../protocol/events.ts";
import { sleep } from "../../signal.ts";
import { ok, same } from "../assert.ts";
import { checkSegment } from "../check-segment.ts";

/** Makes an empty log, or opens a shared one: cases use ids that are theirs alone. */
export type MakeLog = (options: {
  /** Store time to go by. */
  readonly clock: () => number;
}) => EventLog | Promise<EventLog>;

export interface LogCaseOptions {
  /** The log does not go by the given clock: the case waits for time to pass. */
  readonly realTime?: boolean;
  /** How long a hint may take, in ms. Default 5,000. */
  readonly patienceMs?: number;
}

/** One sentence of the contract, to be run by any test runner. Rejects when the log breaks it. */
export interface LogCase {
  readonly name: string;
  run(makeLog: MakeLog, options?: LogCaseOptions): Promise<void>;
}

/** Far beyond any test. */
export const hourMs = 3_600_000;
/** Short enough to be waited for. */
export const shortMs = 40;

/** What cases work with. */
export interface Kit {
  readonly log: EventLog;
  /** Only this case's. */
  readonly agent: string;
  readonly thread: string;
  readonly realTime: boolean;
  /** A new id. */
  id(): string;
  pass(ms: number): Promise<void>;
  /** What to create: a run of its own in the case's thread, unless told otherwise. */
  newRun(over?: Partial<NewRun>): NewRun;
  /** Creates it, and must succeed. Gives the run's id. */
  created(over?: Partial<NewRun>): Promise<string>;
  /** Creates it with a long lease. */
  owned(over?: Partial<NewRun>): Promise<Lease>;
  claim(over?: Partial<ClaimRequest>): Promise<readonly Lease[]>;
  /** Claims this run, and must get it. */
  claimed(run: string, over?: Partial<ClaimRequest>): Promise<Lease>;
  /** Claims this run as soon as store time is `from`, and must not get it before. */
  claimedFrom(from: number, run: string, over?: Partial<ClaimRequest>): Promise<Lease>;
  /** Appends `count` deltas after the lease's tail, and must succeed. */
  grow(lease: Lease, count: number, over?: Partial<Append>): Promise<void>;
  close(lease: Lease): Promise<void>;
  release(lease: Lease, wakeAt: number | null): Promise<void>;
  /** All events, by as many reads as it takes; and the number of the reads. */
  events(run: string): Promise<readonly RunEvent[]>;
  /** As objects, after the segment was found to be what it says. */
  read(run: string, after?: Cursor, limit?: number): Promise<EventsRead>;
  /** Must resolve soon. */
  soon<T>(promise: Promise<T>, what: string): Promise<T>;
}

export const worker = "worker-1";

export function startedEvent(run: string, thread: string, agent: string): RunEvent {
  return { seq: 1, type: "run.started", protocol: 1, run, thread, agent, messages: [], at: 1 };
}

export function deltas(after: number, count: number, text = "x"): RunEvent[] {
  return Array.from({ length: count }, (_, i) => ({
    seq: after + 1 + i,
    type: "text.delta",
    id: "p3",
    delta: `${text}${after + 1 + i}`,
  }));
}

export function ending(seq: number): RunEvent {
  const usage = { inputTokens: 1, outputTokens: 1 };
  return { seq, type: "run.completed", finishReason: "stop", usage, at: 2 };
}

export function cancel(id: string): Command {
  return { type: "cancel", id };
}

async function makeKit(makeLog: MakeLog, options: LogCaseOptions): Promise<Kit> {
  const { realTime = false, patienceMs = 5_000 } = options;
  let clock = Date.now();
  const log = await makeLog({ clock: realTime ? Date.now : () => clock });
  const prefix = Math.random().toString(36).slice(2, 10);
  let ids = 0;
  const id = (): string => `${prefix}-${++ids}`;
  const agent = `agent-${id()}`;
  const thread = `thread-${id()}`;

  const tailOf = async (run: string): Promise<number> => (await log.find(run))?.tail ?? 0;
  /** Consumes all there is, and closes or releases. */
  async function leave(
    { run, epoch }: Lease,
    events: readonly RunEvent[],
    how: NonNullable<Append["end"]>,
  ): Promise<void> {
    const [after, inbox] = [await tailOf(run), await log.inbox(run, 0, 10_000)];
    const consume = inbox.at(-1)?.n ?? 0;
    const answer = await log.append(run, { epoch, after, events, consume, end: how });
    same(answer.status, "ok", "leaving the run");
  }

  const kit: Kit = {
    log,
    agent,
    thread,
    realTime,
    id,
    async pass(ms) {
      clock += ms;
      // The store's clock may be a little behind this machine's.
      if (realTime) await sleep(ms + 15);
    },
    newRun(over = {}) {
      const run = over.run ?? `run-${id()}`;
      const where = over.thread ?? thread;
      const events = [startedEvent(run, where, agent)];
      return { run, thread: where, agent, busy: "queue", digest: "d", events, ...over };
    },
    async created(over) {
      const request = kit.newRun(over);
      same((await log.create(request)).status, "ok", "create");
      return request.run;
    },
    async owned(over) {
      const owner = { worker, leaseMs: hourMs };
      const created = await log.create(kit.newRun({ owner, ...over }));
      ok(created.status === "ok" && created.lease !== undefined, "create gives a lease");
      return created.lease;
    },
    claim: (over) => log.claim({ worker, leaseMs: hourMs, max: 100, agents: [agent], ...over }),
    async claimed(run, over) {
      const [lease] = await kit.claim({ run, ...over });
      ok(lease?.run === run, `run ${run} can be claimed`);
      return lease;
    },
    async claimedFrom(from, run, over) {
      if (!realTime) {
        clock = from - 1;
        same(await kit.claim({ run, ...over }), [], "claim, a moment too early");
        clock = from;
        return kit.claimed(run, over);
      }
      const deadline = Date.now() + patienceMs;
      for (;;) {
        const [lease] = await kit.claim({ run, ...over });
        if (lease !== undefined) {
          ok(lease.now >= from, `claimed at ${lease.now}, before ${from}`);
          return lease;
        }
        ok(Date.now() < deadline, `run ${run} can be claimed from ${from} on`);
        await sleep(5);
      }
    },
    async grow(lease, count, over) {
      const { run, epoch, tail } = lease;
      const events = deltas(tail, count);
      const answer = await log.append(run, { epoch, after: tail, events, ...over });
      same(answer.status, "ok", "append");
    },
    async close(lease) {
      const tail = await tailOf(lease.run);
      await leave(lease, [ending(tail + 1)], "close");
    },
    release: (lease, wakeAt) => leave(lease, [], { release: wakeAt }),
    async events(run) {
      const all: RunEvent[] = [];
      for (let cursor: Cursor = { seq: 0 }; ; ) {
        const part = await kit.read(run, cursor);
        ok(part.status === "events", `reading ${run} from the start: ${part.status}`);
        if (part.events.length === 0) return all;
        ok(part.events[0]?.seq === all.length + 1, "a read goes on after its cursor");
        all.push(...part.events);
        cursor = { seq: part.events.at(-1)?.seq ?? 0, epoch: part.epoch };
      }
    },
    async read(run, after = { seq: 0 }, limit = 1_000) {
      const read = await log.read(run, after, limit);
      if (read.status !== "events") return read;
      const { segment, ended } = read;
      checkSegment(segment);
      const events = segmentEvents(segment);
      if (events.length > 0) same(segment.first, after.seq + 1, "the first seq of a read");
      return { status: "events", events, epoch: segment.epoch, ended };
    },
    async soon(promise, what) {
      const patience = new AbortController();
      const late = sleep(patienceMs, patience.signal).then(() => {
        if (!patience.signal.aborted) throw new Error(`${what}: nothing came in ${patienceMs} ms`);
        return promise;
      });
      try {
        return await Promise.race([promise, late]);
      } finally {
        patience.abort();
      }
    },
  };
  return kit;
}

/** Case by case, over one kit each. */
export function cases(
  about: string,
  all: { readonly [name: string]: (kit: Kit) => Promise<void> },
): readonly LogCase[] {
  return Object.entries(all).map(([name, check]) => ({
    name: `${about}: ${name}`,
    run: async (makeLog, options = {}) => check(await makeKit(makeLog, options)),
  }));
}
