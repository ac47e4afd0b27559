import { createServer } from "node:http";
import express from "express";
import { expect, test } from "vitest";
import { listen } from "./node.test.helper.ts";
import { nodeHandler } from "./node.ts";
import { problemOf, serving } from "./serving.test.helper.ts";

const hi = {
  method: "POST",
  headers: { "content-type": "application/json", accept: "application/json" },
  body: '{"input":"Hi"}',
};

test("mounted below a path, with that base path", async () => {
  const { handler } = serving({ basePath: "/api" });
  const app = express();
  app.use("/api", nodeHandler(handler));
  const port = await listen(createServer(app));
  const response = await fetch(`http://127.0.0.1:${port}/api/agents/greeter/runs`, hi);
  expect(await response.json()).toMatchObject({ output: "Hello, wide world" });
});

test("mounted at a path with a longer base path, and at the root", async () => {
  const { handler } = serving({ basePath: "/api/v1" });
  const app = express();
  app.use("/api", nodeHandler(handler));
  const port = await listen(createServer(app));
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/health`)).status).toBe(200);
  const root = serving();
  const other = express();
  other.use(nodeHandler(root.handler));
  const otherPort = await listen(createServer(other));
  expect((await fetch(`http://127.0.0.1:${otherPort}/health`)).status).toBe(200);
});

test("mounted without telling the handler says what to set", async () => {
  const { handler } = serving();
  const app = express();
  app.use("/api", nodeHandler(handler));
  const port = await listen(createServer(app));
  const response = await fetch(`http://127.0.0.1:${port}/api/health`);
  expect(response.status).toBe(500);
  expect((await problemOf(response)).detail).toBe(
    'The handler is mounted at "/api", but its basePath is "". Call createHandler with basePath: "/api".',
  );
});

test("behind express.json(), which ate the body, says so", async () => {
  const { handler } = serving();
  const app = express();
  app.use(express.json());
  app.use(nodeHandler(handler));
  const port = await listen(createServer(app));
  const response = await fetch(`http://127.0.0.1:${port}/agents/greeter/runs`, hi);
  expect(response.status).toBe(500);
  expect((await problemOf(response)).detail).toContain("express.json()");
  // It leaves requests without a body alone, and so do we.
  expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
});
