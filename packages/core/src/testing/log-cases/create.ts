import { maxEventBytes } from "../../log/event-log.ts";
import { ok, same } from "../assert.ts";
import { cases, hourMs, startedEvent, worker } from "./kit.ts";

export const createCases = cases("create", {
  async "writes the run, its events and the thread's head together"(kit) {
    const { log, thread, agent } = kit;
    const run = kit.id();
    const events = [
      startedEvent(run, thread, agent),
      { seq: 2, type: "warning.raised", code: "w", message: "é😀\u0000", at: 3 } as const,
    ];
    same(await log.create(kit.newRun({ run, events })), { status: "ok" }, "create");
    const info = await log.find(run);
    same(
      { ...info, createdAt: 0 },
      { run, thread, agent, status: "open", tail: 2, createdAt: 0 },
      "find",
    );
    same(await kit.events(run), events, "events");
    same((await log.threads.get(thread))?.head, run, "head");
    same(await log.threads.runs(thread), [info], "runs of the thread");
  },

  async "a repeat answers `exists` and changes nothing, also later"(kit) {
    const { log, thread } = kit;
    const first = kit.newRun();
    same((await log.create(first)).status, "ok", "first");
    same(await log.create(first), { status: "exists" }, "second");
    const lease = await kit.claimed(first.run);
    await kit.grow(lease, 3);
    const next = await kit.created({ previous: first.run });
    same(await log.create(first), { status: "exists" }, "while it runs");
    await kit.close(lease);
    same(await log.create(first), { status: "exists" }, "after its end");
    same((await log.find(first.run))?.tail, 5, "tail");
    same((await log.threads.get(thread))?.head, next, "head");
    same((await log.threads.runs(thread)).length, 2, "runs");
    same((await kit.claim()).length, 1, "only the other run can be claimed");
  },

  async "the same id with another digest is a conflict"(kit) {
    const first = kit.newRun();
    await kit.log.create(first);
    same(await kit.log.create({ ...first, digest: "other" }), { status: "conflict" }, "create");
    same(
      await kit.log.create({ ...first, digest: "other", thread: kit.id() }),
      { status: "conflict" },
      "in another thread",
    );
  },

  async "ifHead compares and sets"(kit) {
    const { log, thread } = kit;
    const first = kit.newRun({ ifHead: null });
    same((await log.create(first)).status, "ok", "the first of a thread");
    const moved = { status: "moved", head: first.run };
    const late = kit.newRun({ ifHead: null });
    same(await log.create(late), moved, "null when there is a head");
    same(await log.find(late.run), undefined, "nothing was created");
    same(await log.create(kit.newRun({ ifHead: "nothing" })), moved, "another head");
    const next = kit.newRun({ ifHead: first.run });
    same((await log.create(next)).status, "ok", "the right head");
    same((await log.create(first)).status, "exists", "a repeat is no move");
    same((await log.threads.get(thread))?.head, next.run, "head");
    const empty = kit.newRun({ thread: kit.id(), ifHead: "nothing" });
    same(await log.create(empty), { status: "moved", head: null }, "no head");
    same(await log.threads.get(empty.thread), undefined, "no thread was created");
  },

  async "of two that race for one head, one wins"(kit) {
    const head = await kit.created();
    const racers = [kit.newRun({ ifHead: head }), kit.newRun({ ifHead: head })];
    const answers = await Promise.all(racers.map((racer) => kit.log.create(racer)));
    same(answers.map(({ status }) => status).sort(), ["moved", "ok"], "answers");
    const winner = racers[answers.findIndex(({ status }) => status === "ok")]?.run;
    same((await kit.log.threads.get(kit.thread))?.head, winner, "head");
  },

  async "busy: an open predecessor refuses the run"(kit) {
    const lease = await kit.owned();
    const next = kit.newRun({ previous: lease.run, busy: "reject" });
    same(await kit.log.create(next), { status: "busy", run: lease.run }, "while it is open");
    same(await kit.log.find(next.run), undefined, "nothing was created");
    same((await kit.log.threads.get(kit.thread))?.head, lease.run, "head");
    await kit.close(lease);
    same((await kit.log.create(next)).status, "ok", "after its end");
  },

  async "a run queued behind an open one is blocked until that closes"(kit) {
    const { log } = kit;
    const lease = await kit.owned();
    const owner = { worker, leaseMs: hourMs };
    const next = kit.newRun({ previous: lease.run, owner });
    same(await log.create(next), { status: "ok" }, "no lease is given");
    same((await log.find(next.run))?.status, "blocked", "status");
    same((await kit.events(next.run)).length, 1, "it can be followed");
    same(await kit.claim(), [], "nobody can claim it");
    same(await kit.claim({ run: next.run, steal: true }), [], "nor steal it");
    same((await log.send(next.run, { type: "cancel", id: "c" })).status, "ok", "send");
    same(await kit.claim(), [], "a command does not ready it");
    await kit.close(lease);
    same((await log.find(next.run))?.status, "open", "status after the close");
    const [ready] = await kit.claim();
    same([ready?.run, ready?.why, ready?.inbox], [next.run, "new", 1], "claimed");
  },

  async "a close readies all that it blocked, and no more"(kit) {
    const lease = await kit.owned();
    const branches = [
      await kit.created({ previous: lease.run }),
      await kit.created({ previous: lease.run }),
    ];
    await kit.created({ previous: branches[0] ?? "" });
    await kit.close(lease);
    same((await kit.claim()).map(({ run }) => run).sort(), [...branches].sort(), "claimed");
  },

  async "branches from an ended run are open side by side"(kit) {
    const lease = await kit.owned();
    await kit.close(lease);
    const branches = [0, 1].map(() => kit.newRun({ previous: lease.run, busy: "reject" }));
    for (const branch of branches) same((await kit.log.create(branch)).status, "ok", "create");
    same((await kit.claim()).length, 2, "both can be claimed");
  },

  async "threads, runs and predecessors of others are foreign"(kit) {
    const { log } = kit;
    const principal = kit.id();
    const run = await kit.created({ principal });
    const foreign = { status: "foreign" };
    same(await log.create(kit.newRun({ principal: kit.id() })), foreign, "another's thread");
    same(await log.create(kit.newRun()), foreign, "nobody in somebody's thread");
    const elsewhere = { principal, thread: kit.id() };
    same(await log.create(kit.newRun({ ...elsewhere, previous: run })), foreign, "other thread");
    same(await log.create(kit.newRun({ ...elsewhere, previous: "?" })), foreign, "unknown");
    same(await log.threads.get(elsewhere.thread), undefined, "no thread was created");
    const stolen = kit.newRun({ run, principal: kit.id(), thread: kit.id() });
    same(await log.create(stolen), foreign, "another's run id");
    same((await log.find(run))?.principal, principal, "principal");
  },

  async "an owner gets the lease with the run, and again when it repeats"(kit) {
    const { log } = kit;
    const request = kit.newRun({ owner: { worker, leaseMs: hourMs } });
    const first = await log.create(request);
    ok(first.status === "ok" && first.lease !== undefined, "the lease is given");
    const { run, epoch, tail, done, inbox, why, now, until } = first.lease;
    same([run, tail, done, inbox, why], [request.run, 1, 0, 0, "new"], "lease");
    ok(epoch >= now && until === now + hourMs, "epoch and end are store time");
    same(await kit.claim(), [], "nobody else can claim it");
    const again = await log.create(request);
    ok(again.status === "exists" && again.lease !== undefined, "the lease is given again");
    same(again.lease.epoch, epoch, "the same lease");
    const other = { ...request, owner: { worker: "worker-2", leaseMs: hourMs } };
    same(await log.create(other), { status: "exists" }, "not to another worker");
    await kit.grow(first.lease, 2);
    await kit.close(first.lease);
    same(await log.create(request), { status: "exists" }, "not after the end");
  },

  async "a lease that was claimed since is not given to who repeats the creation"(kit) {
    const request = kit.newRun({ owner: { worker, leaseMs: hourMs } });
    const created = await kit.log.create(request);
    ok(created.status === "ok" && created.lease !== undefined, "the lease is given");
    await kit.release(created.lease, 0);
    await kit.claimed(request.run);
    same(await kit.log.create(request), { status: "exists" }, "repeat");
  },

  async "too large is refused whole"(kit) {
    const run = kit.id();
    const message = "x".repeat(maxEventBytes);
    const events = [
      startedEvent(run, kit.thread, kit.agent),
      { seq: 2, type: "warning.raised", code: "w", message, at: 1 } as const,
    ];
    same(await kit.log.create(kit.newRun({ run, events })), { status: "too-large" }, "create");
    same(await kit.log.find(run), undefined, "nothing was created");
    same(await kit.log.threads.get(kit.thread), undefined, "no thread either");
  },
});
