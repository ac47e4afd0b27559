import type { Run } from "@runwire/core";
import type { NewEvent, RunEvent } from "@runwire/core/protocol";
import { describe, expect, test, vi } from "vitest";
import { createClient } from "./client.ts";
import type { Commands } from "./commands.ts";
import {
  type Answer,
  framesAfter,
  json,
  problem,
  serve,
  stream,
  type TestServer,
} from "./log-server.test.helper.ts";
import { completed, snapshotFrame, started, stateOf, toLog } from "./sample-log.test.helper.ts";
import { createToolRunner } from "./tool-runner.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));

const model = { agent: "assistant", model: "test/model" };
const opening: readonly NewEvent[] = [
  started(),
  { type: "step.started", step: 1, message: "m", ...model },
];
const called = (
  call: string,
  name: string,
  more?: { readonly executor: "client"; readonly needsApproval?: true },
): NewEvent => ({ type: "tool.called", call, name, input: { hint: call }, ...more });
const client = { executor: "client" } as const;
const stepDone: NewEvent = {
  type: "step.completed",
  step: 1,
  finishReason: "tool-calls",
  usage: { inputTokens: 1, outputTokens: 1 },
};
const waiting = (...calls: readonly string[]): NewEvent => ({
  type: "run.waiting",
  for: calls.map((call) => ({ type: "result", call })),
});

/** A server whose run says what the test appends. */
async function liveServer(result: Answer = (_, response) => json(response, {}, 202)) {
  const log: RunEvent[] = [];
  let push = () => {};
  const server = await serve((asked, response) => {
    if (asked.path.includes("/results/")) return result(asked, response);
    stream(response);
    let sent = asked.after;
    if (asked.query.get("snapshot") === "true" && log.length > 0) {
      response.write(snapshotFrame(stateOf(log)));
      sent = log.length;
    }
    push = () => {
      response.write(framesAfter(log, sent));
      sent = log.length;
    };
    push();
  });
  return {
    server,
    append(...events: readonly NewEvent[]) {
      log.push(...toLog(events, log.length + 1));
      push();
    },
  };
}

const results = (server: TestServer) =>
  server.asked.flatMap(({ path, body }) => {
    if (!path.includes("/results/")) return [];
    const { id: _, ...fields } = body as { id: string };
    return [{ call: path.split("/").at(-1), ...fields }];
  });

function handler() {
  const begun: string[] = [];
  const signals: AbortSignal[] = [];
  const answers: ((output: unknown) => void)[] = [];
  const pick = (input: unknown, { call, signal }: { call: string; signal: AbortSignal }) => {
    expect(input).toEqual({ hint: call });
    begun.push(call);
    signals.push(signal);
    return new Promise<never>((resolve) => answers.push(resolve as (output: unknown) => void));
  };
  return { begun, signals, answers, pick };
}

async function start(append: (...events: NewEvent[]) => void, url: string, pick: unknown) {
  const run = createClient({ url }).run("assistant", "Hi", { tools: { pick: pick as never } });
  append(...opening);
  await until(() => run.state !== undefined);
  return run;
}

