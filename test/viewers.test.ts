import { createClient, type Thread } from "@runwire/client";
import { type RunEvent, textOf } from "@runwire/core/protocol";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Served, serveAgents } from "./serve-agents.test.helper.ts";
import { until } from "./until.test.helper.ts";

const texts = ({ state }: Thread) =>
  state.messages.map(({ role, parts }) => `${role[0]}:${textOf(parts)}`);

function open(url: string, agent: "talker" | "writer" | "painter" | "teller", thread?: string) {
  const opened = createClient<Served>({ url }).thread({ agent, thread });
  onTestFinished(opened.subscribe(() => {}));
  return opened as unknown as Thread;
}

describe("cancelling", () => {
  test("from another client ends the first one's view and the model's call; a disconnect ends neither", async () => {
    const { talk, url } = await serveAgents();
    const leaving = new AbortController();
    const client = createClient<Served>({ url });
    const run = client.run("talker", "Hi", { signal: leaving.signal });
    await until(() => talk.calls.length === 1);
    const watching = client.follow<"talker">(run.id);
    talk.begin();
    talk.say("One ");
    leaving.abort();
    await expect(run.result).rejects.toThrow();
    talk.say("two ");
    await until(() => textOf(watching.state?.messages.at(-1)?.parts ?? []) === "One two ");
    expect(talk.calls[0]?.signal.aborted).toBe(false);
    await createClient<Served>({ url }).follow(run.id).cancel({ reason: "enough" });
    await expect(watching.result).rejects.toMatchObject({ code: "cancelled", message: "enough" });
    expect(watching.state?.status).toBe("cancelled");
    await until(() => talk.calls[0]?.signal.aborted);
  });
});

test("two clients on one run hear the same events, whenever they come", async () => {
  const { talk, url } = await serveAgents();
  const run = createClient<Served>({ url }).run("talker", "Hi");
  const collect = async (events: AsyncIterable<RunEvent>) => {
    const all: RunEvent[] = [];
    for await (const event of events) all.push(event);
    return all;
  };
  const first = collect(run);
  await until(() => talk.calls.length === 1);
  talk.begin();
  talk.say("One ");
  await until(() => run.state?.seq === 4);
  const second = collect(createClient<Served>({ url }).follow(run.id));
  talk.say("two");
  talk.finish();
  const events = await first;
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await second).toEqual(events);
  expect(await collect(createClient<Served>({ url }).follow(run.id))).toEqual(events);
});

describe("two tabs on one thread", () => {
  test("see the same, whoever says what", async () => {
    const { talk, url } = await serveAgents();
    const one = open(url, "talker");
    await one.send("Hi");
    const two = open(url, "talker", one.state.thread);
    await until(() => talk.calls.length === 1 && two.state.status === "running");
    talk.begin();
    talk.say("Hello");
    await until(() => [one, two].every((tab) => texts(tab).at(-1) === "a:Hello"));
    await two.send("Shorter!");
    await until(() => [one, two].every((tab) => texts(tab).at(-1) === "u:Shorter!"));
    talk.finish();
    await until(() => talk.calls.length === 2);
    talk.begin();
    talk.say("Yo");
    talk.finish();
    await until(() => [one, two].every(({ state }) => state.status === "idle"));
    expect(texts(one)).toEqual(["u:Hi", "a:Hello", "u:Shorter!", "a:Yo"]);
    expect(two.state.messages).toEqual(one.state.messages);

    void one.regenerate();
    await until(() => talk.calls.length === 3);
    talk.begin();
    talk.say("Hey");
    await until(() => texts(two).at(-1) === "a:Hey");
    expect(texts(two)).toEqual(["u:Hi", "a:Hey"]);
    expect(await two.stop()).toBe(true);
    await until(() => one.state.run?.status === "cancelled");
    expect(one.state.branches).toEqual(two.state.branches);
    const [branches] = Object.values(one.state.branches);
    expect(branches).toHaveLength(2);
    await one.show(branches?.[0] ?? "");
    expect(texts(one)).toEqual(["u:Hi", "a:Hello", "u:Shorter!", "a:Yo"]);
  });

  test("editing an earlier message begins a branch in both", async () => {
    const { talk, url } = await serveAgents();
    const one = open(url, "talker");
    const answer = async (text: string) => {
      await until(() => one.state.status === "running");
      talk.begin();
      talk.say(text);
      talk.finish();
      await until(() => one.state.status === "idle");
    };
    for (const [index, question] of ["1?", "2?"].entries()) {
      await one.send(question);
      await until(() => talk.calls.length === index + 1);
      await answer(`${index + 1}!`);
    }
    const two = open(url, "talker", one.state.thread);
    await until(() => two.state.messages.length === 4);
    await two.edit(two.state.messages[2]?.id ?? "", "two?");
    await until(() => talk.calls.length === 3);
    await until(() => texts(one).includes("u:two?"));
    await answer("zwei!");
    await until(() => two.state.status === "idle");
    expect(texts(one)).toEqual(["u:1?", "a:1!", "u:two?", "a:zwei!"]);
    expect(two.state.messages).toEqual(one.state.messages);
  });

  test("a reload in mid-answer goes on where it is", async () => {
    const { talk, url } = await serveAgents();
    const one = open(url, "talker");
    await one.send("Hi");
    await until(() => talk.calls.length === 1);
    talk.begin();
    talk.say("Hel");
    await until(() => texts(one).at(-1) === "a:Hel");
    const client = createClient<Served>({ url });
    const initial = await client.load("talker", one.state.thread ?? "");
    const two = client.thread({ agent: "talker", thread: one.state.thread, initial });
    expect(texts(two as unknown as Thread)).toEqual(["u:Hi", "a:Hel"]);
    onTestFinished(two.subscribe(() => {}));
    talk.say("lo");
    talk.finish();
    await until(() => two.state.status === "idle");
    expect(texts(two as unknown as Thread)).toEqual(["u:Hi", "a:Hello"]);
  });
});

