import { describe, expect, test } from "vitest";
import { follow, framesOf, serving, startRun, textOf, typesOf } from "../serving.test.helper.ts";

type Call = ReturnType<typeof serving>["call"];

async function greet(call: Call, thread: string, more: object = {}) {
  const { run } = await startRun(call, "greeter", { thread, ...more });
  await framesOf(await call(`/runs/${run}/events`));
  return run;
}

describe("GET /threads", () => {
  test("lists the newest first, page by page, each once", async () => {
    const { call } = serving();
    const names = Array.from({ length: 7 }, (_, n) => `t${n}`);
    for (const name of names) await greet(call, name);
    const seen: string[] = [];
    let before = "";
    for (let pages = 0; pages < 10; pages++) {
      const page = await (await call(`/threads?limit=3${before}`)).json();
      expect(page.threads.length).toBeLessThanOrEqual(3);
      seen.push(...page.threads.map(({ thread }: { thread: string }) => thread));
      if (page.next === undefined) break;
      before = `&before=${page.next}`;
    }
    expect(seen).toEqual(names.toReversed());
  });

  test("tells what a list needs, and not whose it is", async () => {
    const { call } = serving({ authorize: () => "ann" });
    const run = await greet(call, "t");
    const { threads } = await (await call("/threads")).json();
    expect(threads).toEqual([
      {
        thread: "t",
        title: "Hi",
        head: run,
        createdAt: expect.any(Number),
        updatedAt: expect.any(Number),
      },
    ]);
  });

  test.each(["limit=0", "limit=x", "limit=-1", "limit=1.5", "before=x", "before="])(
    "?%s is 400",
    async (query) => {
      const { call } = serving();
      expect((await call(`/threads?${query}`)).status).toBe(400);
    },
  );
});

describe("GET /threads/:thread", () => {
  test("has all runs, and the states along the way to the head or to ?run=", async () => {
    const { call } = serving();
    const one = await greet(call, "t");
    const two = await greet(call, "t");
    const branch = await greet(call, "t", { previous: one });
    const chainOf = async (query: string) => {
      const { chain } = await (await call(`/threads/t${query}`)).json();
      return chain.map(({ run }: { run: string }) => run);
    };
    const thread = await (await call("/threads/t")).json();
    expect(thread).toMatchObject({ thread: "t", title: "Hi", head: branch });
    expect(thread.runs.map(({ run }: { run: string }) => run)).toEqual([one, two, branch]);
    expect(thread.runs[2]).toMatchObject({ previous: one, agent: "greeter", status: "ended" });
    expect(await chainOf("")).toEqual([one, branch]);
    expect(await chainOf(`?run=${two}`)).toEqual([one, two]);
  });

  test("a thread that does not exist, and a run of another one, are 404", async () => {
    const { call } = serving();
    await greet(call, "t");
    const other = await greet(call, "u");
    for (const path of [
      "/threads/nope",
      "/threads/%0A",
      `/threads/t?run=${other}`,
      "/threads/t?run=x",
    ]) {
      expect((await call(path)).status).toBe(404);
    }
  });
});

describe("DELETE /threads/:thread", () => {
  test("deletes it with its runs, running or not", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet", { thread: "t" });
    const viewer = follow(await call(`/runs/${run}/events`));
    await viewer.until("step.started");
    const response = await call("/threads/t", { method: "DELETE" });
    expect(response.status).toBe(204);
    expect(typesOf(await viewer.rest())).not.toContain("run.completed");
    for (const path of ["/threads/t", `/runs/${run}`, `/runs/${run}/events`]) {
      expect((await call(path)).status).toBe(404);
    }
    expect((await call("/threads/t", { method: "DELETE" })).status).toBe(404);
  });
});

