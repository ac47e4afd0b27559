import { ok, same } from "../assert.ts";
import { cases, deltas, ending, hourMs, type Kit, shortMs, startedEvent } from "./kit.ts";
import { summary } from "./read.ts";

export const compactCases = cases("compact", {
  async "replaces an ended run's events by fewer"(kit) {
    const { log } = kit;
    const lease = await kit.owned();
    const { run, epoch } = lease;
    await kit.grow(lease, 8);
    const [start] = await kit.events(run);
    ok(start !== undefined, "a first event");
    const compacted = [start, ...deltas(1, 1, "all"), ending(3)];
    same(await log.compact(run, compacted), "open", "an open run");
    same((await kit.events(run)).length, 9, "nothing changed");
    await kit.close(lease);
    same(await log.compact(run, compacted), "ok", "an ended run");
    same(await kit.events(run), compacted, "events");
    same((await log.find(run))?.tail, 3, "tail");
    const stale = [{ seq: 2 }, { seq: 2, epoch }, { seq: 3, epoch }, { seq: 9, epoch }, { seq: 9 }];
    for (const cursor of stale) {
      same(await summary(kit, run, cursor), "reset", `from before: ${JSON.stringify(cursor)}`);
    }
    const first = await kit.read(run, { seq: 0 }, 1);
    ok(first.status === "events" && !first.ended, "from the start");
    const rest = await summary(kit, run, { seq: 1, epoch: first.epoch });
    same(rest, "2-3 ended", "on from there");
    same(await log.compact(run, compacted), "ok", "repeat");
    same(await summary(kit, run, { seq: 1, epoch: first.epoch }), rest, "a repeat changes nothing");
    same(await log.compact("nothing", compacted), "gone", "an unknown run");
  },

  async "of a run that is gone or open changes nothing"(kit) {
    const { run } = await kit.owned();
    same(await kit.log.compact(run, [startedEvent(run, kit.thread, kit.agent)]), "open", "open");
    same((await kit.events(run)).length, 1, "events");
  },

  async "what was not compacted is told by its age, what ended first first"(kit) {
    const runs: string[] = [];
    for (let n = 0; n < 3; n++) {
      const lease = await kit.owned({ thread: kit.id() });
      await kit.grow(lease, 3);
      await kit.pass(shortMs);
      await kit.close(lease);
      runs.push(lease.run);
    }
    const open = await kit.owned();
    const [first = "", second = "", third = ""] = runs;
    same(await old(kit, runs, 0), runs, "all that ended");
    same(await old(kit, [open.run], 0), [], "not one that is open");
    if (!kit.realTime) same(await old(kit, runs, shortMs), [first, second], "by their age");
    same(await old(kit, runs, hourMs), [], "none is so old");
    await kit.pass(shortMs);
    same(await old(kit, runs, shortMs), runs, "later they are");
    const all = await kit.log.uncompacted({ ageMs: 0, limit: 1_000 });
    same(await kit.log.uncompacted({ ageMs: 0, limit: 1 }), all.slice(0, 1), "the limit");

    const events = await kit.events(first);
    const before = await kit.log.threads.get((await kit.log.find(first))?.thread ?? "");
    same(await kit.log.compact(first, events), "ok", "not fewer");
    same(await kit.events(first), events, "the events stay");
    const [start] = await kit.events(second);
    ok(start !== undefined, "a first event");
    same(await kit.log.compact(second, [start, ending(2)]), "ok", "fewer");
    same(await old(kit, runs, 0), [third], "what was compacted is not named again");
    await kit.log.delete({ run: third });
    same(await old(kit, runs, 0), [], "nor what was deleted");
    same(await kit.log.threads.get(before?.thread ?? ""), before, "the thread's times stay");
  },
});

/** Those of the runs that the log names. It may be shared: others are passed over. */
async function old(kit: Kit, runs: readonly string[], ageMs: number): Promise<readonly string[]> {
  const named = await kit.log.uncompacted({ ageMs, limit: 10_000 });
  return named.filter((run) => runs.includes(run));
}
