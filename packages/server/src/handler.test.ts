import { createRuntime } from "@runwire/core";
import { describe, expect, test } from "vitest";
import { createHandler } from "./handler.ts";
import {
  type CallInit,
  cast,
  follow,
  framesOf,
  problemOf,
  serving,
  startRun,
} from "./serving.test.helper.ts";

/** Every operation, with a body that it takes. */
function operations(run: string, thread: string): readonly (readonly [string, CallInit])[] {
  return [
    ["/agents", {}],
    ["/agents/greeter/runs", { json: { input: "Hi", thread } }],
    [`/runs/${run}`, {}],
    [`/runs/${run}/events`, {}],
    [`/runs/${run}/cancel`, { json: {} }],
    [`/runs/${run}/messages`, { json: { input: "Hi" } }],
    [`/runs/${run}/approvals/a1`, { json: { approved: true } }],
    [`/runs/${run}/results/c1`, { json: { output: 1 } }],
    ["/threads", {}],
    [`/threads/${thread}`, {}],
    [`/threads/${thread}/events`, {}],
    [`/threads/${thread}`, { method: "DELETE" }],
  ];
}

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

describe("authorize", () => {
  test("is asked first, for everything but health, and told what for", async () => {
    const actions: unknown[] = [];
    const { call } = serving({
      authorize(_, action) {
        actions.push(action);
        return null;
      },
    });
    for (const [path, init] of operations("run_x", "t")) {
      const response = await call(path, { ...init, headers: { "runwire-protocol": "99" } });
      expect(response.status).toBe(401);
      expect(await problemOf(response)).toMatchObject({ type: "urn:runwire:problem:unauthorized" });
    }
    expect((await call("/health")).status).toBe(200);
    expect(actions).toEqual([
      { type: "list-agents" },
      { type: "start", agent: "greeter" },
      { type: "read", run: "run_x" },
      { type: "read", run: "run_x" },
      { type: "cancel", run: "run_x" },
      { type: "send", run: "run_x" },
      { type: "approve", run: "run_x", approval: "a1" },
      { type: "complete", run: "run_x", call: "c1" },
      { type: "list-threads" },
      { type: "read-thread", thread: "t" },
      { type: "read-thread", thread: "t" },
      { type: "delete-thread", thread: "t" },
    ]);
  });

  test("what belongs to others does not exist: every operation is 404, as for what never was", async () => {
    const { call, handler } = serving({
      authorize: (request) => ({ id: request.headers.get("user") ?? "nobody" }),
    });
    const { run, thread } = await startRun(call, "puppet", { thread: "t" }, { user: "ann" });
    for (const [path, init] of operations(run, thread)) {
      if (path === "/agents" || path === "/threads") continue;
      const response = await call(path, { ...init, headers: { user: "eve" } });
      expect([path, response.status]).toEqual([path, 404]);
    }
    const list = await (await call("/threads", { headers: { user: "eve" } })).json();
    expect(list.threads).toEqual([]);
    expect((await handler.runtime.state(run))?.status).toBe("running");
    expect((await call(`/runs/${run}`, { headers: { user: "ann" } })).status).toBe(200);
  });

  test("a run id of another principal's cannot be started again, nor its existence be told", async () => {
    const { call } = serving({ authorize: (request) => request.headers.get("user") ?? null });
    const json = { input: "Hi", run: `run_${"a".repeat(16)}`, thread: "t" };
    await startRun(call, "greeter", json, { user: "ann" });
    const response = await call("/agents/greeter/runs", { json, headers: { user: "eve" } });
    expect([404, 409]).toContain(response.status);
    expect(JSON.stringify(await problemOf(response))).not.toContain("ann");
  });

  test("without it nobody sees what belongs to somebody", async () => {
    const { agents } = cast();
    const runtime = createRuntime({ agents });
    const open = createHandler({ runtime });
    await runtime.start({ agent: "greeter", input: "Hi", thread: "t", principal: "ann" });
    await runtime.start({ agent: "greeter", input: "Hi", thread: "u" });
    expect((await open(new Request("http://x/threads/t"))).status).toBe(404);
    const list = await (await open(new Request("http://x/threads?limit=1"))).json();
    expect(list.threads.map(({ thread }: { thread: string }) => thread)).toEqual(["u"]);
    await runtime.close({ deadlineMs: 0 });
  });

  test("its own response is sent as it is, with our headers", async () => {
    const { call } = serving({
      authorize: () => Response.redirect("https://login.example/", 303),
      cors: { origins: ["https://app.example"] },
    });
    const response = await call("/agents", { headers: { origin: "https://app.example" } });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("https://login.example/");
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
  });

  test.each([undefined, "", { id: "" }, {}, 7])(
    "%j is no principal: nobody gets in, and onError hears why",
    async (verdict) => {
      const { call, errors } = serving({ authorize: () => verdict as string });
      expect((await call("/agents")).status).toBe(500);
      expect(String(errors)).toContain("authorize must return");
    },
  );

  test("that reads the body is told not to", async () => {
    const { call, errors } = serving({
      async authorize(request) {
        await request.text();
        return "ann";
      },
    });
    expect((await call("/agents/greeter/runs", { json: { input: "Hi" } })).status).toBe(500);
    expect(String(errors)).toContain("request.clone()");
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

describe("limits", () => {
  test("a stream holds its place until it is over", async () => {
    const { call } = serving({ limits: { concurrency: 2 } });
    const { run } = await startRun(call, "puppet");
    const one = follow(await call(`/runs/${run}/events`));
    const two = follow(await call(`/runs/${run}/events`));
    const refused = await call(`/runs/${run}`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect((await call("/health")).status).toBe(200);
    await one.leave();
    expect((await call(`/runs/${run}`)).status).toBe(200);
    await call(`/runs/${run}/cancel`, { method: "POST" });
    await two.until("run.cancelled");
    expect(await two.next()).toBeUndefined();
    const again = follow(await call(`/runs/${run}/events`));
    expect(await (await call(`/runs/${run}`)).json()).toMatchObject({ status: "cancelled" });
    await again.leave();
  });

  test("a rate is each principal's own", async () => {
    const { call } = serving({
      limits: { rate: { perMinute: 1 } },
      authorize: (request) => request.headers.get("user") ?? null,
    });
    const ask = (user: string) => call("/agents", { headers: { user } });
    expect((await ask("ann")).status).toBe(200);
    const refused = await ask("ann");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask("bob")).status).toBe(200);
  });

  test("a body has a size", async () => {
    const { call } = serving({ maxBodyBytes: 100 });
    const response = await call("/agents/greeter/runs", { json: { input: "x".repeat(100) } });
    expect(response.status).toBe(413);
    expect(await problemOf(response)).toMatchObject({ limit: 100 });
  });
});

describe("CORS", () => {
  const cors = { origins: ["https://app.example"], credentials: true, maxAgeSeconds: 60 } as const;
  const origin = "https://app.example";

  test("a preflight is answered before anybody is asked who it is", async () => {
    const { call } = serving({ cors, authorize: () => null });
    const response = await call("/agents/greeter/runs", {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type,x-own",
      },
    });
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": origin,
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers": "content-type,x-own",
      "access-control-max-age": "60",
      vary: "Origin",
    });
  });

  test("streams and problems carry the headers too", async () => {
    const { call } = serving({ cors });
    for (const path of ["/nope", "/threads/t/events", "/health"]) {
      const response = await call(path, { headers: { origin } });
      expect(response.headers.get("access-control-allow-origin")).toBe(origin);
      await response.body?.cancel();
    }
    const other = await call("/health", { headers: { origin: "https://evil.example" } });
    expect(other.headers.has("access-control-allow-origin")).toBe(false);
  });

  test("without it, no origin is allowed", async () => {
    const { call } = serving();
    const response = await call("/health", { headers: { origin } });
    expect(response.headers.has("access-control-allow-origin")).toBe(false);
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