describe("GET /threads/:thread/events", () => {
  test("follows run after run, announces each, and ids name the run", async () => {
    const { call } = serving();
    const one = await greet(call, "t");
    const viewer = follow(await call("/threads/t/events"));
    expect(await viewer.next()).toEqual({ id: undefined, frame: { type: "run", run: one } });
    const snapshot = await viewer.until("snapshot");
    expect(snapshot.id).toMatch(new RegExp(`^${one}/\\d+\\.\\d+$`));
    const two = await greet(call, "t");
    expect((await viewer.until("run")).frame).toEqual({ type: "run", run: two });
    let got = await viewer.next();
    for (; got?.frame.type !== "run.completed" && got?.frame.type !== "snapshot"; ) {
      expect(got?.id).toMatch(new RegExp(`^${two}/\\d+\\.\\d+$`));
      got = await viewer.next();
    }
    await viewer.leave();
  });

  test("goes on from a cursor: the rest of that run, then what came after it", async () => {
    const { call } = serving();
    const one = await greet(call, "t");
    const two = await greet(call, "t");
    const all = await framesOf(await call(`/runs/${one}/events`));
    const viewer = follow(
      await call("/threads/t/events", { headers: { "last-event-id": `${one}/${all[2]?.id}` } }),
    );
    for (const { id, frame } of all.slice(3)) {
      expect(await viewer.next()).toEqual({ id: `${one}/${id}`, frame });
    }
    expect((await viewer.next())?.frame).toEqual({ type: "run", run: two });
    await viewer.leave();
  });

  test("a thread that does not exist yet is waited for", async () => {
    const { call } = serving();
    const viewer = follow(await call("/threads/new/events"));
    const first = viewer.next();
    const run = await greet(call, "new");
    expect((await first)?.frame).toEqual({ type: "run", run });
    await viewer.leave();
  });

  test("one whose first run is only being started is waited for", async () => {
    const { call } = serving();
    const id = "run_0123456789abcdef";
    const viewer = follow(await call(`/threads/new/events?after=${id}/0`));
    const { run } = await startRun(call, "greeter", { thread: "new", run: id });
    expect((await viewer.next())?.frame).toEqual({ type: "run", run });
    expect((await viewer.next())?.frame).toMatchObject({ type: "run.started", run });
    await viewer.leave();
    const late = follow(await call(`/threads/new/events?after=${id}/0`));
    expect((await late.next())?.frame).toMatchObject({ type: "run.started", run });
    await late.leave();
  });

  test("one that was there and is not any more is 404", async () => {
    const { call } = serving();
    const run = await greet(call, "t");
    const seen = `/threads/t/events?after=${run}/1`;
    const viewer = follow(await call(seen));
    await viewer.next();
    await viewer.leave();
    await call("/threads/t", { method: "DELETE" });
    expect((await call(seen)).status).toBe(404);
    expect((await serving().call(seen)).status).toBe(404);
  });

  test("one that turns out to be somebody else's is not shown", async () => {
    const { call } = serving({ authorize: (request) => request.headers.get("user") ?? null });
    const viewer = follow(await call("/threads/new/events", { headers: { user: "eve" } }));
    await startRun(call, "greeter", { thread: "new" }, { user: "ann" });
    expect(await viewer.next()).toBeUndefined();
  });

  test("a cursor of another thread is 400, one of another principal 404, one that is gone starts anew", async () => {
    const { call } = serving({ authorize: (request) => request.headers.get("user") ?? null });
    const start = (thread: string, user: string) => startRun(call, "greeter", { thread }, { user });
    const mine = await start("mine", "ann");
    const also = await start("also", "ann");
    const hers = await start("hers", "eve");
    const ask = (run: string) =>
      call(`/threads/mine/events?after=${run}/1`, { headers: { user: "ann" } });
    expect((await ask(also.run)).status).toBe(400);
    expect((await ask(hers.run)).status).toBe(404);
    const viewer = follow(await ask("run_gone"));
    expect((await viewer.next())?.frame).toEqual({ type: "run", run: mine.run });
    await viewer.leave();
  });

  test("in NDJSON the announcement is a line", async () => {
    const { call } = serving();
    const run = await greet(call, "t");
    const response = await call("/threads/t/events", {
      headers: { accept: "application/x-ndjson" },
    });
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let text = "";
    while (text.split("\n").length < 3) text += decoder.decode((await reader.read()).value);
    await reader.cancel();
    const [first = "", second = ""] = text.split("\n");
    expect(JSON.parse(first)).toEqual({ type: "run", run });
    expect(JSON.parse(second)).toMatchObject({ type: "snapshot", state: { run } });
  });

  test("a run that begins while it is watched is told from its first event on", async () => {
    const { call, talk } = serving();
    const viewer = follow(await call("/threads/t/events"));
    const { run } = await startRun(call, "puppet", { thread: "t" });
    const got = [await viewer.until("run")];
    expect((await viewer.next())?.frame).toMatchObject({ type: "run.started", seq: 1, run });
    talk.say("live");
    talk.finish();
    for (let n = 0; n < 20; n++) {
      const next = await viewer.next();
      if (next === undefined) break;
      got.push(next);
      if (next.frame.type === "run.completed") break;
    }
    expect(got[0]?.frame).toEqual({ type: "run", run });
    expect(textOf(got)).toBe("live");
    await viewer.leave();
  });
});
