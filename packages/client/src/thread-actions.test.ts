import { beforeEach, describe, expect, test, vi } from "vitest";
import { problem } from "./log-server.test.helper.ts";
import { conversation, open, texts } from "./open-thread.test.helper.ts";
import { completed, step } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
import { serveThread } from "./thread-server.test.helper.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

const usage = { inputTokens: 0, outputTokens: 0 };

describe("sending", () => {
  test("the first message makes the thread, and is shown before anybody answers", async () => {
    const server = await serveThread();
    const { thread, states } = open(server, { thread: undefined });
    const sent = thread.send("Hi");
    expect(thread.state.status).toBe("submitting");
    expect(texts(thread)).toEqual(["u:Hi"]);
    expect(thread.state.thread).toMatch(/^thr_[0-9a-f]{32}$/);
    expect(await sent).toBe(true);
    await until(() => thread.state.status === "running");
    const [start] = server.sent();
    expect(start?.path).toBe("/agents/assistant/runs");
    expect(start?.headers.prefer).toBe("respond-async");
    expect(start?.body).toEqual({
      input: "Hi",
      message: thread.state.messages[0]?.id,
      run: thread.state.run?.run,
      thread: thread.state.thread,
    });
    // The shown message never left, and was never there twice.
    for (const state of states) expect(state.messages.map(({ id }) => id)).toHaveLength(1);
  });

  test("steers the run that is open", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread, states } = open(server);
    await until(() => thread.state.status === "running");
    const sent = thread.send("Hurry!");
    expect(texts(thread).at(-1)).toBe("u:Hurry!");
    expect(thread.state.status).toBe("running");
    expect(await sent).toBe(true);
    await until(() => thread.state.run?.messages.length === 2);
    expect(texts(thread)).toHaveLength(6);
    for (const { messages } of states) {
      expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    }
    expect(server.sent()[0]?.path).toBe("/runs/run_c/messages");
  });

  test("starts the next run when the open one ends in just that moment", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    server.refuse(({ path }, response) => {
      if (!path.endsWith("/messages")) return false;
      problem(response, 409, "closed");
      server.append("run_c", completed);
      return true;
    });
    expect(await thread.send("four?")).toBe(true);
    await until(() => thread.state.runs.length === 4);
    expect(texts(thread).slice(-2)).toEqual(["u:three?", "u:four?"]);
  });

  test("starts the next run when the open one is being cancelled and refuses the message", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    server.refuse(({ path, body }, response) => {
      if (!path.endsWith("/messages")) return false;
      response.writeHead(202).end();
      const { id: command } = body as { id: string };
      server.append(
        "run_c",
        { type: "cancel.requested" },
        { type: "command.rejected", command, kind: "message", reason: "cancelled" },
        { type: "run.cancelled", usage },
      );
      return true;
    });
    expect(await thread.send("four?")).toBe(true);
    await until(() => thread.state.runs.length === 4);
    expect(server.sent().at(-1)?.body).toMatchObject({ busy: "queue" });
    expect(texts(thread).slice(-2)).toEqual(["u:three?", "u:four?"]);
  });

  test("goes to the run that another viewer started in the meantime", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    server.refuse(({ path }, response) => {
      if (!path.startsWith("/agents")) return false;
      server.begin("run_c", { input: "theirs", previous: "run_b" });
      response
        .writeHead(409, { "content-type": "application/problem+json" })
        .end(JSON.stringify({ type: "urn:runwire:problem:busy", status: 409, run: "run_c" }));
      return true;
    });
    const both = [thread.send("mine"), thread.send("and mine")];
    expect(await Promise.all(both)).toEqual([true, true]);
    await until(() => thread.state.runs.length === 3 && thread.state.run?.messages.length === 3);
    expect(texts(thread).slice(-3)).toEqual(["u:theirs", "u:mine", "u:and mine"]);
  });

  test("twice in a row is a start and a message to it", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    const both = [thread.send("three?"), thread.send("and four?")];
    expect(texts(thread).slice(-2)).toEqual(["u:three?", "u:and four?"]);
    expect(await Promise.all(both)).toEqual([true, true]);
    await until(() => thread.state.run?.messages.length === 2);
    expect(server.sent().map(({ path }) => path.split("/").at(-1))).toEqual(["runs", "messages"]);
  });

  test("what is refused goes away again, and the error says why until the next action", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    server.refuse(({ path }, response) => {
      if (path.startsWith("/agents")) problem(response, 413, "too-large");
      return path.startsWith("/agents");
    });
    expect(await thread.send("three?")).toBe(false);
    expect(texts(thread)).toHaveLength(4);
    expect(thread.state).toMatchObject({ status: "error", error: { code: "too-large" } });
    server.refuse(() => false);
    const sent = thread.send("again");
    expect(thread.state).toMatchObject({ status: "submitting", error: undefined });
    expect(await sent).toBe(true);
  });
});

