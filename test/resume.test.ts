import { createClient } from "@runwire/client";
import { segmentEvents } from "@runwire/core";
import { foldAll, lastText, type RunEvent } from "@runwire/core/protocol";
import { describe, expect, test } from "vitest";
import { cuttingProxy, type Served, serveAgents } from "./serve-agents.test.helper.ts";
import { until } from "./until.test.helper.ts";

/** What the log holds, read without any network. */
async function logOf(handler: Served, run: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const item of handler.runtime.tail(run)) {
    if (item.type === "events") events.push(...segmentEvents(item.segment));
  }
  return events;
}

describe("a connection that is cut", () => {
  test("200 times, at any byte: each event is told once, in order, and the run is started once", async () => {
    const { handler, port } = await serveAgents();
    const proxy = await cuttingProxy(port, 200, 3_000);
    const client = createClient<Served>({ url: proxy.url });
    const runs: string[] = [];
    const keepTelling = async () => {
      while (proxy.left() > 0) {
        const heard: RunEvent[] = [];
        const on = { event: (event: RunEvent) => heard.push(event) };
        const run = client.run("teller", "Tell me", { on });
        runs.push(run.id);
        const told: RunEvent[] = [];
        for await (const event of run) told.push(event);
        const log = await logOf(handler, run.id);
        expect(told).toEqual(log);
        expect(heard).toEqual(log);
        expect(run.state).toEqual(foldAll(log));
        expect(await run.result).toBe(lastText(run.state?.messages ?? []));
      }
    };
    await Promise.all([keepTelling(), keepTelling(), keepTelling(), keepTelling()]);
    const { threads } = await client.threads.list({ limit: 100 });
    expect(threads.map(({ head }) => head).sort()).toEqual(runs.sort());
  }, 60_000);

  test("does not stop the run, and a viewer that comes back later finds it whole", async () => {
    const { handler, talk, url } = await serveAgents();
    const client = createClient<Served>({ url });
    const gone = new AbortController();
    const run = client.run("talker", "Hi", { signal: gone.signal });
    await until(() => talk.calls.length === 1);
    talk.begin();
    talk.say("One ");
    await until(() => (run.state?.seq ?? 0) >= 4);
    gone.abort();
    await expect(run.result).rejects.toThrow();
    talk.say("two ");
    await until(async () => (await handler.runtime.state(run.id))?.seq === 5);
    const resets: number[] = [];
    const heard: string[] = [];
    const later = createClient<Served>({ url }).follow<"talker">(run.id, {
      on: { reset: ({ seq }) => resets.push(seq), event: ({ type }) => heard.push(type) },
    });
    await until(() => resets.length === 1);
    talk.say("three");
    talk.finish();
    expect(await later.result).toBe("One two three");
    expect(resets).toEqual([5]);
    expect(heard).toEqual(["text.delta", "text.completed", "step.completed", "run.completed"]);
    expect(talk.calls).toHaveLength(1);
    expect(talk.calls[0]?.signal.aborted).toBe(false);
  });

  test("a thread over such a connection shows what the log holds", async () => {
    const { handler, port } = await serveAgents();
    const proxy = await cuttingProxy(port, 40, 150_000);
    const client = createClient<Served>({ url: proxy.url });
    const thread = client.thread({ agent: "teller" });
    const close = thread.subscribe(() => {});
    for (let turn = 1; turn <= 3; turn++) {
      expect(await thread.send(`Tell me ${turn}`)).toBe(true);
      await until(() => thread.state.runs.length === turn && thread.state.status === "idle");
    }
    close();
    const chain = await handler.runtime.chain(thread.state.run?.run ?? "");
    expect(thread.state.runs).toEqual(chain);
    expect(thread.state.messages).toEqual(chain.flatMap(({ messages }) => messages));
  }, 60_000);
});
