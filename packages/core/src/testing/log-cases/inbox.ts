import { maxPendingCommands } from "../../log/event-log.ts";
import { ok, same } from "../assert.ts";
import { cancel, cases, deltas } from "./kit.ts";

export const inboxCases = cases("inbox", {
  async "commands are numbered from 1 and kept in order, whole"(kit) {
    const { run, now } = await kit.owned();
    const message = {
      id: "m",
      role: "user",
      parts: [{ type: "text", text: "é😀\u0000" }],
    } as const;
    const commands = [
      { type: "message", id: "c1", message, by: "me" },
      { type: "approval", id: "c2", approval: "a1", approved: true, input: { a: [null, 1.5] } },
      { type: "result", id: "c3", call: "c1", error: { code: "tool-error", message: "no" } },
      cancel("c4"),
    ] as const;
    for (const [i, command] of commands.entries()) {
      same(await kit.log.send(run, command), { status: "ok", n: i + 1 }, "send");
    }
    const entries = await kit.log.inbox(run, 0, 100);
    same(
      entries.map(({ n, command }) => ({ n, command })),
      commands.map((command, i) => ({ n: i + 1, command })),
      "inbox",
    );
    ok(
      entries.every(({ at }, i) => at >= now && at >= (entries[i - 1]?.at ?? 0)),
      "store times",
    );
    const ns = async (after: number, limit: number) =>
      (await kit.log.inbox(run, after, limit)).map(({ n }) => n);
    same(await ns(1, 2), [2, 3], "after 1, two");
    same(await ns(4, 100), [], "after the last");
    same(await kit.log.inbox("nothing", 0, 100), [], "an unknown run");
    same((await kit.log.find(run))?.tail, 1, "no event was written");
  },

  async "the first command with an id wins, also after it was consumed and after the close"(kit) {
    const lease = await kit.owned();
    const { run, epoch } = lease;
    same(await kit.log.send(run, cancel("c1")), { status: "ok", n: 1 }, "first");
    const other = { ...cancel("c1"), reason: "another" };
    same(await kit.log.send(run, other), { status: "ok", n: 1 }, "repeat");
    same(await kit.log.send(run, cancel("c2")), { status: "ok", n: 2 }, "second");
    await kit.log.append(run, { epoch, after: 1, events: deltas(1, 1), consume: 2 });
    same(await kit.log.send(run, cancel("c1")), { status: "ok", n: 1 }, "after it was consumed");
    await kit.close(lease);
    same(await kit.log.send(run, cancel("c2")), { status: "ok", n: 2 }, "after the close");
    same(await kit.log.send(run, cancel("c3")), { status: "closed" }, "a new one after the close");
    const commands = (await kit.log.inbox(run, 0, 100)).map(({ command }) => command);
    same(commands, [cancel("c1"), cancel("c2")], "inbox");
  },

  async "ids are unique in one run, not among runs"(kit) {
    const [one, two] = [await kit.owned(), await kit.owned()];
    for (const { run } of [one, two]) {
      same(await kit.log.send(run, cancel("c1")), { status: "ok", n: 1 }, "send");
    }
  },

  async "commands that come at once get a number each"(kit) {
    const { run } = await kit.owned();
    const ids = Array.from({ length: 20 }, (_, i) => `c${i % 10}`);
    const answers = await Promise.all(ids.map((id) => kit.log.send(run, cancel(id))));
    const numbers = new Map<string, Set<number>>();
    for (const [i, answer] of answers.entries()) {
      ok(answer.status === "ok", `send: ${answer.status}`);
      const id = ids[i] ?? "";
      numbers.set(id, (numbers.get(id) ?? new Set()).add(answer.n));
    }
    const all = [...numbers.values()].flatMap((of) => [...of]).sort((a, b) => a - b);
    same(all, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], "one number for each id");
    same((await kit.log.inbox(run, 0, 100)).length, 10, "inbox");
  },

  async "replies to the owner tell how far the inbox is"(kit) {
    const { run, epoch } = await kit.owned();
    for (let n = 1; n <= 3; n++) {
      await kit.log.send(run, cancel(`c${n}`));
      const answer = await kit.log.append(run, { epoch, after: n, events: deltas(n, 1) });
      same(answer, { status: "ok", tail: n + 1, inbox: n }, "append");
    }
  },

  async "a command readies a run that nobody holds, and none that somebody holds"(kit) {
    const lease = await kit.owned();
    await kit.log.send(lease.run, cancel("c1"));
    same(await kit.claim(), [], "held");
    await kit.release(lease, null);
    await kit.log.send(lease.run, cancel("c1"));
    same(await kit.claim(), [], "a repeated command is no news");
    await kit.log.send(lease.run, cancel("c2"));
    await kit.log.send(lease.run, cancel("c3"));
    same(
      (await kit.claim()).map(({ why, inbox }) => [why, inbox]),
      [["input", 3]],
      "ready, once",
    );
  },

  async "a full inbox refuses new commands, and knows the old ones"(kit) {
    const { run, epoch } = await kit.owned();
    for (let n = 1; n <= maxPendingCommands; n += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, i) => kit.log.send(run, cancel(`c${n + i}`))),
      );
    }
    same(await kit.log.send(run, cancel("more")), { status: "full" }, "one more");
    same((await kit.log.send(run, cancel("c1"))).status, "ok", "a repeat");
    await kit.log.append(run, { epoch, after: 1, events: deltas(1, 1), consume: 1 });
    const n = maxPendingCommands + 1;
    same(await kit.log.send(run, cancel("more")), { status: "ok", n }, "after one was consumed");
    same(await kit.log.send(run, cancel("last")), { status: "full" }, "full again");
  },

  async "an unknown run is gone"(kit) {
    same(await kit.log.send("nothing", cancel("c1")), { status: "gone" }, "send");
  },
});