describe("a client tool's call", () => {
  test("is run once when its step is committed, and its result is sent", async () => {
    const { server, append } = await liveServer();
    const { pick, begun, answers } = handler();
    const run = await start(append, server.url, pick);
    append(called("c1", "pick", client), called("c2", "other", client), called("c3", "pick"));
    await until(() => run.state?.seq === 5);
    expect(begun).toEqual([]);
    append(stepDone, waiting("c1", "c2"));
    await until(() => begun.length === 1);
    append({ type: "approval.resolved", id: "of another call", approved: true });
    await until(() => run.state?.seq === 8);
    answers[0]?.({ hex: "#fff" });
    await until(() => results(server).length === 1);
    expect(results(server)).toEqual([{ call: "c1", output: { hex: "#fff" } }]);
    append(
      { type: "run.resumed", epoch: 2, cause: "input" },
      { type: "tool.completed", call: "c1", name: "pick", output: { hex: "#fff" } },
      waiting("c2"),
    );
    await until(() => run.state?.waiting.length === 1);
    expect(begun).toEqual(["c1"]);
    append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
    await expect(run.result).rejects.toMatchObject({ code: "cancelled" });
  });

  test("that needs an approval is run after the yes, never after a no", async () => {
    const { server, append } = await liveServer();
    const { pick, begun } = handler();
    const run = await start(append, server.url, pick);
    const guarded = { ...client, needsApproval: true } as const;
    append(called("c1", "pick", guarded), called("c2", "pick", guarded), stepDone);
    const ask = (call: string): NewEvent => ({
      type: "approval.requested",
      id: `a-${call}`,
      call,
      name: "pick",
      input: { hint: call },
    });
    append(ask("c1"), ask("c2"));
    append({
      type: "run.waiting",
      for: ["c1", "c2"].map((call) => ({ type: "approval", id: `a-${call}`, call })),
    });
    await until(() => run.state?.status === "waiting");
    expect(begun).toEqual([]);
    append({ type: "approval.resolved", id: "a-c1", approved: false });
    append({ type: "approval.resolved", id: "a-c2", approved: true });
    await until(() => begun.length === 1);
    expect(begun).toEqual(["c2"]);
    append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
    await expect(run.result).rejects.toThrow();
  });

  test("waiting in a snapshot is run, as after a reload", async () => {
    const { server, append } = await liveServer();
    append(...opening, called("c1", "pick", client), stepDone, waiting("c1"));
    const { pick, answers } = handler();
    const run = createClient({ url: server.url }).follow("run_sample", {
      tools: { pick: pick as never },
    });
    await until(() => answers.length === 1);
    answers[0]?.("#000");
    await until(() => results(server).length === 1);
    append(
      { type: "run.resumed", epoch: 2, cause: "input" },
      { type: "tool.completed", call: "c1", name: "pick", output: "#000" },
      completed,
    );
    await run.result;
  });

  test("that throws fails, and nothing stands for no output", async () => {
    const { server, append } = await liveServer();
    const picks = (_: unknown, { call }: { call: string }) => {
      if (call === "c1") throw new Error("no screen");
    };
    const run = await start(append, server.url, picks);
    append(called("c1", "pick", client), called("c2", "pick", client), stepDone);
    append(waiting("c1", "c2"));
    await until(() => results(server).length === 2);
    expect(results(server)).toEqual(
      expect.arrayContaining([
        { call: "c1", error: { code: "tool-error", message: "no screen" } },
        { call: "c2", output: null },
      ]),
    );
    append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
    await expect(run.result).rejects.toThrow();
  });

  test("whose result is refused or cannot be sent fails, so that the run need not wait for ever", async () => {
    const { server, append } = await liveServer(({ body }, response) => {
      if ((body as { error?: object }).error) json(response, {}, 202);
      else problem(response, 413, "too-large");
    });
    const picks = (_: unknown, { call }: { call: string }) => (call === "c1" ? "much" : 1n);
    const run = await start(append, server.url, picks);
    append(called("c1", "pick", client), called("c2", "pick", client), stepDone);
    append(waiting("c1", "c2"));
    await until(() => results(server).length === 3);
    expect(results(server)).toEqual(
      expect.arrayContaining([
        { call: "c1", error: { code: "tool-error", message: expect.stringContaining("413") } },
        { call: "c2", error: { code: "tool-error", message: expect.stringContaining("BigInt") } },
      ]),
    );
    append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
    await expect(run.result).rejects.toThrow();
  });
});

test("a viewer that left and came back runs again what it did not finish, and nothing else", async () => {
  const state = stateOf(
    toLog([...opening, called("c1", "pick", client), called("c2", "pick", client), stepDone], 1),
  );
  const { pick, begun, answers } = handler();
  const result = vi.fn(async () => {});
  const runner = createToolRunner({
    tools: () => ({ pick: pick as never }),
    run: { id: "run_sample" } as Run,
    state: () => state,
    commands: { result } as unknown as Commands,
  });
  const look = () => runner.notice({ type: "snapshot", seq: state.seq, protocol: 1, state });
  look();
  await until(() => begun.length === 2);
  answers[0]?.("done");
  await until(() => result.mock.calls.length === 1);
  // The log's word that the call is completed has not come yet.
  runner.stop();
  look();
  await until(() => begun.length > 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual(["c1", "c2", "c2"]);
});

describe("a handler's signal fires", () => {
  test("when another viewer was first, and the refusal of this one's result hurts nobody", async () => {
    const { server, append } = await liveServer((_, response) => problem(response, 409, "closed"));
    const { pick, begun, signals, answers } = handler();
    const run = await start(append, server.url, pick);
    append(called("c1", "pick", client), called("c2", "pick", client), stepDone);
    append(waiting("c1", "c2"));
    await until(() => begun.length === 2);
    answers[1]?.("late");
    await until(() => results(server).length === 1);
    append(
      { type: "run.resumed", epoch: 2, cause: "input" },
      { type: "tool.completed", call: "c1", name: "pick", output: "theirs" },
    );
    await until(() => signals[0]?.aborted);
    answers[0]?.("mine");
    append({ type: "tool.completed", call: "c2", name: "pick", output: "theirs" }, completed);
    await run.result;
    expect(results(server)).toHaveLength(1);
  });

  test.each(["the run ends", "the watching ends"])("when %s", async (why) => {
    const { server, append } = await liveServer();
    const { pick, signals } = handler();
    const stop = new AbortController();
    const run = createClient({ url: server.url }).run("assistant", "Hi", {
      tools: { pick: pick as never },
      signal: stop.signal,
    });
    append(...opening, called("c1", "pick", client), stepDone, waiting("c1"));
    await until(() => signals.length === 1);
    expect(signals[0]?.aborted).toBe(false);
    if (why === "the run ends") {
      append({ type: "run.cancelled", usage: { inputTokens: 0, outputTokens: 0 } });
    } else stop.abort();
    await expect(run.result).rejects.toThrow();
    expect(signals[0]?.aborted).toBe(true);
  });
});
