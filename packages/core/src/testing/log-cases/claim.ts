import { ok, same } from "../assert.ts";
import { cases, hourMs, shortMs } from "./kit.ts";

export const claimCases = cases("claim", {
  async "tells all about the run"(kit) {
    const principal = kit.id();
    const run = await kit.created({ principal });
    await kit.log.send(run, { type: "cancel", id: "c" });
    const { epoch, now, until, ...lease } = await kit.claimed(run);
    same(
      lease,
      { run, thread: kit.thread, principal, tail: 1, done: 0, inbox: 1, why: "new" },
      "lease",
    );
    ok(epoch >= now, `epoch ${epoch} is at least the store's time ${now}`);
    same(until, now + hourMs, "until");
  },

  async "takes at most `max`, of the named agents or the named run"(kit) {
    const runs = [];
    for (let i = 0; i < 4; i++) runs.push(await kit.created({ thread: kit.id() }));
    const agent = kit.id();
    const foreign = await kit.created({ thread: kit.id(), agent });
    same(await kit.claim({ max: 0 }), [], "max 0");
    same((await kit.claim({ max: 3 })).length, 3, "max 3");
    same(await kit.claim({ agents: [] }), [], "no agents");
    same(await kit.claim({ run: foreign }), [], "a named run of another agent");
    same((await kit.claim()).length, 1, "the rest");
    same((await kit.claim({ agents: [agent] }))[0]?.run, foreign, "the other agent's");
    const one = await kit.created();
    await kit.created();
    same((await kit.claim({ run: one })).length, 1, "a named run");
    same(await kit.claim({ run: "nothing" }), [], "an unknown run");
  },

  async "a run is in one live lease, however many claim at once"(kit) {
    for (let i = 0; i < 5; i++) await kit.created({ thread: kit.id() });
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, i) => kit.claim({ worker: `worker-${i}`, max: 3 })),
    );
    const runs = all.flat().map(({ run }) => run);
    same([runs.length, new Set(runs).size], [5, 5], "leases and runs");
    same(await kit.claim(), [], "nothing is left");
    same(await kit.claim({ run: runs[0] ?? "" }), [], "not by name either");
  },

  async "two claimers share 1,000 ready runs, each once"(kit) {
    const count = 1_000;
    const created = new Set<string>();
    for (let i = 0; i < count; i += 50) {
      const part = await Promise.all(
        Array.from({ length: 50 }, () => kit.created({ thread: kit.id() })),
      );
      for (const run of part) created.add(run);
    }
    const claimed: string[] = [];
    async function claimAll(name: string): Promise<void> {
      for (let round = 0; round <= count; round++) {
        const leases = await kit.claim({ worker: name, max: 16 });
        if (leases.length === 0) return;
        claimed.push(...leases.map(({ run }) => run));
      }
    }
    await Promise.all([claimAll("worker-1"), claimAll("worker-2")]);
    same([claimed.length, new Set(claimed).size], [count, count], "leases and runs");
    ok(
      claimed.every((run) => created.has(run)),
      "only what was created",
    );
  },

  async "oldest readiness first"(kit) {
    const runs: string[] = [];
    for (let i = 0; i < 4; i++) {
      runs.push(await kit.created({ thread: kit.id() }));
      await kit.pass(5);
    }
    const got: (string | undefined)[] = [];
    for (const _ of runs) got.push((await kit.claim({ max: 1 }))[0]?.run);
    same(got, runs, "order");
  },

  async "fair: a thread with many ready runs does not hold up another"(kit) {
    for (let i = 0; i < 6; i++) await kit.created();
    await kit.pass(5);
    const late = await kit.created({ thread: kit.id() });
    const first = await kit.claim({ max: 2 });
    ok(first[0]?.thread === kit.thread, "the oldest comes first");
    same(first[1]?.run, late, "then the other thread");
    same((await kit.claim()).length, 5, "the rest");
  },

  async "a lease that ended is recovered under a greater epoch"(kit) {
    const run = await kit.created();
    const first = await kit.claimed(run, { leaseMs: shortMs });
    const second = await kit.claimedFrom(first.until, run, { worker: "worker-2" });
    same(second.why, "recovery", "why");
    ok(second.epoch > first.epoch && second.epoch >= second.now, "epoch");
    const { epoch } = first;
    const append = await kit.log.append(run, { epoch, after: 1, events: [], consume: 0 });
    same(append, { status: "fenced" }, "the first may not write");
    same(await kit.log.renew([first], hourMs), [{ status: "fenced" }], "nor renew");
    await kit.grow(second, 1);
  },

  async "a lease that ended is still its holder's until somebody takes it"(kit) {
    const lease = await kit.claimed(await kit.created(), { leaseMs: shortMs });
    await kit.pass(shortMs);
    await kit.grow(lease, 1);
    same((await kit.log.renew([lease], hourMs))[0]?.status, "ok", "renew");
    same(await kit.claim(), [], "renewed, it cannot be claimed");
  },

  async "steal takes a live lease, and only steal"(kit) {
    const first = await kit.owned();
    same(await kit.claim({ run: first.run, worker: "worker-2" }), [], "without steal");
    const second = await kit.claimed(first.run, { worker: "worker-2", steal: true });
    same([second.why, second.tail], ["steal", 1], "lease");
    ok(second.epoch > first.epoch, "epoch");
    const { run, epoch } = first;
    const append = await kit.log.append(run, { epoch, after: 1, events: [], consume: 0 });
    same(append, { status: "fenced" }, "the first may not write");
    await kit.close(second);
    same(await kit.claim({ run, steal: true }), [], "an ended run");
  },

  async "epochs are max(old + 1, now)"(kit) {
    const run = await kit.created();
    let epoch = 0;
    for (let round = 0; round < 5; round++) {
      const lease = await kit.claimed(run, round === 0 ? {} : { steal: true });
      ok(lease.epoch > epoch, `epoch ${lease.epoch} follows ${epoch}`);
      if (!kit.realTime) same(lease.epoch, Math.max(epoch + 1, lease.now), "epoch");
      epoch = lease.epoch;
      // The store's clock may jump back and forth.
      if (!kit.realTime) await kit.pass(round % 2 === 0 ? -hourMs : 2 * hourMs);
    }
  },

  async "a released run sleeps until a command comes"(kit) {
    const lease = await kit.owned();
    await kit.release(lease, null);
    same(await kit.claim(), [], "asleep");
    if (!kit.realTime) await kit.pass(1_000 * hourMs);
    same(await kit.claim({ run: lease.run }), [], "however long");
    await kit.log.send(lease.run, { type: "cancel", id: "c" });
    const again = await kit.claimed(lease.run);
    same([again.why, again.done, again.inbox], ["input", 0, 1], "woken");
  },

  async "a released run wakes at its time"(kit) {
    const lease = await kit.owned();
    const wakeAt = lease.now + shortMs;
    await kit.release(lease, wakeAt);
    same((await kit.claimedFrom(wakeAt, lease.run)).why, "timer", "why");
  },

  async "a command wakes a run before its time"(kit) {
    const lease = await kit.owned();
    await kit.release(lease, lease.now + 2 * hourMs);
    await kit.log.send(lease.run, { type: "cancel", id: "c" });
    same(
      (await kit.claim()).map(({ why }) => why),
      ["input"],
      "claimed",
    );
  },

  async "a run that is handed over is ready at once"(kit) {
    const lease = await kit.owned();
    await kit.release(lease, 0);
    const again = await kit.claimed(lease.run, { worker: "worker-2" });
    same(again.why, "handover", "why");
    ok(again.epoch > lease.epoch, "epoch");
    await kit.release(again, 1);
    same(
      (await kit.claim()).map(({ why }) => why),
      ["timer"],
      "a time that has passed",
    );
  },

  async "an ended run is never claimed"(kit) {
    const lease = await kit.owned();
    await kit.close(lease);
    await kit.log.send(lease.run, { type: "cancel", id: "c" });
    same(await kit.claim(), [], "claim");
    same(await kit.claim({ run: lease.run, steal: true }), [], "by name");
  },
});

