import type { Append, EventLog, Lease, NewRun } from "../log/event-log.ts";
import { readEvents } from "../log/read-run.ts";
import type { Command } from "../protocol/command.ts";
import { ok, same } from "./assert.ts";
import { deltas, ending, hourMs, type LogCase, startedEvent } from "./log-cases/kit.ts";
import { createRandom, type Random } from "./random-log/random.ts";
import { ReferenceLog } from "./reference-log.ts";

/** Makes one call on the log and on the reference, and compares the answers. Made again, it is a repeat. */
type Operation = () => Promise<void>;

interface World {
  readonly log: EventLog;
  readonly reference: ReferenceLog;
  readonly random: Random;
  readonly realTime: boolean;
  /** All leases that were ever given. */
  readonly leases: Lease[];
  /** A new id, a run's that was tried before, or one's that was not. */
  newRun(): string;
  run(): string;
  /** One of the threads in use now: they move on with the runs. */
  thread(): string;
  /** `agent-0`, `agent-1`: other logs in the same store have others. */
  name(of: string): string;
  compare(actual: unknown, expected: unknown, what: string): void;
}

/**
 * Random operations, each as likely to be right as to be wrong, late or repeated, on the log and on a naive reference
 * of the contract; all answers must agree. The same seed makes the same operations.
 */
export function eventLogRandomCase(
  seed: number,
  options: { readonly operations?: number } = {},
): LogCase {
  const { operations = 300 } = options;
  return {
    name: `random operations, seed ${seed}`,
    async run(makeLog, { realTime = false } = {}) {
      const random = createRandom(seed);
      const reference = new ReferenceLog();
      reference.now = Date.now();
      const log = await makeLog({ clock: () => reference.now });
      const suffix = Math.random().toString(36).slice(2);
      let runs = 0;
      const world: World = {
        log,
        reference,
        random,
        realTime,
        leases: [],
        newRun: () => `run-${runs++}-${suffix}`,
        run: () => `run-${Math.max(0, runs - random.int(8))}-${suffix}`,
        thread: () => `thread-${Math.floor(runs / 10) + random.int(3)}-${suffix}`,
        name: (of) => `${of}-${random.int(2)}-${suffix}`,
        compare: (actual, expected, what) =>
          realTime
            ? same(timeless(actual), timeless(expected), what)
            : same(actual, expected, what),
      };
      const done: Operation[] = [];
      for (let n = 0; n < operations; n++) {
        const earlier = done[random.int(done.length)];
        const operation = earlier !== undefined && random.oneIn(6) ? earlier : next(world);
        done.push(operation);
        try {
          await operation();
        } catch (cause) {
          throw new Error(`seed ${seed}, operation ${n}: ${(cause as Error).message}`, { cause });
        }
      }
    },
  };
}

/** Without what only the store's own clock knows. */
function timeless(value: unknown): unknown {
  const times = new Set(["now", "until", "createdAt", "at"]);
  const strip = (key: string, item: unknown): unknown => (times.has(key) ? undefined : item);
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value, strip));
}

function next(world: World): Operation {
  const { random } = world;
  const kinds = [append, append, append, create, claim, send, read, look, renew] as const;
  if (random.oneIn(80)) return remove(world);
  if (random.oneIn(25)) return compact(world);
  if (random.oneIn(6) && !world.realTime) return pass(world);
  return random.pick(kinds)(world);
}

function pass({ reference, random }: World): Operation {
  const ms = random.pick([1, 400, 5_000, hourMs]);
  return async () => {
    reference.now += ms;
  };
}

function create(world: World): Operation {
  const { log, reference, random, leases, compare, name } = world;
  const run = random.oneIn(6) ? world.run() : world.newRun();
  const [thread, agent] = [world.thread(), name("agent")];
  const previous = random.oneIn(6) ? world.run() : reference.runs(thread).at(-1)?.run;
  const events = [startedEvent(run, thread, agent), ...deltas(1, random.int(3))];
  const request: NewRun = {
    run,
    thread,
    agent,
    events,
    busy: random.pick(["reject", "queue"]),
    digest: random.oneIn(5) ? "other" : "d",
    ...(random.oneIn(10) && { principal: "somebody" }),
    ...(previous !== undefined && random.oneIn(2) && { previous }),
    ...(random.oneIn(6) && { ifHead: random.pick([null, previous ?? null]) }),
    ...(random.oneIn(3) && { title: `title ${random.int(9)}` }),
    ...(random.oneIn(2) && { owner: { worker: name("worker"), leaseMs: leaseMs(random) } }),
  };
  return async () => {
    const answer = await log.create(request);
    const lease = "lease" in answer ? answer.lease : undefined;
    if (lease !== undefined) leases.push(lease);
    compare(answer, reference.create(request, lease?.epoch), `create ${show(request)}`);
  };
}

function claim(world: World): Operation {
  const { log, reference, random, leases, compare, name, realTime } = world;
  const run = random.oneIn(2) ? world.run() : undefined;
  const request = {
    worker: name("worker"),
    leaseMs: leaseMs(random),
    max: 1 + random.int(4),
    agents: [name("agent"), name("agent")],
    ...(run !== undefined && { run }),
    ...(run !== undefined && random.oneIn(3) && { steal: true as const }),
  };
  return async () => {
    const answer = await log.claim(request);
    const epochs = new Map(answer.map((lease) => [lease.run, lastEpoch(leases, lease.run)]));
    compare(answer, reference.claim(request, answer), `claim ${show(request)}`);
    for (const lease of answer) {
      const expected = Math.max((epochs.get(lease.run) ?? 0) + 1, lease.now);
      if (!realTime) same(lease.epoch, expected, `the epoch of ${lease.run}`);
      leases.push(lease);
    }
  };
}

