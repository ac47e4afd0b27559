import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { openDatabase } from "./open-database.ts";
import { append, deltas, owned, seqsOf, started } from "./runs.test.helper.ts";
import { logIn } from "./sqlite-log.ts";

const { path, open } = useLogs();

/** Somebody else who has the file open. */
function stranger(at: string): DatabaseSync {
  return new DatabaseSync(at, { timeout: 5_000 });
}

const newRun = (run: string) =>
  ({
    run,
    thread: run,
    agent: "a",
    busy: "queue",
    digest: "d",
    events: [started(run, run)],
  }) as const;

test("what comes in one turn of the event loop is one transaction", async () => {
  const at = path();
  const log = open({ path: at });
  const other = stranger(at);
  const version = () => other.prepare("PRAGMA data_version").get()?.data_version;
  const before = Number(version());
  const lease = await owned(log, "r");
  // SQLite counts the commits of others.
  const each = Number(version()) - before;
  await Promise.all([
    ...Array.from({ length: 50 }, (_, i) => log.create(newRun(`r${i}`))),
    ...Array.from({ length: 50 }, (_, i) => append(log, lease, 1 + 2 * i, 2)),
    log.send("r49", { type: "cancel", id: "c" }),
  ]);
  expect(Number(version()) - before).toBe(2 * each);
  expect((await log.find("r"))?.tail).toBe(101);
  expect((await log.inbox("r49", 0, 9)).length).toBe(1);
  other.close();
});

test("nobody is answered before the commit", async () => {
  const at = path();
  const log = open({ path: at });
  const other = stranger(at);
  const answered = log
    .create(newRun("r"))
    .then(() => other.prepare("SELECT count(*) AS runs FROM runs").get()?.runs);
  await nextTurn();
  expect(await answered).toBe(1);
  other.close();
});

test("a call that makes no sense throws alone", async () => {
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  const { epoch } = lease;
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const answers = await Promise.allSettled([
    log.create(newRun("one")),
    log.append("r", { epoch, after: 1, events: deltas(7, 2) }),
    log.append("r", { epoch, after: 1, events: deltas(1, 2) }),
    log.send("r", { type: "result", id: "c", call: "x", output: circular as never }),
    log.append("r", { epoch, after: 3, events: deltas(3, 1) }),
    log.create({ ...newRun("two"), events: [] }),
    log.create(newRun("three")),
  ]);
  expect(
    answers.map((one) => (one.status === "fulfilled" ? one.value.status : one.reason.name)),
  ).toEqual(["ok", "TypeError", "ok", "TypeError", "ok", "TypeError", "ok"]);
  expect(await seqsOf(log, "r")).toEqual([1, 2, 3, 4]);
  expect(await log.inbox("r", 0, 9)).toEqual([]);
});

