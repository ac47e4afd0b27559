import { AnthropicFoundry } from "@anthropic-ai/foundry-sdk";
import { Anthropic } from "@anthropic-ai/sdk";
import { ModelError } from "@runwire/core";
import { readModel } from "@runwire/core/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import { anthropic } from "./anthropic.ts";
import { lazyConnect } from "./connection.ts";
import { messageStream, text } from "./messages-wire.test.helper.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

afterEach(() => vi.unstubAllEnvs());

async function answering() {
  const server = await testServer();
  server.answer(stream(messageStream(text(0, "Hi"))));
  return server;
}

describe("a key", () => {
  it("is read from the environment at the first call", async () => {
    const server = await answering();
    const model = anthropic("claude-opus-5-5");
    vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-late");
    vi.stubEnv("ANTHROPIC_BASE_URL", server.baseURL);
    await readModel(model);
    expect(server.asked[0]).toMatchObject({
      path: "/v1/messages",
      headers: { authorization: "Bearer sk-ant-late" },
    });
  });

  it("that is missing fails the call, and says what to do", async () => {
    const server = await testServer();
    for (const name of ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"]) {
      vi.stubEnv(name, undefined);
    }
    // Where nobody is logged in.
    vi.stubEnv("ANTHROPIC_CONFIG_DIR", "/nonexistent");
    vi.stubEnv("ANTHROPIC_BASE_URL", server.baseURL);
    const error = await readModel(anthropic("claude-opus-5-5")).catch((thrown: unknown) => thrown);
    expect(ModelError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "model-error", retryable: false });
    expect((error as Error).message).toMatch(/Set ANTHROPIC_API_KEY, or pass one/);
    expect(server.asked).toHaveLength(0);
  });

  it("of Anthropic is not sent to anybody else", async () => {
    vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-secret");
    vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "token-secret");
    const server = await answering();
    await readModel(anthropic("claude-opus-5-5", { baseURL: server.baseURL }));
    expect(JSON.stringify(server.asked[0]?.headers)).not.toMatch(/secret|none/);
  });

  it("may come in a header", async () => {
    const server = await answering();
    const headers = { authorization: "Bearer own" };
    await readModel(anthropic("glm-5", { baseURL: server.baseURL, headers }));
    expect(server.asked[0]?.headers).toMatchObject(headers);
  });
});

describe("a connection", () => {
  it("sends the headers it is given", async () => {
    const server = await answering();
    const headers = { "anthropic-beta": "new-2026-01-01" };
    await readModel(
      anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-x", headers }),
    );
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: "Bearer sk-ant-x",
      ...headers,
    });
  });

  it("may be a client of the user's own, whose retries stay off", async () => {
    const server = await testServer();
    const client = new Anthropic({ baseURL: server.baseURL, apiKey: "sk-own", maxRetries: 5 });
    await expect(readModel(anthropic("claude-opus-5-5", { client }))).rejects.toThrow("500");
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.headers).toMatchObject({ authorization: "Bearer sk-own" });
  });

  it("may be a cloud's client", async () => {
    const server = await answering();
    const client = new AnthropicFoundry({ baseURL: server.baseURL, apiKey: "foundry-key" });
    const events = await readModel(anthropic("my-deployment", { client }));
    expect(events.at(-1)).toMatchObject({ type: "finish", finishReason: "stop" });
    expect(server.asked[0]?.body).toMatchObject({ model: "my-deployment" });
  });

  it("is used again by the next request", async () => {
    const server = await testServer();
    const model = anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-x" });
    for (let count = 0; count < 8; count++) {
      // The end of the stream comes a little after the end of the answer.
      server.answer(async (response, asked) => {
        await stream(messageStream(text(0, "Hi")), { ending: "hang" })(response, asked);
        setTimeout(() => response.end(), 5);
      });
      await readModel(model);
    }
    // fetch may open a second one while it puts the first one back.
    expect(server.connections).toBeLessThan(4);
  });

  it("does not keep an answer waiting that the server forgets to close", async () => {
    const server = await testServer();
    server.answer(stream(messageStream(text(0, "Hi")), { ending: "hang" }));
    const model = anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-x" });
    expect((await readModel(model)).at(-1)).toMatchObject({ finishReason: "stop" });
    await server.asked[0]?.closed;
  });

  it("names its models after who serves them", () => {
    expect(anthropic("claude-opus-5-5").id).toBe("anthropic/claude-opus-5-5");
    const proxy = { baseURL: "https://eu.api.anthropic.com" };
    expect(anthropic("claude-opus-5-5", proxy).id).toBe("anthropic/claude-opus-5-5");
    const other = { baseURL: "https://api.z.ai/api/anthropic" };
    expect(anthropic("glm-5", other).id).toBe("api.z.ai/glm-5");
    const client = new Anthropic({ baseURL: "http://localhost:8080", apiKey: "sk" });
    expect(anthropic("x", { client }).id).toBe("localhost:8080/x");
    expect(anthropic("x", { baseURL: "not a url" }).id).toBe("not a url/x");
  });

  it.each([
    ["https://api.anthropic.com", "anthropic", true],
    ["https://bedrock-runtime.us-east-1.amazonaws.com", "anthropic", true],
    ["https://us-east5-aiplatform.googleapis.com/v1", "anthropic", true],
    ["https://me.services.ai.azure.com/anthropic", "anthropic", true],
    ["https://api.z.ai/api/anthropic", "anthropic@api.z.ai", false],
    ["https://evilanthropic.com", "anthropic@evilanthropic.com", false],
  ])("to %s keeps provider data under %s", (baseURL, key, genuine) => {
    const connected = lazyConnect({ baseURL, apiKey: "sk" })();
    expect(connected).toMatchObject({ key, asked: { genuine } });
  });

  it("that cannot be made fails the call, once there is one", async () => {
    const model = anthropic("claude-opus-5-5", { headers: { "bad header": "x" } });
    const error = await readModel(model).catch((thrown: unknown) => thrown);
    expect(ModelError.is(error)).toBe(true);
  });
});
