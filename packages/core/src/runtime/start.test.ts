import { afterEach, describe, expect, it, vi } from "vitest";
import { agent } from "../agent.ts";
import type { EventLog } from "../log/event-log.ts";
import { memoryLog } from "../log/memory-log.ts";
import type { Model } from "../model.ts";
import type { Message } from "../protocol/message.ts";
import type { RuntimeCore, StartRequest } from "../runtime-contract.ts";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createRuntimeCore } from "./create-runtime.ts";
import type { RuntimeOptions } from "./work-options.ts";

const hanging = agent({ name: "hanging", model: scriptedModel([{ text: "Hm", hang: true }]) });
const quick = agent({ name: "quick", model: scriptedModel([{ text: "Done." }]) });
const bare = agent({ name: "bare" });

const runtimes: RuntimeCore[] = [];
function open(options: Partial<RuntimeOptions> = {}): RuntimeCore {
  const runtime = createRuntimeCore({
    agents: [hanging, quick, bare],
    onError: () => {},
    ...options,
  });
  runtimes.push(runtime);
  return runtime;
}
afterEach(async () => {
  await Promise.all(runtimes.splice(0).map((runtime) => runtime.close({ deadlineMs: 0 })));
});

const request: StartRequest = { agent: "quick", input: "Hi", run: "r1", thread: "t1" };
const ended = async (runtime: RuntimeCore, run: string): Promise<void> => {
  for await (const _ of runtime.tail(run));
};

describe("the same start", () => {
  it("starts one run, here and elsewhere, also after it ended", async () => {
    const log = memoryLog();
    const [here, there] = [open({ log }), open({ log })];
    expect(await here.start(request)).toMatchObject({ status: "ok", existing: false });
    expect(await here.start(request)).toMatchObject({ status: "ok", run: "r1", existing: true });
    expect(await there.start(request)).toMatchObject({ status: "ok", existing: true });
    await ended(here, "r1");
    expect(await there.start(request)).toMatchObject({ status: "ok", existing: true });
    expect((await log.threads.runs("t1")).length).toBe(1);
  });

  it("is repeated when the log loses its answer, and works at once", async () => {
    const inner = memoryLog();
    let left = 2;
    const create: EventLog["create"] = async (run) => {
      const answer = await inner.create(run);
      if (left-- > 0) throw new Error("lost");
      return answer;
    };
    const runtime = open({ log: { ...inner, create } });
    expect(await runtime.start(request)).toMatchObject({ status: "ok", existing: false });
    await ended(runtime, "r1");
  });

  it("is told to its caller when the log stays down", async () => {
    const inner = memoryLog();
    const down = async () => {
      throw new Error("The log is down.");
    };
    await expect(open({ log: { ...inner, create: down } }).start(request)).rejects.toThrow("down");
  });

  it.each<[string, Partial<StartRequest>]>([
    ["input", { input: "Bye" }],
    ["agent", { agent: "hanging" }],
    ["state", { state: { n: 1 } }],
    ["limits", { limits: { steps: 1 } }],
  ])("with another %s is a conflict", async (_, other) => {
    const runtime = open();
    await runtime.start(request);
    expect(await runtime.start({ ...request, ...other })).toEqual({ status: "conflict" });
  });

  it("by somebody else finds nothing", async () => {
    const runtime = open();
    await runtime.start({ ...request, principal: "ann" });
    expect(await runtime.start({ ...request, principal: "bob" })).toEqual({ status: "foreign" });
    expect(await runtime.start({ ...request, run: "r2", principal: "bob" })).toEqual({
      status: "foreign",
    });
  });
});