describe("approvals", () => {
  test("are seen by all, answered by one, and the other is too late", async () => {
    const { url } = await serveAgents();
    const one = open(url, "writer");
    await one.send("Write");
    const two = open(url, "writer", one.state.thread);
    await until(() => [one, two].every(({ state }) => state.status === "waiting"));
    const id = one.state.approvals[0]?.part.approval.id ?? "";
    expect(two.state.approvals).toEqual(one.state.approvals);
    expect(await two.approve(id, { reason: "fine" })).toBe(true);
    await until(() => [one, two].every(({ state }) => state.status === "idle"));
    expect(texts(one).at(-1)).toBe("a:Written.");
    const call = one.state.messages[1]?.parts.find((part) => part.type === "tool");
    expect(call).toMatchObject({ status: "completed", output: "wrote a.txt" });
    const run = createClient<Served>({ url }).follow(one.state.run?.run ?? "");
    await expect(run.deny(id)).rejects.toMatchObject({ code: "closed" });
  });

  test("by a callback, with another input", async () => {
    const { url } = await serveAgents();
    const run = createClient<Served>({ url }).run("writer", "Write", {
      on: {
        "approval.requested": {
          write: ({ id }, run) => run.approve(id, { input: { path: "b.txt" } }),
        },
      },
    });
    const outputs: unknown[] = [];
    for await (const event of run) {
      if (event.type === "tool.completed") outputs.push(event.output);
    }
    expect(outputs).toEqual(["wrote b.txt"]);
  });
});

describe("client tools", () => {
  test("run in the viewer, and the model reads the result", async () => {
    const { url } = await serveAgents();
    const run = createClient<Served>({ url }).run("painter", "Paint", {
      tools: { pickColor: async ({ hint }) => ({ hex: hint === "warm" ? "#f00" : "#00f" }) },
    });
    expect(await run.result).toContain('"output":{"hex":"#f00"}');
  });

  test("in two tabs: the first answer counts, the other handler is told, nobody is hurt", async () => {
    const { url } = await serveAgents();
    const client = createClient<Served>({ url });
    const signals: AbortSignal[] = [];
    const answers: ((color: { hex: string }) => void)[] = [];
    const tools = {
      pickColor: (_: { hint: string }, { signal }: { signal: AbortSignal }) => {
        signals.push(signal);
        return new Promise<{ hex: string }>((resolve) => answers.push(resolve));
      },
    };
    const one = client.thread({ agent: "painter", tools });
    onTestFinished(one.subscribe(() => {}));
    await one.send("Paint");
    const two = client.thread({ agent: "painter", thread: one.state.thread, tools });
    onTestFinished(two.subscribe(() => {}));
    await until(() => answers.length === 2);
    answers[1]?.({ hex: "#0f0" });
    await until(() => [one, two].every(({ state }) => state.status === "idle"));
    expect(signals[0]?.aborted).toBe(true);
    answers[0]?.({ hex: "#f00" });
    expect(texts(one as unknown as Thread).at(-1)).toContain("#0f0");
    expect([one, two].map(({ state }) => state.error)).toEqual([undefined, undefined]);
  });

  test("after a reload are begun again, and one without a handler is completed by hand", async () => {
    const { url } = await serveAgents();
    const one = open(url, "painter");
    await one.send("Paint");
    await until(() => one.state.status === "waiting");
    const call = one.state.run?.waiting[0]?.call ?? "";
    expect(await one.complete(call, { hex: "#abc" })).toBe(true);
    await until(() => one.state.status === "idle");
    expect(texts(one).at(-1)).toContain("#abc");
    await one.send("Again");
    await until(() => one.state.status === "waiting");
    const two = createClient<Served>({ url }).thread({
      agent: "painter",
      thread: one.state.thread,
      tools: { pickColor: () => ({ hex: "#def" }) },
    });
    onTestFinished(two.subscribe(() => {}));
    await until(() => one.state.status === "idle" && one.state.runs.length === 2);
    expect(texts(one).at(-1)).toContain("#def");
  });
});

describe("threads", () => {
  test("are listed, loaded and deleted", async () => {
    const { url } = await serveAgents();
    const client = createClient<Served>({ url });
    const run = client.run("writer", "Write me a file");
    await until(() => run.state?.status === "waiting");
    const page = await client.threads.list();
    expect(page.threads).toMatchObject([{ thread: run.thread, title: "Write me a file" }]);
    const loaded = await client.load("writer", run.thread);
    expect(loaded?.chain.at(-1)?.status).toBe("waiting");
    expect((await client.latest(run.thread))?.id).toBe(run.id);
    await client.threads.delete(run.thread);
    expect(await client.load("writer", run.thread)).toBeUndefined();
    expect((await client.threads.list()).threads).toEqual([]);
  });
});
