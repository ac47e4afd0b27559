import { agent, createModels, createRuntime } from "@runwire/core";
import { scriptedModel } from "@runwire/core/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { createHandler } from "../handler.ts";
import type { ServeOptions } from "../options.ts";

const says = (id: string) => scriptedModel(() => ({ text: `Said by ${id}.` }), { id });
const models = createModels({
  "x/big": says("x/big"),
  "x/small": says("x/small"),
  "x/dear": says("x/dear"),
  "y/": (rest) => says(`y/${rest}`),
});

function serving({ clientModels }: Pick<ServeOptions, "clientModels"> = {}) {
  const agents = [
    agent({ name: "assistant", model: ["x/big", "x/dear"] }),
    agent({ name: "helper", model: "x/dear" }),
    agent({ name: "own", model: says("own/1") }),
    agent({ name: "rule", model: () => "x/big" }),
  ];
  const handler = createHandler({ agents, models, ...(clientModels && { clientModels }) });
  onTestFinished(() => handler.close());
  return (path: string, body?: unknown) =>
    handler(
      new Request(`http://runs${path}`, {
        headers: { accept: "application/json", "content-type": "application/json" },
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
      }),
    );
}

describe("GET /models", () => {
  test("lists what may be chosen, and for which agents it is what is asked anyway", async () => {
    const call = serving({ clientModels: ["x/small", "x/big", "y/any"] });
    expect(await (await call("/models")).json()).toEqual({
      models: [
        { name: "x/small", defaultFor: [] },
        { name: "x/big", defaultFor: ["assistant"] },
        { name: "y/any", defaultFor: [] },
      ],
    });
  });

  test("lists nothing that was not offered", async () => {
    expect(await (await serving()("/models")).json()).toEqual({ models: [] });
  });

  test("leaves it to GET /agents to tell each agent's own", async () => {
    const { agents } = await (await serving()("/agents")).json();
    expect(agents).toMatchObject([{ model: "x/big" }, { model: "x/dear" }, { model: "own/1" }, {}]);
    expect(agents[3]).not.toHaveProperty("model");
  });
});

describe("a start that names a model", () => {
  test("is answered by it, and the log says so", async () => {
    const call = serving({ clientModels: ["x/small"] });
    const started = await call("/agents/assistant/runs", { input: "Hi", model: "x/small" });
    const { run, output } = await started.json();
    expect([started.status, output]).toEqual([200, "Said by x/small."]);
    const state = await (await call(`/runs/${run}`)).json();
    expect(state).toMatchObject({ model: "x/small", stepModel: "x/small" });
  });

  test.each([
    ["that is not offered", ["x/small"], "x/dear", /GET \/models/],
    ["of an offered family's", ["y/any"], "y/other", /GET \/models/],
    ["that nobody knows", ["x/small"], "toString", /GET \/models/],
    ["where none is offered", undefined, "x/small", /No model can be chosen/],
    ["that is no text", ["x/small"], 5, /string/],
    ["without a name", ["x/small"], "", /GET \/models/],
  ])("%s is 400, and says where", async (_, clientModels, model, detail) => {
    const call = serving(clientModels && { clientModels });
    const response = await call("/agents/assistant/runs", { input: "Hi", model });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: "urn:runwire:problem:invalid-body",
      errors: [{ pointer: "/model", detail: expect.stringMatching(detail) }],
    });
    expect(await (await call("/threads")).json()).toEqual({ threads: [] });
  });

  test("is another request than one that names another", async () => {
    const call = serving({ clientModels: ["x/small", "x/big"] });
    const start = (model: string) =>
      call("/agents/assistant/runs", { input: "Hi", run: "run_0123456789abcdef", model });
    expect((await start("x/small")).status).toBe(200);
    expect((await start("x/big")).status).toBe(409);
    expect((await start("x/small")).status).toBe(200);
  });
});

test("a model that the runtime does not know is not offered", async () => {
  const message = 'clientModels: the runtime knows no model named "x/none"';
  expect(() => createHandler({ agents: [], models, clientModels: ["x/big", "x/none"] })).toThrow(
    message,
  );
  expect(() => createHandler({ agents: [], clientModels: ["x/none"] })).toThrow(TypeError);
  const runtime = createRuntime({ agents: [], models });
  onTestFinished(() => runtime.close());
  expect(() => createHandler({ runtime, clientModels: ["x/none"] })).toThrow(message);
  expect(() => createHandler({ runtime, clientModels: ["y/any"] })).not.toThrow();
});
