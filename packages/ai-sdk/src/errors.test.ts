import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, LoadAPIKeyError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import { type Model, ModelError } from "@runwire/core";
import { readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { aiSdk } from "./ai-sdk.ts";
import { toModelError } from "./errors.ts";
import { messageStream, text } from "./messages-wire.test.helper.ts";
import { type Answer, refuse, stream, testServer } from "./wire-server.test.helper.ts";

const asked = { provider: "me", modelId: "m" };

async function thrownBy(model: Model): Promise<ModelError> {
  const error = await readModel(model).catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

async function failure(answer: Answer): Promise<ModelError> {
  const server = await testServer();
  server.answer(answer);
  const { baseURL } = server;
  return thrownBy(aiSdk(createOpenAICompatible({ name: "mine", baseURL })("qwen3")));
}

describe("an answer with an error status", () => {
  it("tells whether another model may answer", async () => {
    const poor = { message: "You exceeded your quota.", code: "insufficient_quota" };
    expect(toModelError({ ...poor, statusCode: 400 }, asked)).toMatchObject({ unavailable: true });
    expect(await failure(refuse(400, { message: "No." }))).toMatchObject({ unavailable: false });
  });

  it("says what the provider said", async () => {
    const error = await failure(refuse(400, { message: "No such tool." }));
    expect(error.message).toBe("mine failed (400): No such tool.");
    expect(error).toMatchObject({ code: "model-error", retryable: false, status: 400 });
    expect(APICallError.isInstance(error.cause)).toBe(true);
  });

  it("does not repeat what is said about a refused key: it may hold parts of the key", async () => {
    const error = await failure(refuse(401, { message: "Incorrect key: sk-te***st." }));
    expect(error.message).toContain("The API key was refused");
    expect(JSON.stringify([error.message, error.details])).not.toContain("sk-");
  });

  it.each([
    [402, "model-error", false],
    [404, "model-error", false],
    [408, "model-error", true],
    [409, "model-error", true],
    [413, "context-length", false],
    [422, "model-error", false],
    [429, "rate-limited", true],
    [500, "model-error", true],
    [529, "model-error", true],
  ])("%s is %s, to be repeated: %s", async (status, code, retryable) => {
    const error = await failure(refuse(status, { message: "No." }));
    expect(error).toMatchObject({ status, code, retryable });
  });

  it("says when to come back, in whatever way", async () => {
    const after = async (headers: { readonly [name: string]: string }) =>
      (await failure(refuse(529, { message: "Overloaded" }, headers))).retryAfterMs;
    expect(await after({ "retry-after": "3" })).toBe(3_000);
    expect(await after({ "retry-after-ms": "20", "retry-after": "3" })).toBe(20);
    expect(await after({ "retry-after": "Sat, 21 Nov 2020 06:00:00 GMT" })).toBe(0);
    expect(await after({ "retry-after": "soon" })).toBeUndefined();
    expect(await after({})).toBeUndefined();
  });

  it("knows a history that does not fit", async () => {
    const message = "This model's maximum context length is 8192 tokens.";
    expect(await failure(refuse(400, { message }))).toMatchObject({ code: "context-length" });
  });
});

describe("an error within the stream", () => {
  it.each([
    ["overloaded_error", { code: "model-error", retryable: true, status: 529 }],
    ["rate_limit_error", { code: "rate-limited", retryable: true, status: 429 }],
    ["invalid_request_error", { code: "model-error", retryable: false }],
  ])("%s is what its status would be", async (type, expected) => {
    const server = await testServer();
    const broken = { type: "error", error: { type, message: "Alas" } };
    server.answer(stream(messageStream(text(0, "Hel").slice(0, -1), [broken])));
    const { baseURL } = server;
    const provider = createAnthropic({ baseURL, apiKey: "sk-ant" });
    const error = await thrownBy(aiSdk(provider("claude-opus-5-5")));
    expect(error).toMatchObject({ ...expected, details: { type } });
    expect(error.message).toContain("Alas");
  });

  it("may be a chunk that is not JSON", async () => {
    expect(await failure(stream("data: {half\n\n"))).toMatchObject({ retryable: true });
  });
});

describe("what is thrown otherwise", () => {
  it("may be a connection that was never there", async () => {
    const server = await testServer();
    await server.close();
    const { baseURL } = server;
    const error = await thrownBy(aiSdk(createOpenAICompatible({ name: "mine", baseURL })("q")));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toMatch(/^mine failed: Cannot connect to API: .*ECONNREFUSED/);
  });

  it("stays a ModelError if it is one", () => {
    const error = new ModelError({ code: "model-error", message: "x" });
    expect(toModelError(error, asked)).toBe(error);
  });

  it.each([
    new LoadAPIKeyError({ message: "Set MY_KEY." }),
    new UnsupportedFunctionalityError({ functionality: "audio", message: "Set MY_KEY." }),
    // Of another copy of the package.
    Object.assign(new Error("Set MY_KEY."), { name: "AI_NoSuchModelError" }),
  ])("is the AI SDK's word on how it is used, which no repetition mends", (error) => {
    expect(toModelError(error, asked)).toMatchObject({
      retryable: false,
      message: "me failed: Set MY_KEY.",
    });
  });

  it.each([
    ["odd", true, "me failed: odd"],
    [null, true, "me failed"],
    [new Error("odd"), true, "me failed: odd"],
    [{ code: "insufficient_quota" }, false, "me failed (insufficient_quota) Check the plan"],
    [{ type: "permission_denied", message: "No." }, false, "me failed (permission_denied): No."],
    [{ statusCode: 418, message: "Tea." }, false, "me failed (418): Tea."],
    [{ message: 7, type: 8 }, true, "me failed"],
  ])("may be %j", (thrown, retryable, message) => {
    const error = toModelError(thrown, { ...asked, response: "r1" });
    expect(error).toMatchObject({ code: "model-error", retryable });
    expect(error.details).toMatchObject({ response: "r1" });
    expect(error.message).toContain(message);
  });
});
