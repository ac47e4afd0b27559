import { foldAll, type RunEvent } from "@runwire/core/protocol";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createClient } from "./client.ts";
import {
  collect,
  framesAfter,
  json,
  problem,
  replay,
  serve,
  serveLog,
  stream,
} from "./log-server.test.helper.ts";
import { completed, sampleLog, started, step, toLog } from "./sample-log.test.helper.ts";
import { sleep } from "./sleep.ts";
import { until } from "./until.test.helper.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

const usage = { inputTokens: 0, outputTokens: 0 };
const log = sampleLog({ deltas: 30 });
const text = log.flatMap((event) => (event.type === "text.delta" ? [event.delta] : [])).join("");

describe("starting a run", () => {
  test("one request tells everything: callbacks, events, result, state", async () => {
    const server = await serve(serveLog(log));
    const heard: RunEvent[] = [];
    const deltas: string[] = [];
    const run = createClient({ url: `${server.url}/` }).run("assistant", "Hi", {
      on: {
        event: (event) => heard.push(event),
        "text.delta": (event) => deltas.push(event.delta),
      },
    });
    const events = await collect(run);
    expect(await run.result).toBe(text);
    expect(events).toEqual(log);
    expect(heard).toEqual(log);
    expect(deltas.join("")).toBe(text);
    expect(run.state).toEqual(foldAll(log));
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /agents/assistant/runs",
    ]);
    expect(server.asked[0]?.body).toEqual({ input: "Hi", run: run.id, thread: run.thread });
    expect(server.asked[0]?.headers["runwire-protocol"]).toBe("1");
    expect(run.id).toMatch(/^run_[0-9a-f]{32}$/);
    expect(run.thread).toMatch(/^thr_[0-9a-f]{32}$/);
  });

  test("sends what was asked for, and only that", async () => {
    const server = await serve(serveLog(log));
    const run = createClient({ url: server.url }).run("a/b", [{ type: "text", text: "Hi" }], {
      run: "run_0123456789abcdef",
      thread: "t",
      previous: null,
      busy: "queue",
      message: "m",
      state: { n: 1 },
      metadata: { a: 1 },
      model: "openai/gpt-5",
      on: {},
      tools: {},
      signal: new AbortController().signal,
    });
    await run.result;
    expect(server.asked[0]?.path).toBe("/agents/a%2Fb/runs");
    expect(server.asked[0]?.body).toEqual({
      input: [{ type: "text", text: "Hi" }],
      run: "run_0123456789abcdef",
      thread: "t",
      previous: null,
      busy: "queue",
      message: "m",
      state: { n: 1 },
      metadata: { a: 1 },
      model: "openai/gpt-5",
    });
  });

  test("a start whose answer is lost is sent again, and is the same", async () => {
    const server = await serve((asked, response) => {
      if (server.asked.length < 3) response.socket?.destroy();
      else replay(log, asked.after, response);
    });
    const run = createClient({ url: server.url }).run("assistant", "Hi");
    expect(await run.result).toBe(text);
    expect(server.asked).toHaveLength(3);
    expect(server.asked.every(({ method }) => method === "POST")).toBe(true);
    expect(new Set(server.asked.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  });

  test("is never sent again once the run has spoken", async () => {
    const server = await serve(({ after }, response) =>
      replay(log.slice(0, after + 10), after, response),
    );
    const run = createClient({ url: server.url }).run("assistant", "Hi");
    expect(await collect(run)).toEqual(log);
    const [first, ...others] = server.asked;
    expect(first?.method).toBe("POST");
    expect(others.length).toBeGreaterThan(2);
    for (const { method, path } of others) {
      expect(`${method} ${path}`).toBe(`GET /runs/${run.id}/events`);
    }
  });

  test("a refusal is told by result, by iteration and by commands, and nobody has to listen", async () => {
    const server = await serve((_, response) => problem(response, 409, "busy"));
    const client = createClient({ url: server.url });
    const run = client.run("assistant", "Hi");
    const refusal = { name: "ClientError", code: "busy", status: 409 };
    await expect(collect(run)).rejects.toMatchObject(refusal);
    await expect(collect(run)).rejects.toMatchObject(refusal);
    await expect(run.result).rejects.toMatchObject(refusal);
    await expect(run.cancel()).rejects.toMatchObject(refusal);
    client.run("assistant", "Hi");
    await server.reached(2);
  });

  test("a server that is not there is given up", async () => {
    const run = createClient({ url: "http://127.0.0.1:1" }).run("assistant", "Hi");
    await expect(run.result).rejects.toMatchObject({ code: "network" });
    expect(vi.mocked(sleep).mock.calls.length).toBe(5);
  });

  test("a relative address outside a page is a mistake that is explained", async () => {
    const run = createClient({ url: "/api" }).run("assistant", "Hi");
    await expect(run.result).rejects.toThrow('createClient({ url: "/api" }) works only in a page');
  });
});

