import { agent, type Toolset } from "@runwire/core";
import { scriptedModel } from "@runwire/core/testing";
import { expect, onTestFinished, test } from "vitest";
import { createHandler } from "../handler.ts";

const toolset = (name: string, kind: Toolset["kind"] = "mcp"): Toolset => ({
  name,
  kind,
  open: () => ({ tools: async () => ({}), close: async () => {} }),
});

function serving() {
  const model = scriptedModel(({ messages }) => ({ text: `${messages.length}` }));
  const github = toolset("github");
  const helper = agent({ name: "helper", toolsets: [toolset("files")] });
  const assistant = agent({
    name: "assistant",
    model,
    tools: { helper },
    toolsets: [github, toolset("own", "custom")],
  });
  const other = agent({ name: "other", model, toolsets: [github] });
  const handler = createHandler({ agents: [assistant, other, agent({ name: "bare", model })] });
  onTestFinished(() => handler.close());
  return (path: string, body?: unknown) =>
    handler(
      new Request(`http://runs${path}`, {
        headers: { accept: "application/json", "content-type": "application/json" },
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      }),
    );
}

test("lists the servers that runs may name, and who can use them", async () => {
  const call = serving();
  expect(await (await call("/mcp-servers")).json()).toEqual({
    servers: [
      { name: "github", agents: ["assistant", "other"] },
      { name: "files", agents: ["assistant"] },
    ],
  });
  const { agents } = await (await call("/agents")).json();
  expect(agents).toMatchObject([
    { name: "assistant", mcpServers: ["github", "files"] },
    { name: "other", mcpServers: ["github"] },
    { name: "bare", mcpServers: [] },
  ]);
});

test("a run may name servers of its agents, and no others", async () => {
  const call = serving();
  const started = await call("/agents/assistant/runs", { input: "Hi", mcpServers: ["files"] });
  const { run } = await started.json();
  expect(started.status).toBe(200);
  const state = await (await call(`/runs/${run}`)).json();
  expect(state.mcpServers).toEqual(["files"]);
  const refused = await call("/agents/other/runs", { input: "Hi", mcpServers: ["files"] });
  expect(refused.status).toBe(400);
  expect((await refused.json()).detail).toMatch(/"files".*github/);
  expect((await call("/agents/other/runs", { input: "Hi", mcpServers: "github" })).status).toBe(
    400,
  );
});