test("what is only being started is not mistaken for the run before it when it is asked again", async () => {
  const server = await conversation();
  const { thread } = open(server);
  await until(() => thread.state.connection === "connected");
  // The start is accepted, and the stream is late.
  server.refuse(({ path }, response) => {
    if (path.startsWith("/agents")) response.writeHead(202).end();
    return path.startsWith("/agents");
  });
  void thread.send("three?");
  expect(await thread.regenerate()).toBe(false);
  expect(server.sent()).toHaveLength(1);
  expect(texts(thread).at(-1)).toBe("u:three?");
});

test("what is only being started is cancelled when an earlier message is edited", async () => {
  const server = await conversation();
  const { thread } = open(server);
  await until(() => thread.state.connection === "connected");
  server.refuse(({ path }, response) => {
    const late = path.startsWith("/agents") || path.endsWith("/cancel");
    if (late) response.writeHead(202).end();
    return late;
  });
  const [first] = thread.state.messages;
  void thread.send("three?");
  expect(await thread.edit(first?.id ?? "", "One?")).toBe(true);
  const [start, cancel, branch] = server.sent();
  const { run } = start!.body as { run: string };
  expect(cancel?.path).toBe(`/runs/${run}/cancel`);
  expect(branch?.body).toMatchObject({ input: "One?", previous: null });
});

describe("stopping", () => {
  test("cancels the run that is open, also one that is only being started", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    expect(await thread.stop()).toBe(false);
    void thread.send("three?");
    expect(await thread.stop({ reason: "enough" })).toBe(true);
    await until(() => thread.state.run?.status === "cancelled");
    expect(thread.state.status).toBe("idle");
    expect(server.sent().at(-1)?.body).toMatchObject({ reason: "enough" });
  });

  test("a run that ended meanwhile is stopped as well as can be", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    server.refuse(({ path }, response) => {
      if (path.endsWith("/cancel")) problem(response, 409, "closed");
      return path.endsWith("/cancel");
    });
    expect(await thread.stop()).toBe(true);
    expect(thread.state.error).toBeUndefined();
  });
});

describe("approvals and results", () => {
  test("are listed while they are open, and answered by their ids", async () => {
    const server = await serveThread();
    server.begin("run_a", { input: "write" });
    const call = (id: string, executor?: "client") =>
      ({
        type: "tool.called",
        call: id,
        name: "write",
        input: { n: 1 },
        ...(executor && { executor }),
      }) as const;
    const [stepStarted] = step(1, [], "run_a");
    server.append(
      "run_a",
      stepStarted!,
      call("c1"),
      call("c2"),
      call("c3", "client"),
      { type: "step.completed", step: 1, finishReason: "tool-calls", usage },
      { type: "approval.requested", id: "a1", call: "c1", name: "write", input: { n: 1 } },
      { type: "approval.requested", id: "a2", call: "c2", name: "write", input: { n: 1 } },
      {
        type: "run.waiting",
        for: [
          { type: "approval", id: "a1", call: "c1" },
          { type: "approval", id: "a2", call: "c2" },
          { type: "result", call: "c3" },
        ],
      },
    );
    const { thread } = open(server);
    await until(() => thread.state.status === "waiting");
    expect(thread.state.approvals.map(({ part }) => part.approval.id)).toEqual(["a1", "a2"]);
    const { approvals } = thread.state;
    server.append("run_a", { type: "warning.raised", code: "x", message: "x" });
    await until(() => thread.state.run?.warnings.length === 1);
    expect(thread.state.approvals).toBe(approvals);
    expect(await thread.approve("a1", { input: { n: 2 } })).toBe(true);
    expect(await thread.deny("a2", { reason: "no" })).toBe(true);
    expect(await thread.complete("c3", "done")).toBe(true);
    expect(server.sent().map(({ path, body }) => ({ path, ...(body as object) }))).toMatchObject([
      { path: "/runs/run_a/approvals/a1", approved: true, input: { n: 2 } },
      { path: "/runs/run_a/approvals/a2", approved: false, reason: "no" },
      { path: "/runs/run_a/results/c3", output: "done" },
    ]);
    server.append(
      "run_a",
      { type: "approval.resolved", id: "a1", approved: true },
      { type: "approval.resolved", id: "a2", approved: false },
    );
    await until(() => thread.state.approvals.length === 0);
    server.append("run_a", { type: "run.cancelled", usage });
    await until(() => thread.state.status === "idle");
    expect(await thread.approve("a1")).toBe(false);
  });
});