export const renewCases = cases("renew", {
  async "prolongs each lease by itself, in the order of the request"(kit) {
    const live = await kit.owned({ thread: kit.id() });
    const released = await kit.owned({ thread: kit.id() });
    const ended = await kit.owned({ thread: kit.id() });
    await kit.release(released, null);
    await kit.close(ended);
    await kit.log.send(live.run, { type: "cancel", id: "c" });
    const unknown = { run: "nothing", epoch: 1 };
    const newer = { run: live.run, epoch: live.epoch + 1 };
    const answers = await kit.log.renew([released, live, unknown, ended, newer], 2 * hourMs);
    same(
      answers.map(({ status }) => status),
      ["fenced", "ok", "fenced", "fenced", "fenced"],
      "answers",
    );
    const [, answer] = answers;
    ok(answer?.status === "ok", "renew");
    same(answer.inbox, 1, "the inbox's tail");
    ok(answer.until >= live.now + 2 * hourMs, "until");
    same(await kit.log.renew([], hourMs), [], "nothing to renew");
  },

  async "a renewed lease outlives its first end"(kit) {
    const run = await kit.created();
    const lease = await kit.claimed(run, { leaseMs: shortMs });
    const [first, last] = [
      await kit.log.renew([lease], 2 * shortMs),
      await kit.log.renew([lease], 4 * shortMs),
    ].flat();
    ok(first?.status === "ok" && last?.status === "ok", "renew");
    ok(last.until > first.until && first.until > lease.until, "each prolongs it");
    const next = await kit.claimedFrom(last.until, run, { worker: "worker-2" });
    same(next.why, "recovery", "after its last end");
  },
});
