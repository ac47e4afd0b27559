import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { InMemoryTransport } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test } from "vitest";
import { mcp } from "./mcp.ts";
import { calling, callsOf, run } from "./run.test.helper.ts";
import { everythingOverHttp, serve } from "./servers.test.helper.ts";

test("a server that was restarted is asked again, in a session of its own", async () => {
  const { url, stop, start } = await everythingOverHttp();
  const server = mcp({ name: "every", url, onError: () => {} });
  const { runtime } = calling([server], [{ name: "every__echo", input: { message: "hi" } }]);
  await runtime.run("assistant", "Go.").result;
  await stop();
  await start();
  const again = runtime.run("assistant", "Go.");
  await again.result;
  const calls = again.state === undefined ? [] : callsOf(again.state);
  expect(calls.map(({ output }) => output)).toEqual(["Echo: hi"]);
  expect(again.state?.warnings).toEqual([]);
});

test("a server that goes away is missing until it is back", async () => {
  const { url, stop, start } = await everythingOverHttp();
  const server = mcp({ name: "every", url, onError: () => {} });
  const { tools, close } = server.open();
  onTestFinished(close);
  const { every__echo: echo } = await tools();
  expect(echo).toBeDefined();
  await stop();
  await expect(server.prompts()).rejects.toMatchObject({ code: "unavailable" });
  await expect(tools()).rejects.toMatchObject({ code: "unavailable" });
  await start();
  await expect
    .poll(() => tools().then(Object.keys, () => []), { timeout: 20_000 })
    .toContain("every__echo");
});

test("an answer that is cut off fails its call, and the next one goes on in a new session", async () => {
  let sessions = 0;
  const ended: unknown[] = [];
  const url = await serve(async (request, response) => {
    if (request.method === "DELETE") ended.push(request.headers["mcp-session-id"]);
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method } = JSON.parse(await text(request));
    const reply = (result: object, headers = {}): void => {
      response.writeHead(200, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
    };
    switch (method) {
      case "initialize":
        return reply(
          {
            protocolVersion: "2025-06-18",
            capabilities: { tools: {} },
            serverInfo: { name: "cut", version: "1" },
          },
          { "mcp-session-id": String(++sessions) },
        );
      case "tools/list":
        return reply({ tools: [{ name: "act", inputSchema: { type: "object" } }] });
      case "tools/call":
        if (sessions > 1) return reply({ content: [{ type: "text", text: "done" }] });
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write(": on my way\n\n", () => response.destroy());
        return;
      default:
        response.writeHead(id === undefined ? 202 : 400).end();
    }
  });
  const act = [{ name: "cut__act" }];
  const { calls, runtime } = await run([mcp({ name: "cut", url, onError: () => {} })], act, act);
  expect(calls).toMatchObject([
    { status: "failed", error: { message: expect.stringContaining("may or may not") } },
    { status: "completed", output: "done" },
  ]);
  await runtime.close();
  expect(ended).toEqual(["1", "2"]);
});

test("headers are asked for with each request", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const url = await serve((request, response) => {
    seen.push(request.headers);
    response.writeHead(401).end();
  });
  let token = 0;
  const turning = { name: "a", url, headers: () => ({ authorization: `Bearer ${++token}` }) };
  await run([mcp({ ...turning, onError: () => {} })]);
  await run([mcp({ name: "a", url, headers: { authorization: "fixed" }, onError: () => {} })]);
  const sent = seen.map(({ authorization }) => authorization);
  expect(sent[0]).toBe("Bearer 1");
  expect(sent.at(-1)).toBe("fixed");
});

test("any transport of the MCP client will do", async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  far.onmessage = (message) => {
    if (!("id" in message) || !("method" in message)) return;
    const result =
      message.method === "initialize"
        ? {
            protocolVersion: "2025-06-18",
            capabilities: { tools: {} },
            serverInfo: { name: "near", version: "1" },
          }
        : { tools: [{ name: "think", inputSchema: { type: "object" as const } }] };
    void far.send({ jsonrpc: "2.0", id: message.id, result });
  };
  await far.start();
  const { asked } = await run([mcp({ name: "near", transport: () => near })]);
  expect(asked[0]?.tools.map(({ name }) => name)).toEqual(["near__think"]);
});
