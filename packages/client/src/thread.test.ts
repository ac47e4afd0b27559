import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { problem } from "./log-server.test.helper.ts";
import { conversation, open, texts } from "./open-thread.test.helper.ts";
import { completed, step } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
import type { ThreadOptions } from "./thread.ts";
import { serveThread } from "./thread-server.test.helper.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

describe("opening", () => {
  test("a new conversation asks for nothing, and is idle", async () => {
    const server = await serveThread();
    const { thread } = open(server, { thread: undefined });
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asked).toHaveLength(0);
    expect(thread.state).toMatchObject({ thread: undefined, status: "idle", messages: [] });
  });

  test("a conversation loads its branch and follows what comes", async () => {
    const server = await conversation();
    const { thread } = open(server);
    expect(thread.state).toMatchObject({ status: "loading", messages: [] });
    await until(() => thread.state.connection === "connected");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:two"]);
    expect(thread.state.status).toBe("idle");
    expect(thread.state.runs.map(({ run }) => run)).toEqual(["run_a", "run_b"]);
    expect(thread.state.usage).toEqual({ inputTokens: 2, outputTokens: 2 });
    server.begin("run_c", { input: "three?", previous: "run_b" });
    await until(() => thread.state.status === "running");
    server.append("run_c", ...step(1, ["th", "ree"], "run_c"));
    server.append("run_c", completed);
    await until(() => thread.state.status === "idle");
    expect(texts(thread).slice(4)).toEqual(["u:three?", "a:three"]);
    expect(server.asked).toHaveLength(2);
  });

  test("with `initial` needs no load, and shows it before anybody subscribes", async () => {
    const server = await conversation();
    const client = createClient({ url: server.url });
    const initial = await client.load("assistant", server.thread);
    const { thread } = open(server, { initial });
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:two"]);
    expect(thread.initial).toBe(thread.state);
    expect(thread.state.status).toBe("idle");
    await until(() => thread.state.connection === "connected");
    expect(server.asked.map(({ path }) => path)).toEqual([
      "/threads/thr_1",
      "/threads/thr_1/events",
    ]);
    expect(server.asked[1]?.query.get("after")).toBe(`run_b/${server.logs.get("run_b")?.length}`);
  });

  test("an id that nobody has used is followed before its first run", async () => {
    const server = await serveThread();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    expect(thread.state.status).toBe("idle");
    server.begin("run_a", { input: "from another tab" });
    await until(() => thread.state.messages.length === 1);
    expect(thread.state.status).toBe("running");
  });

  test("an open run goes on where it is", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    server.append("run_c", ...step(1, ["th"], "run_c").slice(0, -2));
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    expect(thread.state.status).toBe("running");
    expect(texts(thread).at(-1)).toBe("a:th");
    server.append("run_c", { type: "text.delta", id: "p1", delta: "ree" });
    await until(() => texts(thread).at(-1) === "a:three");
  });

  test("survives connections that break, each event taken once", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "count", previous: "run_b" });
    server.append("run_c", ...step(1, [], "run_c").slice(0, 2));
    const { thread } = open(server);
    const words = Array.from({ length: 30 }, (_, index) => `${index} `);
    for (const [index, delta] of words.entries()) {
      await until(() => server.viewers.size > 0);
      server.append("run_c", { type: "text.delta", id: "p1", delta });
      if (index % 3 === 0) server.cut();
    }
    server.append("run_c", completed);
    await until(() => thread.state.status === "idle");
    expect(texts(thread).at(-1)).toBe(`a:${words.join("")}`);
  });

  test("closes with the last subscriber, and goes on from there with the next", async () => {
    const server = await conversation();
    const { thread, close } = open(server);
    await until(() => server.viewers.size === 1);
    const closeOther = thread.subscribe(() => {});
    close();
    closeOther();
    const again = thread.subscribe(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.viewers.size).toBe(1);
    again();
    await until(() => server.viewers.size === 0);
    server.begin("run_c", { input: "three?", previous: "run_b" });
    onTestFinished(thread.subscribe(() => {}));
    await until(() => thread.state.messages.length === 5);
    expect(server.asked.map(({ path }) => path)).toEqual([
      "/threads/thr_1",
      "/threads/thr_1/events",
      "/threads/thr_1/events",
    ]);
  });

  test("what the server refuses is an error that says why, and the next action tries again", async () => {
    const server = await conversation();
    server.refuse((_, response) => {
      problem(response, 401, "unauthorized");
      return true;
    });
    const { thread } = open(server);
    await until(() => thread.state.status === "error");
    expect(thread.state.error).toMatchObject({ name: "ClientError", code: "unauthorized" });
    server.refuse(() => false);
    expect(await thread.send("three?")).toBe(true);
    await until(() => thread.state.messages.length === 5);
    expect(thread.state.error).toBeUndefined();
  });
});

