import { ok, same } from "../assert.ts";
import { cases, type Kit } from "./kit.ts";

const listed = async (kit: Kit, principal: string, limit = 100) =>
  (await kit.log.threads.list({ principal, limit })).map(({ thread }) => thread);

export const threadCases = cases("threads", {
  async "a thread tells its head, owner, title and times"(kit) {
    const { log, thread } = kit;
    const principal = kit.id();
    same(await log.threads.get(thread), undefined, "before it is there");
    same(await log.threads.runs(thread), [], "its runs");
    const first = await kit.created({ principal, title: "First" });
    await kit.pass(5);
    const second = await kit.created({ principal, title: "Second" });
    const info = await log.threads.get(thread);
    ok(info !== undefined, "get");
    const { createdAt, updatedAt, ...rest } = info;
    same(rest, { thread, principal, title: "First", head: second }, "thread");
    ok(updatedAt >= createdAt && createdAt > 0, "times");
    same(await log.threads.list({ principal, limit: 10 }), [info], "list");
    const runs = await log.threads.runs(thread);
    same(
      runs.map(({ run }) => run),
      [first, second],
      "runs, oldest first",
    );
    same(runs, [await log.find(first), await log.find(second)], "the same as find");
  },

  async "the list has the newest activity first"(kit) {
    const principal = kit.id();
    const threads = [kit.id(), kit.id(), kit.id()];
    const [a, b, c] = threads as [string, string, string];
    const leases = [];
    for (const thread of threads) leases.push(await kit.owned({ thread, principal }));
    same(await listed(kit, principal), [c, b, a], "as created");
    await kit.created({ thread: a, principal });
    same(await listed(kit, principal), [a, c, b], "after a new run");
    if (leases[1] !== undefined) await kit.close(leases[1]);
    same(await listed(kit, principal), [b, a, c], "after a close");
    same(await listed(kit, principal, 2), [b, a], "limit");
  },

  async "the list is one principal's, or everybody's"(kit) {
    const [me, you] = [kit.id(), kit.id()];
    const mine = kit.id();
    const yours = kit.id();
    await kit.created({ thread: mine, principal: me });
    await kit.created({ thread: yours, principal: you });
    const nobodys = kit.id();
    await kit.created({ thread: nobodys });
    same(await listed(kit, me), [mine], "mine");
    same(await listed(kit, you), [yours], "yours");
    const all = await kit.log.threads.list({ limit: 3 });
    same(
      all.map(({ thread }) => thread),
      [nobodys, yours, mine],
      "everybody's",
    );
  },

  async "pages by `before` skip none, even of one moment"(kit) {
    const principal = kit.id();
    const threads = Array.from({ length: 20 }, () => kit.id());
    await Promise.all(threads.map((thread) => kit.created({ thread, principal })));
    const seen: string[] = [];
    for (let before: number | undefined; seen.length <= threads.length; ) {
      const at = before === undefined ? {} : { before };
      const page = await kit.log.threads.list({ principal, limit: 3, ...at });
      if (page.length === 0) break;
      seen.push(...page.map(({ thread }) => thread));
      before = page.at(-1)?.updatedAt;
    }
    same([...seen].sort(), [...threads].sort(), "all threads, each once");
  },
});
