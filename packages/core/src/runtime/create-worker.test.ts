import "../simulation/virtual-time.ts";

import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import type { AgentDefinition } from "../definition.ts";
import { segmentEvents } from "../log/segment.ts";
import type { Model } from "../model.ts";
import type { RunEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import { lastText } from "../protocol/selectors.ts";
import { runUntil, settled, within } from "../simulation/virtual-time.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { tool } from "../tool.ts";
import { useBench } from "./bench.test.helper.ts";
import { createWorker } from "./create-worker.ts";
import type { WorkerOptions } from "./work-options.ts";

const bench = useBench();

/** What agents must never do in the web tier. */
const forbidden: Model = {
  id: "web/none",
  stream() {
    throw new Error("The web tier asked a model.");
  },
};

/** A process that serves requests and one that works, over one log. The web tier's agents must not run. */
function tiers(definition: AgentDefinition, options: Partial<WorkerOptions> = {}) {
  const idle = agent({ ...definition, model: forbidden } as never);
  const web = bench().runtime([idle], { recover: false });
  return { web, work: () => bench().worker([definition], options) };
}

const slow = (text = "One two three.", delayMs = 10) =>
  agent({ name: "a", model: scriptedModel(() => ({ text }), { delayMs }) });

describe("a web tier", () => {
  it("does not work: what it starts waits for a worker, and can be followed meanwhile", async () => {
    const { web, work } = tiers(slow());
    const run = await bench().start(web);
    const seen: RunEvent[] = [];
    const following = (async () => {
      for await (const item of web.tail(run)) {
        if (item.type === "events") seen.push(...segmentEvents(item.segment));
      }
    })();
    await runUntil(() => Date.now() > 1_800_000_060_000, 120_000);
    expect(await bench().types(run)).toEqual(["run.started"]);
    expect(await web.state(run)).toMatchObject({ status: "running", steps: 0 });
    work();
    expect(lastText((await bench().end(run)).messages)).toBe("One two three.");
    await within(10_000, following);
    expect(seen).toEqual(await bench().events(run));
    expect(lastText(foldAll(seen)?.messages ?? [])).toBe("One two three.");
  });

  it("takes no model for a run, and says why", async () => {
    const { web } = tiers(slow());
    await expect(
      web.start({ agent: "a", input: "Hi", model: scriptedModel([{ text: "Hi" }]) }),
    ).rejects.toMatchObject({ code: "invalid-start", message: expect.stringContaining("recover") });
  });

  it("steers what runs elsewhere", async () => {
    const model = scriptedModel(
      ({ messages }) => ({
        text: messages.length > 2 ? "Both." : "One two three four.",
      }),
      { delayMs: 10 },
    );
    const { web, work } = tiers(agent({ name: "a", model }));
    work();
    const run = await bench().start(web);
    await bench().until(run, "step.started");
    await bench().say(web, run, "Also this.");
    const state = await bench().end(run);
    expect(await bench().types(run)).toContain("message.received");
    expect(lastText(state.messages)).toBe("Both.");
  });

  it("approves what waits elsewhere, also while no worker is there", async () => {
    const done: string[] = [];
    const act = tool({
      description: "act",
      input: z.object({ what: z.string() }),
      needsApproval: true,
      execute: ({ what }) => {
        done.push(what);
        return what;
      },
    });
    const a = agent({
      name: "a",
      tools: { act },
      model: scriptedModel([
        { calls: [{ name: "act", input: { what: "it" } }] },
        { text: "Done." },
      ]),
    });
    const { web, work } = tiers(a);
    const first = work();
    const run = await bench().start(web);
    const { id } = await bench().until(run, "approval.requested");
    await within(10_000, first.close());
    expect(first.running).toBe(0);
    await bench().send(web, run, { type: "approval", approval: id, approved: true });
    await settled();
    expect(done).toEqual([]);
    work();
    expect(await bench().end(run)).toMatchObject({ status: "completed" });
    expect(done).toEqual(["it"]);
  });

  it("cancels what runs elsewhere, at once", async () => {
    const { web, work } = tiers(slow("One two three.", 60_000));
    work();
    const run = await bench().start(web);
    await bench().until(run, "step.started");
    const before = Date.now();
    await bench().send(web, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    expect(Date.now() - before).toBeLessThan(1_000);
    expect(await bench().types(run)).not.toContain("run.resumed");
  });

  it("cancels what nobody works on, and asks no model for that", async () => {
    const { web } = tiers(slow());
    const run = await bench().start(web);
    await bench().send(web, run, { type: "cancel" });
    expect(await bench().end(run)).toMatchObject({ status: "cancelled" });
    expect(await bench().types(run)).not.toContain("step.started");
    expect(bench().errors).toEqual([]);
  });
});

describe("a worker", () => {
  it("takes no more than it has room for; the rest waits, fair between threads", async () => {
    const { web, work } = tiers(slow("Done.", 100), { concurrency: 2 });
    const many: string[] = [];
    for (let n = 0; n < 6; n++) {
      many.push(await bench().start(web, { thread: "t1", previous: null }));
    }
    const other = await bench().start(web, { thread: "t2" });
    const worker = work();
    let most = 0;
    const all = Promise.all(
      [...many, other].map(async (run) => {
        const started = await bench().until(run, "step.started");
        most = Math.max(most, worker.running);
        return { run, at: started.at };
      }),
    );
    const order = (await within(60_000, all)).sort((a, b) => a.at - b.at).map(({ run }) => run);
    for (const run of order) await bench().end(run);
    expect(most).toBeLessThanOrEqual(2);
    // Of the first thread's six runs five came before it, and would be before it in a plain queue.
    expect(order.indexOf(other)).toBeLessThanOrEqual(2);
  });

  it("shares the runs with the other workers: each run is worked on once", async () => {
    const { web, work } = tiers(slow("Done.", 100), { concurrency: 3 });
    const workers = [work(), work()];
    const runs: string[] = [];
    for (let n = 0; n < 6; n++) runs.push(await bench().start(web));
    await runUntil(() => workers.every(({ running }) => running === 3), 1_000);
    expect(workers.map(({ running }) => running)).toEqual([3, 3]);
    for (const run of runs) {
      await bench().end(run);
      expect(await bench().types(run)).not.toContain("run.resumed");
    }
  });

  it("that is closed ends what ends in time, hands over the rest, and leaves the queue alone", async () => {
    const quick = slow("One two.", 100);
    const { web } = tiers(quick);
    const long = agent({ ...slow("Long.", 100_000), name: "long" } as never);
    const webLong = bench().runtime([long], { recover: false });
    const worker = bench().worker([quick, long], { concurrency: 2 });
    const [ends, stays] = [await bench().start(web), await bench().start(webLong)];
    await bench().until(ends, "text.delta");
    await bench().until(stays, "step.started");
    const closed = worker.close({ deadlineMs: 1_000 });
    const queued = await bench().start(web);
    await within(10_000, closed);
    expect(worker.running).toBe(0);
    expect((await bench().log.find(ends))?.status).toBe("ended");
    expect(await bench().types(queued)).toEqual(["run.started"]);
    const before = Date.now();
    bench().worker([quick, agent({ ...slow("Short.", 1), name: "long" } as never)]);
    expect(lastText((await bench().end(stays)).messages)).toBe("Short.");
    expect(await bench().until(stays, "run.resumed")).toMatchObject({ cause: "handover" });
    expect(await bench().end(queued)).toMatchObject({ status: "completed" });
    // Nobody had to wait for a lease to run out.
    expect(Date.now() - before).toBeLessThan(2_000);
  });

  it("holds its process until it is closed, though nothing runs", async () => {
    const index = new URL("../index.ts", import.meta.url).href;
    const program = `
      import { createWorker, memoryLog } from ${JSON.stringify(index)};
      const worker = createWorker({ agents: [], log: memoryLog() });
      process.once("SIGTERM", () => worker.close().then(() => console.log("closed")));
      process.stdin.unref();
      console.log("waiting");
    `;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program]);
    let said = "";
    const gone = once(child, "exit");
    child.stdout.on("data", (data: Buffer) => {
      said += data;
      // By then a process that nothing holds would have ended by itself.
      if (said === "waiting\n") child.kill("SIGTERM");
    });
    expect(await gone).toEqual([0, null]);
    expect(said).toBe("waiting\nclosed\n");
  });

  it("needs room for one run at least", () => {
    const options = { agents: [slow()], log: bench().log };
    for (const concurrency of [0, -1, Number.NaN]) {
      expect(() => createWorker({ ...options, concurrency })).toThrow(TypeError);
    }
  });
});
