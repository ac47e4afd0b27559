import { same } from "../assert.ts";
import { cancel, cases, deltas, ending, hourMs, type Kit, shortMs } from "./kit.ts";

async function isGone(kit: Kit, run: string, epoch: number): Promise<void> {
  const { log } = kit;
  const gone = { status: "gone" };
  same(await log.find(run), undefined, "find");
  same(await log.read(run, { seq: 0 }, 10), gone, "read");
  same(await log.append(run, { epoch, after: 1, events: deltas(1, 1) }), gone, "append");
  same(await log.send(run, cancel("c1")), gone, "send");
  same(await log.inbox(run, 0, 10), [], "inbox");
  same(await log.renew([{ run, epoch }], hourMs), [{ status: "fenced" }], "renew");
  same(await log.compact(run, [ending(1)]), "gone", "compact");
  same(await log.create(kit.newRun({ run })), gone, "create");
  same(await kit.claim({ run, steal: true }), [], "claim");
}

export const deleteCases = cases("delete", {
  async "a deleted run is gone, for its owner and its viewers"(kit) {
    const { log, thread } = kit;
    const first = await kit.owned();
    await log.send(first.run, cancel("c1"));
    const second = await kit.owned();
    for (let round = 0; round < 2; round++) {
      await log.delete({ run: second.run });
      await isGone(kit, second.run, second.epoch);
    }
    same((await log.threads.get(thread))?.head, first.run, "the head is the newest that is kept");
    same(
      (await log.threads.runs(thread)).map(({ run }) => run),
      [first.run],
      "runs",
    );
    same((await log.inbox(first.run, 0, 10)).length, 1, "the other run is untouched");
    await log.delete({ run: first.run });
    same((await log.threads.get(thread))?.thread, thread, "the thread stays");
    same((await log.threads.get(thread))?.head, undefined, "without a head");
    same((await log.create(kit.newRun({ ifHead: null }))).status, "ok", "and takes new runs");
  },

  async "a deleted thread is gone with all its runs"(kit) {
    const { log, thread } = kit;
    const leases = [await kit.owned(), await kit.owned()];
    await kit.created({ previous: leases[1]?.run ?? "" });
    const elsewhere = await kit.created({ thread: kit.id() });
    for (let round = 0; round < 2; round++) {
      await log.delete({ thread });
      for (const { run, epoch } of leases) await isGone(kit, run, epoch);
      same(await log.threads.get(thread), undefined, "thread");
      same(await log.threads.runs(thread), [], "runs");
      same(await log.create(kit.newRun()), { status: "gone" }, "a new run in it");
    }
    same(
      (await kit.claim()).map(({ run }) => run),
      [elsewhere],
      "other threads are untouched",
    );
  },

  async "a thread that has to be idle is deleted only when it is"(kit) {
    const { log, thread } = kit;
    const lease = await kit.owned();
    await kit.pass(shortMs);
    const idle = { thread, idleMs: shortMs };
    await log.delete(idle);
    same((await log.find(lease.run))?.status, "open", "a thread with an open run is kept");
    const next = await kit.created({ previous: lease.run });
    await kit.close(lease);
    await log.delete({ thread, idleMs: hourMs });
    await kit.close(await kit.claimed(next));
    await log.delete({ thread, idleMs: hourMs });
    same((await log.threads.runs(thread)).length, 2, "one that was updated since is kept");
    same((await log.create(kit.newRun({ thread: kit.id() }))).status, "ok", "others are untouched");
    const missing = kit.id();
    await log.delete({ thread: missing, idleMs: 0 });
    same(
      (await log.create(kit.newRun({ thread: missing }))).status,
      "ok",
      "no tombstone for nothing",
    );
    await kit.pass(2 * shortMs);
    // No two updates have the same time: in a busy store these run ahead of the clock.
    for (let n = 0; kit.realTime && n < 100 && (await log.find(lease.run)) !== undefined; n++) {
      await log.delete(idle);
      await kit.pass(shortMs);
    }
    for (let round = 0; round < 2; round++) {
      await log.delete(idle);
      await isGone(kit, lease.run, lease.epoch);
      same(await log.threads.get(thread), undefined, "an idle thread is gone");
      same(await log.create(kit.newRun()), { status: "gone" }, "with a tombstone");
    }
  },

  async "what a deleted run blocked is ready"(kit) {
    const first = await kit.owned();
    const next = await kit.created({ previous: first.run });
    same(await kit.claim(), [], "blocked");
    await kit.log.delete({ run: first.run });
    same((await kit.log.find(next))?.status, "open", "status");
    same(
      (await kit.claim()).map(({ run, why }) => [run, why]),
      [[next, "new"]],
      "claimed",
    );
  },

  async "a blocked run that was deleted does not come back"(kit) {
    const first = await kit.owned();
    const next = await kit.created({ previous: first.run });
    await kit.log.delete({ run: next });
    await kit.close(first);
    same(await kit.claim(), [], "claim");
  },

  async "a deletion that comes before the creation wins"(kit) {
    const run = kit.id();
    await kit.log.delete({ run });
    same(await kit.log.create(kit.newRun({ run })), { status: "gone" }, "create");
  },
});
