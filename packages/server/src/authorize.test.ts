import { createRuntime } from "@runwire/core";
import { describe, expect, test } from "vitest";
import { createHandler } from "./handler.ts";
import { type CallInit, cast, problemOf, serving, startRun } from "./serving.test.helper.ts";

/** Every operation, with a body that it takes. */
function operations(run: string, thread: string): readonly (readonly [string, CallInit])[] {
  return [
    ["/agents", {}],
    ["/mcp-servers", {}],
    ["/models", {}],
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
      { type: "list-mcp-servers" },
      { type: "list-models" },
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
      if (["/agents", "/mcp-servers", "/models", "/threads"].includes(path)) continue;
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