test("when a statement fails in the middle of a call, nothing of that call is there, and all of the others", async () => {
  const at = path();
  const log = open({ path: at });
  const [one, two] = [await owned(log, "one", "t1"), await owned(log, "two", "t2")];
  const other = stranger(at);
  // The events of an append are written before the run's row: this strikes between the two.
  other.exec(`CREATE TRIGGER strike BEFORE UPDATE OF tail ON runs WHEN NEW.run = 'two'
    BEGIN SELECT RAISE(ABORT, 'struck'); END`);
  const answers = await Promise.allSettled([
    append(log, one, 1, 3),
    log.append("two", {
      epoch: two.epoch,
      after: 1,
      events: deltas(1, 3),
      end: { release: null },
    }),
    log.send("one", { type: "cancel", id: "c" }),
    log.create(newRun("three")),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
  expect(answers[1]).toMatchObject({ reason: { message: expect.stringContaining("struck") } });
  expect(await seqsOf(log, "one")).toEqual([1, 2, 3, 4]);
  expect((await log.find("three"))?.tail).toBe(1);
  expect(await seqsOf(log, "two")).toEqual([1]);
  const rows = other.prepare("SELECT count(*) AS rows FROM segments WHERE count = 3").get();
  expect(rows).toEqual({ rows: 0 });
  expect(await log.renew([two], 60_000)).toMatchObject([{ status: "ok" }]);
  other.exec("DROP TRIGGER strike");
  other.close();
  await append(log, two, 1, 3);
  expect(await seqsOf(log, "two")).toEqual([1, 2, 3, 4]);
});

test("times and limits may be fractions, and limits without end", async () => {
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  const wakeAt = lease.now + 0.25;
  const { epoch } = lease;
  await log.append("r", { epoch, after: 1, events: [], end: { release: wakeAt } });
  const claim = { worker: "w", leaseMs: 1_000.5, max: Number.POSITIVE_INFINITY, agents: ["a"] };
  const claimed = await vi.waitFor(async () => {
    const [first] = await log.claim(claim);
    if (first === undefined) throw new Error("It sleeps.");
    return first;
  });
  expect(claimed.until).toBe(claimed.now + 1_001);
  expect(await log.renew([claimed], Number.POSITIVE_INFINITY)).toEqual([
    { status: "ok", until: Number.MAX_SAFE_INTEGER, inbox: 0 },
  ]);
  const limit = Number.POSITIVE_INFINITY;
  expect((await log.threads.list({ limit })).length).toBe(1);
  expect(await log.inbox("r", 0, limit)).toEqual([]);
  expect(await log.read("r", { seq: 0 }, limit)).toMatchObject({ segment: { count: 1 } });
});

test("a lock that somebody else has is waited for, while everything else goes on", async () => {
  const at = path();
  const log = open({ path: at });
  const lease = await owned(log, "r");
  const other = stranger(at);
  other.exec("BEGIN IMMEDIATE");
  let written = false;
  const write = append(log, lease, 1, 2).then(() => {
    written = true;
  });
  for (let turn = 0; turn < 20; turn++) {
    await nextTurn();
    // Who reads waits for nobody.
    expect(await seqsOf(log, "r")).toEqual([1]);
  }
  expect(written).toBe(false);
  const later = append(log, lease, 3, 1);
  other.exec("ROLLBACK");
  await Promise.all([write, later]);
  expect(await seqsOf(log, "r")).toEqual([1, 2, 3, 4]);
  other.close();
});

test("a lock that somebody keeps is an error that says what to do, and loses nothing", async () => {
  const at = path();
  const log = open({ path: at, lockMs: 50 });
  const lease = await owned(log, "r");
  const other = stranger(at);
  other.exec("BEGIN IMMEDIATE");
  await expect(append(log, lease, 1, 2)).rejects.toMatchObject({
    code: "log-unavailable",
    message: expect.stringMatching(/Another process keeps .* locked.*can be repeated/),
  });
  expect(() => open({ path: at, lockMs: 20 })).toThrow(/Another process keeps/);
  other.exec("ROLLBACK");
  other.close();
  await append(log, lease, 1, 2);
  expect(await seqsOf(log, "r")).toEqual([1, 2, 3]);
});

test("without room nothing is written, and what was acknowledged is kept", async () => {
  const at = path();
  const db = openDatabase(at, { durability: "power", lockMs: 1_000 });
  const log = logIn(db, { path: at, lockMs: 1_000, clock: Date.now });
  const lease = await owned(log, "r");
  const pages = Number(db.prepare("PRAGMA page_count").get()?.page_count);
  db.exec(`PRAGMA max_page_count = ${pages + 8}`);
  let tail = 1;
  const filling = (async () => {
    for (; tail < 10_000; tail += 20) await append(log, lease, tail, 20);
  })();
  await expect(filling).rejects.toMatchObject({
    code: "log-unavailable",
    message: expect.stringMatching(/no room to write.*free some on its disk/),
  });
  expect((await seqsOf(log, "r")).length).toBe(tail);
  // What was to be committed together fails together, also what would have had room.
  const together = () =>
    Promise.allSettled([
      log.send("r", { type: "cancel", id: "c" }),
      append(log, lease, tail, 400),
      log.create(newRun("small")),
    ]);
  expect((await together()).map(({ status }) => status)).toEqual(Array(3).fill("rejected"));
  expect([await log.inbox("r", 0, 9), await log.find("small")]).toEqual([[], undefined]);
  db.exec("PRAGMA max_page_count = 100000");
  expect((await together()).map(({ status }) => status)).toEqual(Array(3).fill("fulfilled"));
  expect((await seqsOf(log, "r")).length).toBe(tail + 400);
  await log.close();
});
