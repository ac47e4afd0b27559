import { same } from "../assert.ts";
import { cancel, cases, deltas, ending, hourMs, type Kit } from "./kit.ts";

export const appendCases = cases("append", {
  async "writes what it is given, in order, whole"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    const text = 'é😀\u0000\u2028"\\ lone:\ud800';
    const batches = [deltas(1, 3, text), deltas(4, 1), deltas(5, 400)];
    let tail = 1;
    for (const events of batches) {
      const answer = await kit.log.append(run, { epoch, after: tail, events });
      tail += events.length;
      same(answer, { status: "ok", tail, inbox: 0 }, "append");
    }
    same((await kit.events(run)).slice(1), batches.flat(), "events");
    same((await kit.log.find(run))?.tail, tail, "tail");
  },

  async "a repeat is acknowledged and written once"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    const first = { epoch, after: 1, events: deltas(1, 3) };
    const second = { epoch, after: 4, events: deltas(4, 2) };
    for (const [batch, tail] of [
      [first, 4],
      [first, 4],
      [second, 6],
      [second, 6],
      [first, 4],
    ] as const) {
      same(await kit.log.append(run, batch), { status: "ok", tail, inbox: 0 }, `tail ${tail}`);
    }
    same((await kit.events(run)).length, 6, "events");
  },

  async "a repeat is acknowledged also when the run has gone on elsewhere"(kit) {
    const first = await kit.owned();
    const batch = { epoch: first.epoch, after: 1, events: deltas(1, 2) };
    await kit.log.append(first.run, batch);
    const second = await kit.claimed(first.run, { steal: true });
    await kit.grow(second, 2);
    same(await kit.log.append(first.run, batch), { status: "ok", tail: 3, inbox: 0 }, "repeat");
    same((await kit.log.find(first.run))?.tail, 5, "tail");
  },

  async "anything but the next events is a gap"(kit) {
    const lease = await kit.owned();
    await kit.grow(lease, 3);
    const { run, epoch } = lease;
    for (const [after, count] of [
      [5, 1],
      [3, 2],
      [1, 4],
      [0, 5],
      [9, 1],
    ] as const) {
      const answer = await kit.log.append(run, { epoch, after, events: deltas(after, count) });
      same(answer, { status: "gap", tail: 4 }, `${count} after ${after}`);
    }
    const none = await kit.log.append(run, { epoch, after: 5, events: [], consume: 0 });
    same(none, { status: "gap", tail: 4 }, "nothing after a future tail");
    same((await kit.log.find(run))?.tail, 4, "nothing was written");
  },

  async "what another epoch wrote is no repeat"(kit) {
    const first = await kit.owned();
    await kit.grow(first, 2);
    const { run, epoch } = await kit.claimed(first.run, { steal: true });
    const answer = await kit.log.append(run, { epoch, after: 1, events: deltas(1, 2) });
    same(answer, { status: "gap", tail: 3 }, "all of it below the tail");
    await kit.log.append(run, { epoch, after: 3, events: deltas(3, 1) });
    const across = await kit.log.append(run, { epoch, after: 2, events: deltas(2, 2) });
    same(across, { status: "gap", tail: 4 }, "half of it by this epoch");
  },

  async "only the newest epoch may write"(kit) {
    const first = await kit.owned();
    const second = await kit.claimed(first.run, { steal: true });
    const { run } = second;
    for (const epoch of [0, first.epoch, second.epoch - 1, second.epoch + 1]) {
      if (epoch === second.epoch) continue;
      const answer = await kit.log.append(run, { epoch, after: 1, events: deltas(1, 1) });
      same(answer, { status: "fenced" }, `epoch ${epoch - second.epoch} from the newest`);
    }
    same((await kit.log.find(run))?.tail, 1, "nothing was written");
    await kit.grow(second, 1);
  },

  async "nobody may write without a lease"(kit) {
    const fresh = await kit.created();
    const unclaimed = await kit.log.append(fresh, { epoch: 0, after: 1, events: deltas(1, 1) });
    same(unclaimed, { status: "fenced" }, "never claimed");
    const lease = await kit.claimed(fresh);
    await kit.release(lease, null);
    const batch = { epoch: lease.epoch, after: 1, events: deltas(1, 1) };
    same(await kit.log.append(fresh, batch), { status: "fenced" }, "released");
    same(await kit.log.append("nothing", batch), { status: "gone" }, "unknown run");
  },

  async "consume moves forward, and not past the newest command"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    for (const id of ["c1", "c2", "c3"]) await kit.log.send(run, cancel(id));
    const consume = (n: number) => kit.log.append(run, { epoch, after: 1, events: [], consume: n });
    const done = async () => (await kit.claimed(run, { steal: true })).done;
    same(await consume(2), { status: "ok", tail: 1, inbox: 3 }, "two");
    await consume(1);
    await consume(2);
    const events = deltas(1, 1);
    same(
      await kit.log.append(run, { epoch, after: 1, events }),
      { status: "ok", tail: 2, inbox: 3 },
      "none",
    );
    same(await done(), 2, "done");
    const next = await kit.claimed(run, { steal: true });
    await kit.log.append(run, { epoch: next.epoch, after: 2, events: [], consume: 99 });
    await kit.log.send(run, cancel("c4"));
    same(await done(), 3, "done, when more was consumed than there is");
  },

  async "events and consumption are one operation"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    await kit.log.send(run, cancel("c1"));
    const events = deltas(7, 1);
    const gap = await kit.log.append(run, { epoch, after: 7, events, consume: 1 });
    same(gap, { status: "gap", tail: 1 }, "gap");
    const { done, tail, epoch: newest } = await kit.claimed(run, { steal: true });
    same([done, tail], [0, 1], "nothing was consumed");
    const both = { epoch: newest, after: 1, events: deltas(1, 1), consume: 1 };
    same(await kit.log.append(run, both), { status: "ok", tail: 2, inbox: 1 }, "both");
    same(await kit.log.append(run, both), { status: "ok", tail: 2, inbox: 1 }, "repeat");
    same((await kit.claimed(run, { steal: true })).done, 1, "done");
  },

  async "a close ends the run"(kit) {
    const lease = await kit.owned();
    await kit.close(lease);
    const { run, epoch } = lease;
    same((await kit.log.find(run))?.status, "ended", "status");
    const more = { epoch, after: 2, events: deltas(2, 1) };
    same(await kit.log.append(run, more), { status: "closed" }, "by its last holder");
    const other = { ...more, epoch: epoch + 1 };
    same(await kit.log.append(run, other), { status: "closed" }, "by others");
    same(await kit.log.renew([lease], hourMs), [{ status: "fenced" }], "renew");
  },
});

