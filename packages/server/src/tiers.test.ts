import { type AgentWorker, agent, compacted, createWorker, memoryLog } from "@runwire/core";
import { foldAll, lastText, type RunEvent } from "@runwire/core/protocol";
import { expect, onTestFinished, test } from "vitest";
import { createHandler } from "./handler.ts";
import { cast, follow, framesOf, stateOf, textOf, typesOf } from "./serving.test.helper.ts";

/** A tier that serves and one that works. The agents of the first have no model at all. */
function tiers() {
  const { agents, talk } = cast();
  const log = memoryLog();
  const idle = agents.map(({ name, tools }) => agent({ name, tools: tools as never }));
  const handler = createHandler({ agents: idle, log, recover: false });
  const workers: AgentWorker[] = [];
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker.close({ deadlineMs: 0 })));
    await handler.close({ deadlineMs: 0 });
  });
  const call = (path: string, json?: unknown, headers: Record<string, string> = {}) =>
    handler(
      new Request(`http://localhost${path}`, {
        headers: { "content-type": "application/json", ...headers },
        ...(json !== undefined && { method: "POST", body: JSON.stringify(json) }),
      }),
    );
  const work = () => {
    const worker = createWorker({ agents, log });
    workers.push(worker);
    return worker;
  };
  return { call, log, talk, work };
}

test("a run is started and streamed by one tier, and run by the other", async () => {
  const { call, work } = tiers();
  const viewer = follow(await call("/agents/greeter/runs", { input: "Hi" }));
  await viewer.until("run.started");
  work();
  const rest = await viewer.rest();
  expect(textOf(rest)).toBe("Hello, wide world");
  expect(typesOf(rest).at(-1)).toBe("run.completed");
});

test("approvals, steering and cancel go through the tier that serves", async () => {
  const { call, talk, work } = tiers();
  work();
  const run = "run_0123456789abcdef";
  const erasing = follow(await call("/agents/eraser/runs", { input: "Erase it", run }));
  const asked = await erasing.until("approval.requested");
  const id = asked.frame.type === "approval.requested" ? asked.frame.id : "";
  expect((await call(`/runs/${run}/approvals/${id}`, { approved: true })).status).toBe(202);
  expect(textOf(await erasing.rest())).toBe("Done.");

  const started = await call("/agents/puppet/runs", { input: "Talk" }, { prefer: "respond-async" });
  const { run: talking } = (await started.json()) as { run: string };
  const viewer = follow(await call(`/runs/${talking}/events`));
  await viewer.until("text.started");
  talk.say("One ");
  await viewer.until("text.delta");
  expect((await call(`/runs/${talking}/messages`, { input: "And two" })).status).toBe(202);
  await viewer.until("message.received");
  expect((await call(`/runs/${talking}/cancel`, {})).status).toBe(202);
  expect(typesOf(await viewer.rest()).at(-1)).toBe("run.cancelled");
  expect(talk.aborted()).toBe(true);
});

test("a run that was compacted is the same to whoever comes, with whatever cursor", async () => {
  const { call, log, work } = tiers();
  work();
  const before = await framesOf(await call("/agents/greeter/runs", { input: "Hi" }));
  const events = before.map(({ frame }) => frame as RunEvent);
  const [first] = events;
  const run = first?.type === "run.started" ? first.run : "";
  const short = compacted(events);
  expect(short.length).toBeLessThan(events.length);
  expect(await log.compact(run, short)).toBe("ok");
  const whole = (await framesOf(await call(`/runs/${run}/events`))).map(({ frame }) => frame);
  expect(whole).toEqual(short);
  expect(lastText(foldAll(whole as RunEvent[])?.messages ?? [])).toBe("Hello, wide world");
  for (const { id } of before) {
    const again = await framesOf(
      await call(`/runs/${run}/events`, undefined, { "last-event-id": id ?? "" }),
    );
    expect(typesOf(again)).toEqual(["snapshot"]);
    const state = again[0] && stateOf(again[0]);
    expect({ ...state, seq: 0 }).toEqual({ ...foldAll(events), seq: 0 });
  }
});
