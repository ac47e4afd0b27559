import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { problem } from "./log-server.test.helper.ts";
import { conversation, open, texts } from "./open-thread.test.helper.ts";
import { completed, step } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
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

  test("a viewer's tool that a close cut off begins again, and nothing is told twice", async () => {
    const server = await serveThread();
    server.begin("run_a", { input: "paint" });
    const begun: AbortSignal[] = [];
    const resets: string[] = [];
    const { thread, close } = open(server, {
      on: { reset: ({ run }) => resets.push(run) },
      tools: {
        pick: (_, { signal }) => {
          begun.push(signal);
          return new Promise<never>(() => {});
        },
      },
    });
    await until(() => thread.state.status === "running");
    const [stepStarted] = step(1, [], "run_a");
    server.append(
      "run_a",
      stepStarted!,
      { type: "tool.called", call: "c", name: "pick", input: {}, executor: "client" },
      {
        type: "step.completed",
        step: 1,
        finishReason: "tool-calls",
        usage: { inputTokens: 0, outputTokens: 0 },
      },
    );
    await until(() => begun.length === 1);
    close();
    await until(() => begun[0]?.aborted);
    onTestFinished(thread.subscribe(() => {}));
    await until(() => begun.length === 2);
    expect(begun[1]?.aborted).toBe(false);
    expect(resets).toEqual(["run_a"]);
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

describe("a run that fails", () => {
  test("is an error until the next action", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const error = { code: "limit", message: "Too many steps." };
    server.append("run_c", {
      type: "run.failed",
      error,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
    await until(() => thread.state.status === "error");
    expect(thread.state.error).toMatchObject({ name: "RunFailedError", code: "limit" });
    const shown = thread.state.error;
    server.cut();
    await until(() => server.asked.length === 3 && thread.state.connection === "connected");
    expect(thread.state.error).toBe(shown);
    void thread.send("again");
    expect(thread.state).toMatchObject({ status: "submitting", error: undefined });
    await until(() => thread.state.status === "running");
  });
});

describe("a queue", () => {
  test("is shown run by run: what waits comes when its turn comes", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    server.begin("run_d", { input: "four?", previous: "run_c" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    expect(texts(thread).at(-1)).toBe("u:three?");
    server.append("run_c", ...step(1, ["three"], "run_c"), completed);
    await until(() => thread.state.runs.length === 4);
    expect(texts(thread).slice(4)).toEqual(["u:three?", "a:three", "u:four?"]);
  });
});