describe("a thread whose newest run is open", () => {
  const first: StartRequest = { agent: "hanging", input: "One", run: "r1", thread: "t1" };
  const second: StartRequest = { agent: "quick", input: "Two", run: "r2", thread: "t1" };

  it("refuses another one", async () => {
    const runtime = open();
    await runtime.start(first);
    expect(await runtime.start(second)).toEqual({ status: "busy", run: "r1" });
  });

  it("queues it where that is asked for, and runs it with what the first one said", async () => {
    const runtime = open();
    await runtime.start(first);
    expect(await runtime.start({ ...second, busy: "queue" })).toMatchObject({ status: "ok" });
    expect(await runtime.log.find("r2")).toMatchObject({ status: "blocked", previous: "r1" });
    await runtime.send("r1", { type: "cancel", id: "c" });
    await ended(runtime, "r2");
    const texts = (await runtime.chain("r2")).flatMap(({ messages }) =>
      messages.flatMap(({ parts }) => parts.map((part) => part.type === "text" && part.text)),
    );
    expect(texts).toEqual(["One", "Hm", "Two", "Done."]);
  });

  it("may be branched off from before it, or from the beginning", async () => {
    const runtime = open();
    await runtime.start({ ...second, run: "r0" });
    await ended(runtime, "r0");
    await runtime.start(first);
    expect(await runtime.start({ ...second, previous: "r0" })).toMatchObject({ status: "ok" });
    expect(await runtime.start({ ...second, run: "r3", previous: null })).toMatchObject({
      status: "ok",
    });
    expect((await runtime.log.find("r3"))?.previous).toBeUndefined();
  });

  it("lets one of two starts at once win, and the other follow it or be refused", async () => {
    const inner = memoryLog();
    // Both look at the head before either writes.
    const looked: (() => void)[] = [];
    const threads = {
      ...inner.threads,
      async get(thread: string) {
        const info = await inner.threads.get(thread);
        if (looked.length < 2) {
          await new Promise<void>((resolve) => {
            looked.push(resolve);
            if (looked.length === 2) for (const go of looked) go();
          });
        }
        return info;
      },
    };
    const runtime = open({ log: { ...inner, threads } });
    const results = await Promise.all([
      runtime.start({ ...first, busy: "queue" }),
      runtime.start({ ...second, busy: "queue" }),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["ok", "ok"]);
    const chain = (await inner.threads.runs("t1")).map(({ run, previous }) => [run, previous]);
    expect(chain).toEqual([
      [chain[0]?.[0], undefined],
      [chain[1]?.[0], chain[0]?.[0]],
    ]);
  });
});

describe("a start that cannot work", () => {
  it("names an agent that is known", async () => {
    await expect(open().start({ ...request, agent: "nobody" })).rejects.toThrow(
      /no agent named "nobody".*hanging, quick, bare/,
    );
  });

  it("goes on from a run that exists, in its thread", async () => {
    expect(await open().start({ ...request, previous: "r0" })).toEqual({ status: "foreign" });
  });

  it("fits into one event", async () => {
    const runtime = open();
    const long = "x".repeat(300_000);
    expect(await runtime.start({ ...request, input: long })).toEqual({ status: "too-large" });
    const history: Message[] = [{ id: "h", role: "user", parts: [{ type: "text", text: long }] }];
    expect(await runtime.start({ ...request, history })).toEqual({ status: "too-large" });
  });

  it.each<[string, Partial<StartRequest>, RegExp]>([
    ["a run's id of several lines", { run: "a\nb" }, /run's id/],
    ["a run's id that leaves no room", { run: "r".repeat(113) }, /112 characters/],
    ["a message id that the run may give", { message: "r1.7" }, /r1\.7/],
    ["a thread's id that is none", { thread: "" }, /thread's id/],
    [
      "the same message twice",
      {
        message: "m",
        history: [{ id: "m", role: "user", parts: [] }],
      },
      /message "m"/,
    ],
  ])("is refused: %s", async (_, wrong, message) => {
    await expect(open().start({ ...request, ...wrong })).rejects.toThrow(message);
  });

  it("comes to a runtime that is open", async () => {
    const runtime = open();
    await runtime.close();
    await expect(runtime.start(request)).rejects.toMatchObject({ code: "shut-down" });
  });
});

describe("a run's own model", () => {
  const saying = (text: string): Model => scriptedModel([{ text }], { id: text });

  it("is used instead of the agent's, and forgotten with the run", async () => {
    const runtime = open();
    const own = saying("mine");
    const stream = vi.spyOn(own, "stream");
    await runtime.start({ ...request, agent: "bare", model: own });
    await ended(runtime, "r1");
    expect(stream).toHaveBeenCalledTimes(1);
    await runtime.start({ agent: "bare", input: "Hi", run: "r2", thread: "t1" });
    await ended(runtime, "r2");
    expect((await runtime.state("r2"))?.failure?.message).toMatch(/"bare" has no model/);
  });

  it("is not taken away by another start under the same id", async () => {
    const runtime = open();
    const slow: Model = {
      ...saying("first"),
      async *stream(asked, options) {
        yield* saying("first").stream(asked, options);
      },
    };
    const stream = vi.spyOn(slow, "stream");
    const started = runtime.start({ ...request, agent: "bare", model: slow });
    await runtime.start({ ...request, agent: "bare", input: "Other", model: saying("second") });
    await started;
    await ended(runtime, "r1");
    expect(stream).toHaveBeenCalledTimes(1);
    expect((await runtime.state("r1"))?.status).toBe("completed");
  });
});

it("is queued when the process has no room for another run, and begins when it has", async () => {
  const runtime = open({ concurrency: 1 });
  await runtime.start({ agent: "hanging", input: "One", run: "r1" });
  await runtime.start({ agent: "quick", input: "Two", run: "r2" });
  expect((await runtime.state("r2"))?.stepNumber).toBe(0);
  await runtime.send("r1", { type: "cancel", id: "c" });
  await ended(runtime, "r2");
});