describe("publishing", () => {
  test("many events are one notification, and the end is told at once", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread, states } = open(server);
    await until(() => thread.state.connection === "connected");
    states.length = 0;
    server.append("run_c", ...step(1, Array(2_000).fill("x"), "run_c"));
    await until(() => thread.state.run?.steps === 1);
    expect(states.length).toBeLessThan(20);
    const events = server.logs.get("run_c")?.length ?? 0;
    server.append("run_c", completed);
    await until(() => thread.state.status === "idle");
    expect(states.at(-1)?.run?.seq).toBe(events + 1);
    expect(states.every((state, index) => state !== states[index - 1])).toBe(true);
  });

  test("keeps what did not change", async () => {
    const server = await conversation();
    const { thread, states } = open(server);
    await until(() => thread.state.connection === "connected");
    server.begin("run_c", { input: "three?", previous: "run_b" });
    server.append("run_c", ...step(1, ["a"], "run_c").slice(0, -2));
    await until(() => texts(thread).at(-1) === "a:a");
    const before = thread.state;
    server.append("run_c", { type: "text.delta", id: "p1", delta: "b" });
    await until(() => texts(thread).at(-1) === "a:ab");
    const after = thread.state;
    expect(after.messages).not.toBe(before.messages);
    for (const index of [0, 1, 2, 3, 4]) {
      expect(after.messages[index]).toBe(before.messages[index]);
    }
    expect(after.messages[5]).not.toBe(before.messages[5]);
    for (const key of ["approvals", "branches", "usage"] as const) {
      expect(after[key]).toBe(before[key]);
    }
    expect(after.runs[0]).toBe(before.runs[0]);
    server.cut();
    await until(() => states.at(-1) !== after && thread.state.connection === "connected");
    expect(thread.state.messages).toBe(after.messages);
  });

  test("finds a message by its id, wherever it is now", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.messages.length === 4);
    for (const message of thread.state.messages) expect(thread.message(message.id)).toBe(message);
    expect(thread.message("none")).toBeUndefined();
    await thread.regenerate();
    await until(() => thread.state.messages.length === 3);
    for (const message of thread.state.messages) expect(thread.message(message.id)).toBe(message);
    expect(thread.message("run_b.m")).toBeUndefined();
  });
});

describe("callbacks", () => {
  test("hear an open run as one reset, and then each event; those of the moment count", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const heard: string[] = [];
    const callbacks = (who: string): NonNullable<ThreadOptions["on"]> => ({
      reset: ({ run, seq }) => heard.push(`${who} ${run} ${seq}`),
      event: ({ type }, run) => heard.push(`${who} ${type} of ${run.id} at ${run.state?.seq}`),
    });
    let on = callbacks("first");
    const thread = createClient({ url: server.url }).thread({
      agent: "assistant",
      thread: server.thread,
      get on() {
        return on;
      },
    });
    onTestFinished(thread.subscribe(() => {}));
    await until(() => thread.state.connection === "connected");
    server.append("run_c", { type: "warning.raised", code: "x", message: "x" });
    await until(() => thread.state.run?.warnings.length === 1);
    on = callbacks("second");
    server.append("run_c", completed);
    await until(() => thread.state.status === "idle");
    expect(heard).toEqual([
      "first run_c 1",
      "first warning.raised of run_c at 2",
      "second run.completed of run_c at 3",
    ]);
  });

  test("hear every event of a run that begins meanwhile, the first run of a thread included", async () => {
    const server = await serveThread();
    const heard: string[] = [];
    const on: NonNullable<ThreadOptions["on"]> = {
      reset: ({ run }) => heard.push(`reset ${run}`),
      event: ({ type, seq }) => heard.push(`${seq} ${type}`),
    };
    const { thread } = open(server, { thread: undefined, on });
    for (const [turn, question] of ["one?", "two?"].entries()) {
      server.refuse(({ path, body }, response) => {
        if (!path.startsWith("/agents")) return false;
        const { run } = body as { run: string };
        server.begin(run, { input: question, ...(turn > 0 && { previous: server.head() }) });
        server.append(run, completed);
        response.writeHead(202).end();
        return true;
      });
      await thread.send(question);
      await until(() => thread.state.runs.length === turn + 1 && thread.state.status === "idle");
    }
    expect(heard).toEqual(["1 run.started", "2 run.completed", "1 run.started", "2 run.completed"]);
  });
});
