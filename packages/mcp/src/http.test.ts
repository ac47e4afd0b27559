import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { InMemoryTransport } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test } from "vitest";
import { mcp } from "./mcp.ts";
import { calling, callsOf, run } from "./run.test.helper.ts";
import { everythingOverHttp } from "./servers.test.helper.ts";

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

test("headers are asked for with each request", async () => {
  const seen: IncomingMessage["headers"][] = [];
  const http = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(401).end();
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void http.close());
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/`;
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
