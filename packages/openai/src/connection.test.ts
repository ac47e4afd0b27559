import { ModelError } from "@runwire/core";
import { readModel } from "@runwire/core/testing";
import { OpenAI } from "openai";
import { afterEach, describe, expect, it, vi } from "vitest";
import { lazyConnect } from "./connection.ts";
import { openai } from "./openai.ts";
import { message, responseStream } from "./responses-wire.test.helper.ts";
import { stream, testServer } from "./wire-server.test.helper.ts";

afterEach(() => vi.unstubAllEnvs());

async function answering() {
  const server = await testServer();
  server.answer(stream(responseStream(message(0, "Hi"))));
  return server;
}

describe("a key", () => {
  it("is read from the environment at the first call", async () => {
    const server = await answering();
    const model = openai("gpt-5");
    vi.stubEnv("OPENAI_API_KEY", "sk-late");
    vi.stubEnv("OPENAI_BASE_URL", server.baseURL);
    await readModel(model);
    expect(server.asked[0]).toMatchObject({
      path: "/v1/responses",
      headers: { authorization: "Bearer sk-late" },
    });
  });

  it("that is missing fails the call, and says what to do", async () => {
    vi.stubEnv("OPENAI_API_KEY", undefined);
    vi.stubEnv("OPENAI_ADMIN_KEY", undefined);
    const model = openai("gpt-5");
    const error = await readModel(model).catch((thrown: unknown) => thrown);
    expect(ModelError.is(error)).toBe(true);
    expect(error).toMatchObject({ code: "model-error", retryable: false });
    expect((error as Error).message).toMatch(/Set OPENAI_API_KEY, or pass one/);
  });

  it("of OpenAI is not sent to anybody else", async () => {
    vi.stubEnv("OPENAI_API_KEY", "sk-secret");
    const server = await answering();
    await readModel(openai("gpt-5", { baseURL: server.baseURL }));
    expect(server.asked[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([{}, { apiKey: "sk-own" }])("nor is whose account it is (%j)", async (own) => {
    vi.stubEnv("OPENAI_ORG_ID", "org-secret");
    vi.stubEnv("OPENAI_PROJECT_ID", "proj-secret");
    const server = await answering();
    await readModel(openai("gpt-5", { baseURL: server.baseURL, ...own }));
    expect(JSON.stringify(server.asked[0]?.headers)).not.toContain("secret");
  });

  it("may come in a header", async () => {
    const server = await answering();
    const headers = { authorization: "Token own" };
    await readModel(openai("gpt-5", { baseURL: server.baseURL, headers }));
    expect(server.asked[0]?.headers).toMatchObject(headers);
  });
});

describe("a connection", () => {
  it("sends the headers and the organization it is given", async () => {
    const server = await answering();
    const headers = { "x-title": "Runwire" };
    await readModel(
      openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk", organization: "org_1", headers }),
    );
    expect(server.asked[0]?.headers).toMatchObject({
      authorization: "Bearer sk",
      "openai-organization": "org_1",
      "x-title": "Runwire",
    });
  });

  it("may be a client of the user's own, whose retries stay off", async () => {
    const server = await testServer();
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: "sk-own", maxRetries: 5 });
    await expect(readModel(openai("gpt-5", { client }))).rejects.toThrow("500");
    expect(server.asked).toHaveLength(1);
    expect(server.asked[0]?.headers).toMatchObject({ authorization: "Bearer sk-own" });
  });

  it("names its models after who serves them", () => {
    expect(openai("gpt-5").id).toBe("openai/gpt-5");
    expect(openai("gpt-5", { baseURL: "https://eu.api.openai.com/v1" }).id).toBe("openai/gpt-5");
    expect(openai.chat("qwen3", { baseURL: "http://localhost:11434/v1" }).id).toBe(
      "localhost:11434/qwen3",
    );
    const client = new OpenAI({ baseURL: "https://openrouter.ai/api/v1", apiKey: "sk" });
    expect(openai.chat("x/y", { client }).id).toBe("openrouter.ai/x/y");
    expect(openai.chat("x", { baseURL: "not a url" }).id).toBe("not a url/x");
  });

  it.each([
    ["https://api.openai.com/v1", "openai", true],
    ["https://eu.api.openai.com/v1", "openai", true],
    ["https://me.openai.azure.com/openai/v1", "openai@me.openai.azure.com", true],
    ["https://openrouter.ai/api/v1", "openai@openrouter.ai", false],
    ["https://evilopenai.com/v1", "openai@evilopenai.com", false],
  ])("to %s keeps provider data under %s", (baseURL, key, genuine) => {
    const connected = lazyConnect({ baseURL, apiKey: "sk" }, "responses")();
    expect(connected).toMatchObject({ key, asked: { genuine } });
    const chat = lazyConnect({ baseURL, apiKey: "sk" }, "chat")();
    expect(chat.key).toBe(key.replace("openai", "openai-chat"));
  });
});
