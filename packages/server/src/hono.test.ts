import { createServer, type Server } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { eventually, listen, post, raw } from "./node.test.helper.ts";
import { follow, framesOf, problemOf, serving, textOf } from "./serving.test.helper.ts";

/** The handler in Hono, as its users mount it. */
async function mounted(options: Parameters<typeof serving>[0] = {}) {
  const served = serving({ basePath: "/api", ...options });
  const app = new Hono().all("/api/*", (c) => served.handler(c.req.raw));
  const server: Server = createServer(getRequestListener(app.fetch));
  const port = await listen(server);
  return { ...served, port, url: `http://127.0.0.1:${port}/api` };
}

const hi = {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: '{"input":"Hi","thread":"t"}',
};

test("streams arrive whole, results and problems too", async () => {
  const { url } = await mounted();
  const frames = await framesOf(await fetch(`${url}/agents/greeter/runs`, hi));
  expect(textOf(frames)).toBe("Hello, wide world");
  const result = await fetch(`${url}/agents/greeter/runs`, {
    ...hi,
    headers: { ...hi.headers, accept: "application/json" },
  });
  expect(await result.json()).toMatchObject({ status: "completed", output: "Hello, wide world" });
  const nope = await fetch(`${url}/runs/nope`);
  expect(nope.status).toBe(404);
  expect(await problemOf(nope)).toMatchObject({ type: "urn:runwire:problem:not-found" });
});

test("frames leave as they are made, and a resumed viewer misses none", async () => {
  const { url, talk } = await mounted();
  const viewer = follow(await fetch(`${url}/agents/puppet/runs`, hi));
  talk.say("one");
  const { id = "" } = await viewer.until("text.delta");
  await viewer.leave();
  const { head } = await (await fetch(`${url}/threads/t`)).json();
  talk.say("two");
  talk.finish();
  const rest = await fetch(`${url}/runs/${head}/events`, { headers: { "last-event-id": id } });
  expect(textOf(await framesOf(rest))).toBe("two");
});

test("a socket that is torn off frees its place and stops nothing", async () => {
  const { port, call, talk } = await mounted({ limits: { concurrency: 1 } });
  const client = await raw(port);
  client.send(post("/api/agents/puppet/runs", { input: "Hi", thread: "t" }));
  await client.until("step.started");
  client.socket.destroy();
  expect(await eventually(async () => (await call("/api/threads/t")).status === 200)).toBe(true);
  expect(talk.aborted()).toBe(false);
});

test("an upload that is refused gets its answer", async () => {
  const { url } = await mounted();
  const response = await fetch(`${url}/agents/greeter/runs`, {
    ...hi,
    body: JSON.stringify({ input: "x".repeat(10_000_000) }),
  });
  expect(response.status).toBe(413);
});

test("a response of authorize that was made before Hono replaced Response is sent", async () => {
  const made = Response.json({ login: true }, { status: 403 });
  const { url } = await mounted({ authorize: () => made });
  const response = await fetch(`${url}/agents`);
  expect(response.status).toBe(403);
  expect(await response.json()).toEqual({ login: true });
});
