import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { conversation, open, texts } from "./open-thread.test.helper.ts";
import { completed, step } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
import type { ThreadOptions } from "./thread.ts";
import { serveThread } from "./thread-server.test.helper.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

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

  test("a listener that throws stops neither the others nor the connection", async () => {
    const server = await conversation();
    const thread = createClient({ url: server.url }).thread({
      agent: "assistant",
      thread: server.thread,
    });
    const uncaught = vi.fn();
    vi.stubGlobal("queueMicrotask", (task: () => void) => {
      Promise.resolve().then(task).catch(uncaught);
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    const mistake = new Error("in a listener");
    onTestFinished(
      thread.subscribe(() => {
        throw mistake;
      }),
    );
    const told = vi.fn();
    onTestFinished(thread.subscribe(told));
    expect(await thread.send("three?")).toBe(true);
    await until(() => thread.state.runs.length === 3 && thread.state.connection === "connected");
    expect(told).toHaveBeenCalled();
    expect(uncaught).toHaveBeenCalledWith(mistake);
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
    // The stream comes upon a run that is there already, and is over.
    let posted = () => {};
    const begun = new Promise<void>((resolve) => {
      posted = resolve;
    });
    const thread = createClient({
      url: server.url,
      async fetch(url, init) {
        if (url.includes("/events")) await begun;
        const response = await fetch(url, init);
        if (init.method === "POST") posted();
        return response;
      },
    }).thread({ agent: "assistant", on });
    onTestFinished(thread.subscribe(() => {}));
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