/** The two ways to leave a run, with and without a last event. */
const leavings = {
  close: { events: [ending(2)], how: "close" },
  release: { events: deltas(1, 1), how: { release: null } },
  "release of nothing": { events: [], how: { release: null } },
} as const;

async function refusedByCommand(kit: Kit, way: keyof typeof leavings): Promise<void> {
  const { events, how } = leavings[way];
  const lease = await kit.owned();
  const { run, epoch } = lease;
  const next = way === "close" ? await kit.created({ previous: run }) : undefined;
  await kit.log.send(run, cancel("c1"));
  // The owner has heard of one command; the second arrives between that reply and its leaving.
  same(
    (await kit.log.append(run, { epoch, after: 1, events: [], consume: 1 })).status,
    "ok",
    "consume",
  );
  await kit.log.send(run, cancel("c2"));
  const leave = { epoch, after: 1, events, end: how };
  for (const consume of [{}, { consume: 0 }, { consume: 1 }]) {
    const answer = await kit.log.append(run, { ...leave, ...consume });
    same(answer, { status: "inbox", inbox: 2 }, "refused");
  }
  same((await kit.events(run)).length, 1, "nothing was written");
  same((await kit.log.find(run))?.status, "open", "status");
  same((await kit.log.renew([lease], hourMs))[0]?.status, "ok", "the lease is kept");
  const tail = 1 + events.length;
  const left = await kit.log.append(run, { ...leave, consume: 2 });
  same(left, { status: "ok", tail, inbox: 2 }, "with all consumed");
  if (next !== undefined) same((await kit.claim())[0]?.run, next, "what it blocked is ready");
}

async function repeated(kit: Kit, way: keyof typeof leavings): Promise<void> {
  const { events, how } = leavings[way];
  const { run, epoch } = await kit.owned();
  await kit.log.send(run, cancel("c1"));
  const leave = { epoch, after: 1, events, consume: 1, end: how };
  const answer = { status: "ok", tail: 1 + events.length, inbox: 1 };
  same(await kit.log.append(run, leave), answer, "first");
  same(await kit.log.append(run, leave), answer, "second");
  if (way === "close") return;
  await kit.log.send(run, cancel("c2"));
  const lease = await kit.claimed(run);
  same((await kit.log.append(run, leave)).status, "ok", "after another claim");
  same(await kit.claim({ run }), [], "the other's lease stands");
  await kit.grow(lease, 1);
}

export const leavingCases = cases(
  "append",
  Object.fromEntries(
    (Object.keys(leavings) as (keyof typeof leavings)[]).flatMap((way) => [
      [`no ${way} over a pending command`, (kit: Kit) => refusedByCommand(kit, way)],
      [`a ${way} may be repeated`, (kit: Kit) => repeated(kit, way)],
    ]),
  ),
);
