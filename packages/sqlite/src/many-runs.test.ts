import { expect, test } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { append, completed, owned, seqsOf, started } from "./runs.test.helper.ts";

const { path, open } = useLogs();

const claim = { worker: "w", leaseMs: 60_000, max: 100, agents: ["a"] };

test("thousands of runs in hundreds of threads, all written at once", async () => {
  const at = path();
  const log = open({ path: at });
  const runs = Array.from({ length: 3_000 }, (_, i) => [`run-${i}`, `thread-${i % 300}`] as const);
  const leases = await Promise.all(runs.map(([run, thread]) => owned(log, run, thread)));
  for (const after of [1, 8, 15]) {
    await Promise.all(leases.map((lease) => append(log, lease, after, 7)));
  }
  await Promise.all(
    leases.map(({ run, epoch }) =>
      log.append(run, { epoch, after: 22, events: [completed(23)], end: "close" }),
    ),
  );
  await log.close();

  const again = open({ path: at });
  const seen = new Set<string>();
  for (let before: number | undefined; ; ) {
    const page = await again.threads.list({ limit: 70, ...(before !== undefined && { before }) });
    for (const { thread } of page) seen.add(thread);
    before = page.at(-1)?.updatedAt;
    if (before === undefined) break;
  }
  expect(seen.size).toBe(300);
  expect((await again.threads.runs("thread-7")).map(({ run }) => run)).toEqual(
    Array.from({ length: 10 }, (_, i) => `run-${7 + 300 * i}`),
  );
  for (const [run] of runs.filter((_, i) => i % 251 === 0)) {
    expect(await seqsOf(again, run)).toEqual(Array.from({ length: 23 }, (_, i) => i + 1));
  }
  await Promise.all(runs.slice(0, 300).map(([, thread]) => again.delete({ thread })));
  expect(await again.threads.list({ limit: 1 })).toEqual([]);
});

test("the order in the queue is the same in another process", async () => {
  const at = path();
  let now = 1_763_700_000_000;
  const clock = () => now;
  const [one, two] = [open({ path: at, clock }), open({ path: at, clock })];
  const create = async (log: typeof one, run: string, thread: string) =>
    expect(
      await log.create({
        run,
        thread,
        agent: "a",
        busy: "queue",
        digest: "d",
        events: [started(run, thread)],
      }),
    ).toEqual({ status: "ok" });
  // A thread that asks for much, and one that asks once, later.
  for (const run of ["much-1", "much-2", "much-3"]) await create(one, run, "much");
  now += 5;
  await create(two, "once", "once");
  now += 5;
  expect((await two.claim({ ...claim, max: 1 })).map(({ run }) => run)).toEqual(["much-1"]);
  expect((await one.claim({ ...claim, max: 1 })).map(({ run }) => run)).toEqual(["once"]);
  expect((await two.claim(claim)).map(({ run }) => run)).toEqual(["much-2", "much-3"]);
  now += claim.leaseMs;
  const recovered = await one.claim(claim);
  expect(recovered.map(({ run, why }) => [run, why])).toEqual([
    ["much-1", "recovery"],
    ["once", "recovery"],
    ["much-2", "recovery"],
    ["much-3", "recovery"],
  ]);
});

test("a log whose machine set its clock back goes on: leases end, epochs grow", async () => {
  const at = path();
  let now = 1_763_700_000_000;
  const log = open({ path: at, clock: () => now });
  const first = await owned(log, "r");
  now -= 3_600_000;
  const other = open({ path: at, clock: () => now });
  const [stolen] = await other.claim({ ...claim, run: "r", steal: true });
  expect(stolen).toMatchObject({ now: first.now, epoch: first.epoch + 1, why: "steal" });
  // Half as fast as the machine's clock, until that has caught up.
  now += 2 * claim.leaseMs - 2;
  expect(await log.claim(claim)).toEqual([]);
  now += 4;
  expect(await other.claim(claim)).toMatchObject([{ run: "r", why: "recovery" }]);
});