describe("how a run ends", () => {
  const ending = (...events: Parameters<typeof toLog>[0]) =>
    toLog([started(), ...step(1, ["so ", "far"]), ...events]);

  test("with its output, when it has one", async () => {
    const server = await serve(
      serveLog(ending({ type: "run.completed", finishReason: "stop", usage, output: { n: 1 } })),
    );
    expect(await createClient({ url: server.url }).run("a", "Hi").result).toEqual({ n: 1 });
  });

  test("failed or cancelled, with an error that knows the state", async () => {
    const error = { code: "limit", message: "Too many steps." };
    const failing = await serve(serveLog(ending({ type: "run.failed", error, usage })));
    const failed = createClient({ url: failing.url }).run("a", "Hi");
    await expect(failed.result).rejects.toMatchObject({
      name: "RunFailedError",
      code: "limit",
      message: "Too many steps.",
    });
    expect(failed.state?.status).toBe("failed");
    const cancelling = await serve(
      serveLog(ending({ type: "run.cancelled", usage, reason: "changed my mind" })),
    );
    const cancelled = createClient({ url: cancelling.url }).run("a", "Hi");
    await expect(cancelled.result).rejects.toMatchObject({
      code: "cancelled",
      message: "changed my mind",
    });
  });

  test("who only iterates meets no unhandled rejection, and a run is not thenable", async () => {
    const error = { code: "internal", message: "Broke." };
    const server = await serve(serveLog(ending({ type: "run.failed", error, usage })));
    const run = createClient({ url: server.url }).run("a", "Hi");
    expect((await collect(run)).at(-1)?.type).toBe("run.failed");
    expect("then" in run).toBe(false);
  });
});

describe("following a run", () => {
  test("callbacks begin with a snapshot, and then hear each event once", async () => {
    const server = await serve(serveLog(log));
    const resets: unknown[] = [];
    const heard: RunEvent[] = [];
    const run = createClient({ url: server.url }).follow("run_sample", {
      on: { reset: (state) => resets.push(state), event: (event) => heard.push(event) },
    });
    expect(run.thread).toBeUndefined();
    expect(await run.result).toBe(text);
    const half = Math.ceil(log.length / 2);
    expect(resets).toEqual([foldAll(log.slice(0, half))]);
    expect(heard).toEqual(log.slice(half));
    expect(run.state).toEqual(foldAll(log));
    expect(run.thread).toBe("thr_sample");
    expect(server.asked[0]?.query.get("snapshot")).toBe("true");
  });

  test("who iterates gets all events, over one connection", async () => {
    const server = await serve(serveLog(log));
    const run = createClient({ url: server.url }).follow("run_sample");
    expect(await collect(run)).toEqual(log);
    expect(await run.result).toBe(text);
    expect(server.asked).toHaveLength(1);
  });

  test("who iterates beside callbacks gets all events too", async () => {
    const server = await serve(serveLog(log));
    const heard: number[] = [];
    const run = createClient({ url: server.url }).follow("run_sample", {
      on: { event: ({ seq }) => heard.push(seq) },
    });
    expect(await collect(run)).toEqual(log);
    await run.result;
    expect(heard[0]).toBeGreaterThan(1);
  });

  test("a run that is not there", async () => {
    const server = await serve((_, response) => problem(response, 404, "not-found"));
    const run = createClient({ url: server.url }).follow("run_x");
    await expect(run.result).rejects.toMatchObject({ code: "not-found" });
    await expect(collect(run)).rejects.toMatchObject({ code: "not-found" });
  });

  test("the newest of a thread", async () => {
    const server = await serve((asked, response) => {
      if (asked.path === "/threads/t%201") {
        json(response, { thread: "t 1", head: "run_sample", runs: [], chain: [] });
      } else if (asked.path.startsWith("/threads")) problem(response, 404, "not-found");
      else serveLog(log)(asked, response);
    });
    const client = createClient({ url: server.url });
    const run = await client.latest("t 1");
    expect(run?.id).toBe("run_sample");
    expect(await run?.result).toBe(text);
    expect(await client.latest("none")).toBeUndefined();
  });
});

describe("the signal stops the watching and nothing else", () => {
  test.each(["run", "follow"] as const)("of %s", async (how) => {
    const server = await serve((_, response) => {
      stream(response);
      response.write(framesAfter(log.slice(0, 4), 0));
    });
    const client = createClient({ url: server.url });
    const stop = new AbortController();
    const options = { signal: stop.signal };
    const run = how === "run" ? client.run("a", "Hi", options) : client.follow("r", options);
    const reason = new Error("enough");
    const seen: number[] = [];
    const iterating = (async () => {
      for await (const { seq } of run) {
        seen.push(seq);
        if (seq === 4) stop.abort(reason);
      }
    })();
    await expect(iterating).rejects.toBe(reason);
    await expect(run.result).rejects.toBe(reason);
    await server.asked[0]?.closed;
    expect(seen).toEqual([1, 2, 3, 4]);
    expect(server.asked).toHaveLength(1);
  });
});

describe("callbacks", () => {
  test("one that throws is an uncaught error, and the run goes on", async () => {
    const thrown = new Error("of the callback");
    const caught: unknown[] = [];
    const listeners = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => void caught.push(error));
    try {
      const server = await serve(serveLog(toLog([started(), ...step(1, ["a"]), completed])));
      const run = createClient({ url: server.url }).run("a", "Hi", {
        on: {
          "text.delta": () => {
            throw thrown;
          },
        },
      });
      expect(await run.result).toBe("a");
      await until(() => caught.length > 0);
      expect(caught).toEqual([thrown]);
    } finally {
      process.removeAllListeners("uncaughtException");
      for (const listener of listeners) process.on("uncaughtException", listener);
    }
  });
});
