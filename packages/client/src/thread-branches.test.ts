import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { problem, replay } from "./log-server.test.helper.ts";
import { conversation, open, texts } from "./open-thread.test.helper.ts";
import { completed, started, step, toLog } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
import { serveThread } from "./thread-server.test.helper.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

const _usage = { inputTokens: 0, outputTokens: 0 };

describe("branches", () => {
  test("regenerate asks the same again, from before the newest run", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    const asked = thread.state.messages[2];
    const done = thread.regenerate();
    await until(() => thread.state.messages.length === 3);
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?"]);
    expect(thread.state.messages[2]?.id).not.toBe(asked?.id);
    expect(await done).toBe(true);
    expect(server.sent()[0]?.body).toMatchObject({ input: asked?.parts, previous: "run_a" });
    await until(() => thread.state.status === "running");
    const run = thread.state.run?.run ?? "";
    server.append(run, ...step(1, ["zwei"], run), completed);
    await until(() => thread.state.status === "idle");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:zwei"]);
    expect(thread.state.branches).toEqual({ [run]: ["run_b", run] });
  });

  test("of the first run begins the conversation anew", async () => {
    const server = await serveThread();
    server.begin("run_a", { input: "one?" });
    server.append("run_a", ...step(1, ["one"], "run_a"), completed);
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    await thread.regenerate();
    expect(server.sent()[0]?.body).toMatchObject({ previous: null });
    await until(() => thread.state.status === "running");
    expect(texts(thread)).toEqual(["u:one?"]);
    expect(thread.state.branches).toEqual({
      [thread.state.run?.run ?? ""]: ["run_a", thread.state.run?.run],
    });
  });

  test("regenerate keeps what the run was given: history, metadata, MCP servers, model", async () => {
    const server = await serveThread();
    const history = { id: "h", role: "assistant" as const, parts: [] };
    const [first, ...rest] = toLog([started({ run: "run_a", input: "one?" }), completed]);
    if (first?.type !== "run.started") throw new Error("A log begins with run.started.");
    const options = { metadata: { tone: "dry" }, mcpServers: ["github"], model: "x/a" };
    const given = { ...first, messages: [history, ...first.messages], ...options };
    server.logs.set("run_a", []);
    server.append("run_a", given, ...rest);
    server.begin("run_a");
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    await thread.regenerate();
    expect(server.sent()[0]?.body).toMatchObject({
      history: [history],
      ...options,
      input: [{ type: "text", text: "one?" }],
    });
  });

  test("each start asks for the model and the MCP servers that are chosen at that moment", async () => {
    const server = await serveThread();
    const chosen = { model: "x/a", mcpServers: ["files"] };
    const options = { agent: "assistant", thread: server.thread, ...chosen };
    const thread = createClient({ url: server.url }).thread(options);
    onTestFinished(thread.subscribe(() => {}));
    await thread.send("one?");
    await until(() => thread.state.status === "running");
    options.model = "x/b";
    options.mcpServers = [];
    await thread.regenerate();
    const asked = server
      .sent()
      .filter(({ path }) => path.startsWith("/agents/"))
      .map(({ body }) => body);
    expect(asked).toMatchObject([chosen, { model: "x/b", mcpServers: [] }]);
  });

  test("regenerate ends the run that is open", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    server.append("run_c", ...step(1, ["wrong"], "run_c").slice(0, 3));
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    expect(await thread.regenerate()).toBe(true);
    await until(() => thread.state.run?.run !== "run_c" && thread.state.status === "running");
    expect(server.sent().map(({ path }) => path)).toEqual([
      "/runs/run_c/cancel",
      "/agents/assistant/runs",
    ]);
    expect(texts(thread).slice(3)).toEqual(["a:two", "u:three?"]);
  });

  test("edit asks something else, from before the run that holds the message", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    const [first] = thread.state.messages;
    expect(await thread.edit(first?.id ?? "", "uno?")).toBe(true);
    await until(() => thread.state.status === "running");
    expect(texts(thread)).toEqual(["u:uno?"]);
    expect(server.sent()[0]?.body).toMatchObject({ input: "uno?", previous: null });
    await expect(thread.edit("none", "x")).rejects.toThrow('no message "none"');
  });

  test("a branch that is refused leaves everything as it was", async () => {
    const server = await conversation();
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    const before = texts(thread);
    server.refuse(({ path }, response) => {
      if (path.startsWith("/agents")) problem(response, 403, "forbidden");
      return path.startsWith("/agents");
    });
    expect(await thread.regenerate()).toBe(false);
    expect(texts(thread)).toEqual(before);
    expect(thread.state.error).toMatchObject({ code: "forbidden" });
  });

  test("show goes to another branch and stays there until something new begins", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "due?", previous: "run_a" });
    server.append("run_c", ...step(1, ["due"], "run_c"), completed);
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:due?", "a:due"]);
    expect(thread.state.branches).toEqual({ run_c: ["run_b", "run_c"] });
    expect(await thread.show("run_b")).toBe(true);
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:two"]);
    expect(thread.state.branches).toEqual({ run_b: ["run_b", "run_c"] });
    await until(() => server.viewers.size === 1 && thread.state.connection === "connected");
    server.cut();
    await until(() => server.viewers.size === 1 && thread.state.connection === "connected");
    expect(texts(thread).at(-1)).toBe("a:two");
    server.begin("run_d", { input: "four?", previous: "run_c" });
    await until(() => texts(thread).at(-1) === "u:four?");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:due?", "a:due", "u:four?"]);
  });

  test("an open run of another branch than the newest goes on while it is shown", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "due?", previous: "run_a" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    server.begin("run_d", { input: "tre?", previous: "run_a" });
    await until(() => texts(thread).at(-1) === "u:tre?");
    server.refuse((asked, response) => {
      if (asked.path !== "/runs/run_c/events") return false;
      replay(server.logs.get("run_c") ?? [], asked.after, response);
      return true;
    });
    await thread.show("run_c");
    expect(texts(thread).at(-1)).toBe("u:due?");
    server.append("run_c", ...step(1, ["due"], "run_c"), completed);
    await until(() => thread.state.status === "idle");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:due?", "a:due"]);
  });

  test("show goes away from a run that was started here and of which the stream has not told yet", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "due?", previous: "run_a" });
    server.append("run_c", completed);
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    // The stream is stuck.
    server.viewers.clear();
    expect(await thread.send("four?")).toBe(true);
    expect(thread.state.status).toBe("submitting");
    expect(await thread.show("run_b")).toBe(true);
    expect(thread.state.status).toBe("idle");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:two"]);
    expect(await thread.show("run_c")).toBe(true);
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:due?", "u:four?"]);
    expect(thread.state.status).toBe("running");
  });

  test("what was said and logged while the stream was stuck is shown once", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "three?", previous: "run_b" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    server.viewers.clear();
    expect(await thread.send("Hurry!")).toBe(true);
    expect(await thread.show("run_c")).toBe(true);
    expect(texts(thread).slice(4)).toEqual(["u:three?", "u:Hurry!"]);
  });

  test("what happens in a branch that is not shown is not asked for again", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "due?", previous: "run_a" });
    const { thread } = open(server);
    await until(() => thread.state.status === "running");
    await thread.show("run_b");
    await until(() => server.viewers.size === 1);
    server.append("run_c", ...step(1, ["due"], "run_c"));
    // Until the viewer has read what it does not show, a cut may lose it again.
    const tail = `run_c/${server.logs.get("run_c")?.length}`;
    await until(() => {
      if (server.viewers.size === 1) server.cut();
      return server.asked.at(-1)?.query.get("after")?.startsWith(tail);
    });
    expect(texts(thread).at(-1)).toBe("a:two");
  });

  test("a message in another branch than the newest goes on from what is shown", async () => {
    const server = await conversation();
    server.begin("run_c", { input: "due?", previous: "run_a" });
    server.append("run_c", completed);
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    await thread.show("run_b");
    expect(await thread.send("four?")).toBe(true);
    expect(server.sent()[0]?.body).toMatchObject({ previous: "run_b" });
    await until(() => thread.state.status === "running");
    expect(texts(thread)).toEqual(["u:one?", "a:one", "u:two?", "a:two", "u:four?"]);
  });
});

