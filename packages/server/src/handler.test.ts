import { createRuntime, RunwireError } from "@runwire/core";
import { describe, expect, test } from "vitest";
import { createHandler } from "./handler.ts";
import { cast, follow, framesOf, problemOf, serving, startRun } from "./serving.test.helper.ts";

describe("GET /health and GET /agents", () => {
  test("say what is here", async () => {
    const { call } = serving();
    expect(await (await call("/health")).json()).toEqual({ status: "ok", protocol: 1 });
    const { agents } = await (await call("/agents")).json();
    expect(agents.map(({ name }: { name: string }) => name)).toEqual([
      "greeter",
      "adder",
      "eraser",
      "painter",
      "failing",
      "puppet",
    ]);
    expect(agents[0]).toMatchObject({ description: "Greets", tools: [] });
    expect(agents[1].tools).toEqual([
      {
        name: "add",
        kind: "tool",
        description: "Add two numbers",
        executor: "runtime",
        inputSchema: expect.objectContaining({ type: "object", required: ["a", "b"] }),
      },
    ]);
    expect(agents[3].tools[0]).toMatchObject({ name: "pickColor", executor: "client" });
  });
});

describe("what is not there", () => {
  test("a path: 404, with the question that finds the usual cause", async () => {
    const { call } = serving({ basePath: "/api" });
    for (const path of ["/", "/health", "/api", "/api/nope", "/api/runs"]) {
      const response = await call(path);
      expect(response.status).toBe(404);
      expect(response.headers.get("runwire-protocol")).toBe("1");
      expect((await problemOf(response)).detail).toContain('Did you set basePath? It is "/api".');
    }
  });

  test("a method: 405 with those there are", async () => {
    const { call } = serving();
    const cases = [
      ["/health", "POST", "GET, HEAD, OPTIONS"],
      ["/agents/greeter/runs", "GET", "POST, OPTIONS"],
      ["/threads/t", "PUT", "GET, DELETE, HEAD, OPTIONS"],
    ] as const;
    for (const [path, method, allow] of cases) {
      const response = await call(path, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe(allow);
      const options = await call(path, { method: "OPTIONS" });
      expect(options.status).toBe(204);
      expect(options.headers.get("allow")).toBe(allow);
    }
  });

  test("HEAD is GET without a body, also for a stream, which it does not leave open", async () => {
    const { call } = serving({ limits: { concurrency: 1 } });
    const { run } = await startRun(call, "puppet");
    for (let n = 0; n < 3; n++) {
      const response = await call(`/runs/${run}/events`, { method: "HEAD" });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/event-stream");
      expect(response.body).toBeNull();
    }
  });
});

describe("the protocol's version", () => {
  test("is asked for by header or query, and 406 names what there is", async () => {
    const { call, handler } = serving();
    for (const [path, headers] of [
      ["/agents", { "runwire-protocol": "2" }],
      ["/agents?protocol=2", {}],
    ] as const) {
      const response = await call(path, { headers });
      expect(response.status).toBe(406);
      expect(await problemOf(response)).toMatchObject({ supported: [1] });
    }
    const refused = await call("/agents/greeter/runs", {
      json: { input: "Hi", thread: "t" },
      headers: { "runwire-protocol": "2" },
    });
    expect(refused.status).toBe(406);
    expect(await handler.runtime.log.threads.get("t")).toBeUndefined();
    expect((await call("/agents?protocol=1")).status).toBe(200);
  });
});

describe("faults", () => {
  test("a 500 tells nothing, onError everything", async () => {
    const fault = new Error("password=hunter2");
    const { call, errors, handler } = serving();
    handler.runtime.log.find = () => Promise.reject(fault);
    const response = await call("/runs/run_x");
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain(" at ");
    expect(JSON.parse(text)).toEqual({
      type: "urn:runwire:problem:internal",
      title: "Something went wrong",
      status: 500,
    });
    expect(errors).toEqual([fault]);
  });

  test("a log that breaks in mid-stream breaks the stream, and says nothing in it", async () => {
    const { call, errors, handler } = serving();
    const { run } = await startRun(call, "greeter");
    await framesOf(await call(`/runs/${run}/events`));
    handler.runtime.log.read = () => Promise.reject(new Error("password=hunter2"));
    const error = await (await call(`/runs/${run}/events`)).text().catch((fault: unknown) => fault);
    expect(String(error)).not.toContain("hunter2");
    expect(error).toBeInstanceOf(Error);
    expect(String(errors)).toContain("hunter2");
  });
});

describe("close", () => {
  test("refuses what is new, ends the streams, and the run goes on elsewhere", async () => {
    const { agents, talk } = cast();
    const handler = createHandler({ agents });
    const { log } = handler.runtime;
    const start = await handler.runtime.start({ agent: "puppet", input: "Hi" });
    const run = start.status === "ok" ? start.run : "";
    const viewer = follow(await handler(new Request(`http://x/runs/${run}/events`)));
    await viewer.until("step.started");
    await Promise.all([handler.close({ deadlineMs: 0 }), handler.close()]);
    await viewer.rest();
    const refused = await handler(new Request("http://x/health"));
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    const next = createHandler({ agents, log });
    const again = follow(await next(new Request(`http://x/runs/${run}/events`)));
    await again.until("run.resumed");
    talk.say("back");
    talk.finish();
    await again.until("run.completed");
    await next.close({ deadlineMs: 0 });
  });

  test("leaves a runtime alone that was given", async () => {
    const { agents } = cast();
    const runtime = createRuntime({ agents });
    const handler = createHandler({ runtime });
    expect(handler.runtime).toBe(runtime);
    await handler.close();
    expect(await runtime.run("greeter", "Hi").result).toBe("Hello, wide world");
    await runtime.close({ deadlineMs: 0 });
    const other = createHandler({ runtime });
    const response = await other(
      new Request("http://x/agents/greeter/runs", {
        method: "POST",
        body: '{"input":"Hi"}',
        headers: { "content-type": "application/json" },
      }),
    );
    expect(response.status).toBe(503);
  });
});

test("options that cannot work are refused when the handler is made", () => {
  const { agents } = cast();
  for (const options of [
    { basePath: "api" },
    { cors: { origins: ["https://x.example/path"] } },
    { limits: { concurrency: 0 } },
    { maxBodyBytes: -1 },
    { keepAliveMs: 0 },
  ]) {
    expect(() => createHandler({ agents, recover: false, ...options })).toThrow(TypeError);
  }
});

test("a log that is out of reach is 503: come back, and somebody is told why", async () => {
  const fault = new RunwireError("log-unavailable", { message: "Redis refused the connection." });
  const errors: unknown[] = [];
  const runtime = createRuntime({ agents: [], recover: false });
  const handler = createHandler({
    runtime: { ...runtime, log: { ...runtime.log, find: () => Promise.reject(fault) } },
    onError: (error) => errors.push(error),
  });
  const response = await handler(new Request("http://x/runs/run_1"));
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("1");
  const problem = await response.json();
  expect(problem).toMatchObject({ type: "urn:runwire:problem:unavailable", status: 503 });
  expect(JSON.stringify(problem)).not.toContain("Redis");
  expect(errors).toEqual([fault]);
});
