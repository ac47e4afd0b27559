import { beforeEach, describe, expect, test, vi } from "vitest";
import { createClient } from "./client.ts";
import { json, problem, serve, stream } from "./log-server.test.helper.ts";
import { sleep } from "./sleep.ts";

vi.mock("./sleep.ts", () => ({ sleep: vi.fn(async () => {}) }));
beforeEach(() => void vi.mocked(sleep).mockClear());

const accepted = { status: "accepted" };

describe("a command", () => {
  test("goes to its own address, with an id of its own", async () => {
    const server = await serve((_, response) => json(response, accepted, 202));
    const run = createClient({ url: server.url }).follow("run/1");
    await run.cancel({ reason: "enough" });
    await run.send("Hurry");
    await run.approve("a 1", { reason: "fine", input: { n: 1 } });
    await run.deny("a2", { reason: "no" });
    await run.complete("c3", { hex: "#fff" });
    expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /runs/run%2F1/cancel",
      "POST /runs/run%2F1/messages",
      "POST /runs/run%2F1/approvals/a%201",
      "POST /runs/run%2F1/approvals/a2",
      "POST /runs/run%2F1/results/c3",
    ]);
    const bodies = server.asked.map(({ body }) => body as { id: string });
    expect(bodies.map(({ id: _, ...fields }) => fields)).toEqual([
      { reason: "enough" },
      { input: "Hurry" },
      { approved: true, reason: "fine", input: { n: 1 } },
      { approved: false, reason: "no" },
      { output: { hex: "#fff" } },
    ]);
    expect(new Set(bodies.map(({ id }) => id)).size).toBe(5);
  });

  test("is repeated under the same id until its answer is known", async () => {
    const server = await serve((_, response) => {
      if (server.asked.length === 1) response.socket?.destroy();
      else if (server.asked.length === 2) problem(response, 503, "closing", { "retry-after": "2" });
      else json(response, accepted, 202);
    });
    await createClient({ url: server.url }).follow("r").cancel();
    expect(server.asked).toHaveLength(3);
    expect(new Set(server.asked.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(vi.mocked(sleep).mock.calls.some(([ms]) => ms === 2_000)).toBe(true);
  });

  test("is given up after a while, or at once when the server asks for too long a wait", async () => {
    const server = await serve(({ path }, response) =>
      path.endsWith("cancel")
        ? problem(response, 503, "closing")
        : problem(response, 429, "slow", { "retry-after": "3600" }),
    );
    const run = createClient({ url: server.url }).follow("r");
    await expect(run.cancel()).rejects.toMatchObject({ code: "server", status: 503 });
    expect(server.asked).toHaveLength(5);
    await expect(run.send("Hi")).rejects.toMatchObject({
      code: "rate-limited",
      retryAfterMs: 3_600_000,
    });
    expect(server.asked).toHaveLength(6);
  });

  test("that came too late rejects", async () => {
    const server = await serve((_, response) => problem(response, 409, "closed"));
    const run = createClient({ url: server.url }).follow("r");
    await expect(run.send("Hi")).rejects.toMatchObject({ code: "closed" });
    expect(server.asked).toHaveLength(1);
  });

  test("to a run that is being started waits until the server knows the run", async () => {
    let begin = () => {};
    const server = await serve(({ path }, response) => {
      if (path.endsWith("/cancel")) return json(response, accepted, 202);
      begin = () => stream(response);
    });
    const stop = new AbortController();
    const run = createClient({ url: server.url }).run("a", "Hi", { signal: stop.signal });
    const cancelled = run.cancel();
    await server.reached(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.asked).toHaveLength(1);
    begin();
    await cancelled;
    expect(server.asked[1]?.path).toBe(`/runs/${run.id}/cancel`);
    stop.abort();
  });
});

describe("requests", () => {
  test("carry headers made anew for each, and credentials", async () => {
    const server = await serve((_, response) => json(response, { threads: [] }));
    let token = 0;
    const seen: (RequestCredentials | undefined)[] = [];
    const client = createClient({
      url: server.url,
      headers: async () => ({ authorization: `Bearer ${++token}` }),
      credentials: "include",
      fetch: (url, init) => {
        seen.push(init.credentials);
        return fetch(url, init);
      },
    });
    await client.threads.list();
    await client.threads.list({ limit: 5, before: 99 });
    await client.threads.delete("a/b");
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer 1",
      "Bearer 2",
      "Bearer 3",
    ]);
    expect(seen).toEqual(["include", "include", "include"]);
    expect(server.asked.map(({ method, path, query }) => `${method} ${path}?${query}`)).toEqual([
      "GET /threads?",
      "GET /threads?limit=5&before=99",
      "DELETE /threads/a%2Fb?",
    ]);
  });

  test("whose headers cannot be made now are tried again", async () => {
    const server = await serve((_, response) => json(response, { threads: [] }));
    let tries = 0;
    const client = createClient({
      url: server.url,
      headers: () => (++tries < 3 ? Promise.reject(new Error("offline")) : { a: "1" }),
    });
    expect(await client.threads.list()).toEqual({ threads: [] });
    expect(server.asked).toHaveLength(1);
  });

  test("whose answer is not JSON, or breaks off", async () => {
    const server = await serve(({ path }, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "20" });
      if (path === "/threads/page") response.end("<!doctype html>12345");
      else response.write("{", () => response.socket?.destroy());
    });
    const client = createClient({ url: server.url });
    await expect(client.load("a", "page")).rejects.toMatchObject({ code: "protocol" });
    expect(server.asked).toHaveLength(1);
    await expect(client.load("a", "cut")).rejects.toMatchObject({ code: "network" });
    expect(server.asked).toHaveLength(6);
  });

  test("a thread that is not there loads as undefined", async () => {
    const server = await serve((_, response) => problem(response, 404, "not-found"));
    expect(await createClient({ url: server.url }).load("a", "t")).toBeUndefined();
  });
});