function append(world: World): Operation {
  const { log, reference, random, leases, compare, realTime } = world;
  const lease = leases[Math.max(0, leases.length - 1 - random.int(random.oneIn(3) ? 20 : 4))];
  const run = lease?.run ?? world.run();
  const tail = reference.find(run)?.tail ?? 1;
  const after = random.oneIn(6) ? Math.max(0, tail + 2 - random.int(5)) : tail;
  const inbox = reference.inbox(run, 0, 1_000).length;
  const consume = Math.max(0, random.oneIn(2) ? inbox : inbox + 1 - random.int(4));
  const wakeAt = reference.now + (realTime ? hourMs : random.pick([-5, 1, 2_000, hourMs]));
  const end = random.pick<NonNullable<Append["end"]>>([
    "close",
    { release: null },
    { release: 0 },
    { release: wakeAt },
  ]);
  const closes = end === "close" && random.oneIn(3);
  const ends = closes || (end !== "close" && random.oneIn(3));
  const events = deltas(after, random.int(4));
  if (closes) events.push(ending(after + events.length + 1));
  const batch: Append = {
    epoch: random.oneIn(20) ? 0 : (lease?.epoch ?? 1) + (random.oneIn(20) ? 1 : 0),
    after,
    events,
    ...(random.oneIn(2) && { consume }),
    ...(ends && { end }),
  };
  return async () => {
    const answer = await log.append(run, batch);
    compare(answer, reference.append(run, batch), `append ${run} ${show(batch)}`);
  };
}

function renew({ log, reference, random, leases, compare }: World): Operation {
  const some = leases.slice(-1 - random.int(5));
  const ms = leaseMs(random);
  return async () => {
    const answer = await log.renew(some, ms);
    compare(answer, reference.renew(some, ms), `renew ${show(some)}`);
  };
}

function send(world: World): Operation {
  const { log, reference, random, compare } = world;
  const run = world.run();
  const command: Command = { type: "cancel", id: `c${random.int(12)}`, reason: `${random.int(9)}` };
  return async () => {
    const answer = await log.send(run, command);
    compare(answer, reference.send(run, command), `send ${run} ${show(command)}`);
  };
}

function read(world: World): Operation {
  const { log, reference, random, leases, compare } = world;
  const run = world.run();
  const seq = random.int(3 + (reference.find(run)?.tail ?? 1));
  const epoch = random.oneIn(4) ? 0 : lastEpoch(leases, run);
  const after = seq > 0 && random.oneIn(2) ? { seq, epoch } : { seq };
  const limit = random.pick([1, 3, 100]);
  return async () => {
    const answer = await readEvents(log, run, after, limit);
    const expected = reference.read(run, after, limit);
    const what = `read ${run} ${show(after)}`;
    if (answer.status !== "events" || expected.status !== "events") {
      return compare(answer, expected, what);
    }
    const { length } = answer.events;
    const whole = length === expected.events.length;
    ok(length > 0 || whole, `${what}: no events, though there are some`);
    const part = { ...expected, events: expected.events.slice(0, length) };
    compare(answer, { ...part, ended: part.ended && whole }, what);
  };
}

/** All that changes nothing. */
function look(world: World): Operation {
  const { log, reference, random, compare } = world;
  const [run, thread] = [world.run(), world.thread()];
  const [after, limit] = [random.int(5), random.pick([1, 100])];
  return async () => {
    compare(await log.find(run), reference.find(run), `find ${run}`);
    const entries = await log.inbox(run, after, limit);
    compare(entries, reference.inbox(run, after, limit), `inbox ${run}`);
    const { updatedAt: _, ...info } = (await log.threads.get(thread)) ?? { updatedAt: 0 };
    compare(info, reference.thread(thread) ?? {}, `thread ${thread}`);
    compare(await log.threads.runs(thread), reference.runs(thread), `runs of ${thread}`);
    const query = { ageMs: random.pick([0, hourMs / 2]), limit: 100_000 };
    const ours = (id: string) => reference.find(id) !== undefined;
    const old = (await log.uncompacted(query)).filter(ours);
    compare([...old].sort(), reference.uncompacted(query).sort(), "what is uncompacted");
    const somebodys = { principal: "somebody", limit };
    const threads = (await log.threads.list(somebodys)).map((one) => one.thread);
    compare(threads, reference.threads("somebody", limit), "list of threads");
  };
}

function compact(world: World): Operation {
  const { log, reference, random, leases, compare } = world;
  const run = world.run();
  const length = 2 + random.int(3);
  const events = [startedEvent(run, "t", "a"), ...deltas(1, length - 2, "all"), ending(length)];
  return async () => {
    const before = await readEvents(log, run, { seq: 0 }, 1);
    const answer = await log.compact(run, events);
    const first = await readEvents(log, run, { seq: 0 }, 1);
    const epoch = first.status === "events" ? first.epoch : 0;
    compare(answer, reference.compact(run, events, epoch), `compact ${run}`);
    if (before.status !== "events" || before.epoch === epoch) return;
    ok(epoch > lastEpoch(leases, run), `compaction of ${run} has a new epoch`);
  };
}

function remove({ log, reference, random, run, thread }: World): Operation {
  const idle = random.oneIn(2) && { idleMs: hourMs / 2 };
  const what = random.oneIn(2) ? { thread: thread(), ...idle } : { run: run() };
  return async () => {
    await log.delete(what);
    reference.delete(what);
  };
}

const leaseMs = (random: Random): number => random.pick([1_000, hourMs, 2 * hourMs]);

function lastEpoch(leases: readonly Lease[], run: string): number {
  return leases.reduce(
    (newest, one) => (one.run === run ? Math.max(newest, one.epoch) : newest),
    0,
  );
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