describe("two viewers of one thread", () => {
  test("see the same, whoever does what", async () => {
    const server = await conversation();
    const one = open(server).thread;
    const two = open(server).thread;
    await until(() => [one, two].every(({ state }) => state.connection === "connected"));
    const same = () => until(() => JSON.stringify(texts(one)) === JSON.stringify(texts(two)));
    await one.send("three?");
    await until(() => two.state.status === "running");
    await same();
    await two.send("Hurry!");
    await until(() => one.state.run?.messages.length === 2);
    await same();
    await two.stop();
    await until(() => one.state.run?.status === "cancelled");
    await two.edit(two.state.messages[0]?.id ?? "", "uno?");
    await until(() => texts(one).length === 1);
    await same();
    expect(texts(one)).toEqual(["u:uno?"]);
  });

  test("one that knows only a part of the tree loads the rest", async () => {
    const server = await serveThread();
    server.begin("run_a", { input: "one?" });
    server.append("run_a", ...step(1, ["one"], "run_a"), completed);
    const { thread } = open(server);
    await until(() => thread.state.connection === "connected");
    // Two runs began elsewhere before the stream told of the first.
    const log = toLog([started({ run: "run_b", thread: "thr_1", input: "uno?" }), completed]);
    server.logs.set("run_b", log);
    server.begin("run_c", { input: "due?", previous: "run_b" });
    await until(() => texts(thread).length === 2 && texts(thread)[0] === "u:uno?");
    expect(texts(thread)).toEqual(["u:uno?", "u:due?"]);
    server.append("run_c", ...step(1, ["due"], "run_c"), completed);
    await until(() => texts(thread).at(-1) === "a:due");
    expect(thread.state.branches).toEqual({ run_b: ["run_a", "run_b"] });
  });
});
