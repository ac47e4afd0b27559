import type { Cursor } from "../../protocol/cursor.ts";
import { ok, same } from "../assert.ts";
import { cases, deltas, type Kit } from "./kit.ts";

/** A read as a short text: seqs, and whether that is the end. */
export async function summary(
  kit: Kit,
  run: string,
  after: Cursor,
  limit = 1_000,
): Promise<string> {
  const part = await kit.read(run, after, limit);
  if (part.status !== "events") return part.status;
  const seqs = part.events.map(({ seq }) => seq);
  return `${seqs.at(0) ?? ""}-${seqs.at(-1) ?? ""}${part.ended ? " ended" : ""}`;
}

export const readCases = cases("read", {
  async "pages through all events, at most `limit` at a time"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    let tail = 1;
    for (const count of [1, 7, 300, 1, 2, 500, 3]) {
      await kit.log.append(run, { epoch, after: tail, events: deltas(tail, count) });
      tail += count;
    }
    for (const limit of [1, 3, 64, 299, 10_000]) {
      let seq = 0;
      for (let reads = 0; seq < tail; reads++) {
        ok(reads <= tail, `${reads} reads of ${limit} do not reach the tail`);
        const part = await kit.read(run, { seq }, limit);
        ok(part.status === "events", `read: ${part.status}`);
        ok(part.events.length > 0 && part.events.length <= limit, `${part.events.length} events`);
        for (const event of part.events) same(event.seq, ++seq, "the next seq");
      }
      same(seq, tail, "tail");
    }
  },

  async "from every cursor there is"(kit) {
    const lease = await kit.owned();
    for (let tail = 1; tail < 30; tail += 4) await kit.grow({ ...lease, tail }, 4);
    const all = await kit.events(lease.run);
    for (let seq = 0; seq <= all.length; seq++) {
      const part = await kit.read(lease.run, { seq }, 5);
      ok(part.status === "events", `read: ${part.status}`);
      const expected = all.slice(seq, seq + part.events.length);
      same(part.events, expected, `after ${seq}`);
      same(part.events.length > 0, seq < all.length, `events after ${seq}`);
    }
  },

  async "a read ends where the epoch changes"(kit) {
    const first = await kit.owned();
    await kit.grow(first, 2);
    const second = await kit.claimed(first.run, { steal: true });
    await kit.grow(second, 3);
    const third = await kit.claimed(first.run, { steal: true });
    await kit.grow(third, 1);
    const { run } = first;
    const seen: [number, number][] = [];
    for (let cursor: Cursor = { seq: 0 }; cursor.seq < 7; ) {
      const part = await kit.read(run, cursor);
      ok(part.status === "events" && part.events[0]?.seq === cursor.seq + 1, "the next events");
      cursor = { seq: part.events.at(-1)?.seq ?? 0, epoch: part.epoch };
      seen.push([cursor.seq, part.epoch]);
    }
    same(
      seen,
      [
        [3, first.epoch],
        [6, second.epoch],
        [7, third.epoch],
      ],
      "reads",
    );
    const tail = await kit.read(run, { seq: 7 });
    same(tail, { status: "events", events: [], epoch: third.epoch, ended: false }, "at the tail");
    const fourth = await kit.claimed(run, { steal: true });
    const still = await kit.read(run, { seq: 7, epoch: third.epoch });
    same(still.status, "events", "a claim alone moves no cursor");
    ok(fourth.epoch > third.epoch, "epoch");
  },

  async "events that were created without a lease have epoch 0"(kit) {
    const run = await kit.created();
    const lease = await kit.claimed(run);
    await kit.grow(lease, 1);
    const part = await kit.read(run);
    ok(part.status === "events", part.status);
    same([part.events.length, part.epoch], [1, 0], "the first events");
    same((await kit.read(run, { seq: 1, epoch: 0 })).status, "events", "their cursor");
    const owned = await kit.owned();
    const whole = await kit.read(owned.run);
    same(whole.status === "events" && whole.epoch, owned.epoch, "with a lease: its epoch");
  },

  async "a cursor beyond the tail or of another epoch needs a snapshot"(kit) {
    const first = await kit.owned();
    const { run } = first;
    await kit.grow(first, 2);
    const second = await kit.claimed(run, { steal: true });
    await kit.grow(second, 2);
    const read = (after: Cursor) => summary(kit, run, after);
    same(await read({ seq: 6 }), "reset", "beyond the tail");
    same(await read({ seq: 5, epoch: second.epoch }), "-", "at the tail");
    same(await read({ seq: 3, epoch: first.epoch }), "4-5", "the epoch of its event");
    same(await read({ seq: 3, epoch: second.epoch }), "reset", "a later epoch");
    same(await read({ seq: 4, epoch: first.epoch }), "reset", "an earlier epoch");
    same(await read({ seq: 4, epoch: first.epoch + 1e9 }), "reset", "no epoch at all");
    same(await read({ seq: 4 }), "5-5", "a bare seq");
    same(await summary(kit, "nothing", { seq: 0 }), "gone", "an unknown run");
  },

  async "the last read of an ended run says so"(kit) {
    const lease = await kit.owned();
    await kit.grow(lease, 3);
    same(await summary(kit, lease.run, { seq: 0 }), "1-4", "while it is open");
    await kit.close(lease);
    const read = (seq: number, limit: number) => summary(kit, lease.run, { seq }, limit);
    same(await read(3, 1), "4-4", "before the last event");
    same(await read(4, 1), "5-5 ended", "the last event");
    same(await read(5, 1), "- ended", "after it");
    same(await read(6, 1), "reset", "beyond");
  },
});
