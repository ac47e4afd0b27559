import { ModelError } from "@runwire/core";
import { readModel } from "@runwire/core/testing";
import { OpenAI } from "openai";
import { describe, expect, it } from "vitest";
import { streamError, toModelError } from "./errors.ts";
import { openai } from "./openai.ts";
import { type Answer, refuse, stream, testServer } from "./wire-server.test.helper.ts";

async function failure(
  answer: Answer,
  api: "responses" | "chat" = "responses",
): Promise<ModelError> {
  const server = await testServer();
  server.answer(answer);
  const make = api === "chat" ? openai.chat : openai;
  const model = make("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test" });
  return thrownBy(() => readModel(model));
}

async function thrownBy(run: () => Promise<unknown>): Promise<ModelError> {
  const error = await run().catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

describe("an answer with an error status", () => {
  it("says what the provider said, and what its support will ask for", async () => {
    const body = {
      message: "No such tool.",
      type: "invalid_request_error",
      code: "bad",
      param: "tools",
    };
    const error = await failure(refuse(400, body, { "x-request-id": "req_1" }));
    expect(error.message).toMatch(
      /^127\.0\.0\.1:\d+ answered with an error \(400 bad\): No such tool\.$/,
    );
    expect(error).toMatchObject({
      code: "model-error",
      retryable: false,
      status: 400,
      details: { code: "bad", type: "invalid_request_error", param: "tools", requestId: "req_1" },
    });
    expect(error.cause).toBeInstanceOf(OpenAI.BadRequestError);
  });

  it("does not repeat what is said about a refused key: it holds parts of the key", async () => {
    const message = "Incorrect API key provided: sk-te***st.";
    const error = await failure(refuse(401, { message, code: "invalid_api_key" }));
    expect(error.message).toContain("check the option `apiKey`");
    expect(JSON.stringify([error.message, error.details])).not.toContain("sk-");
  });

  it("hints at what to check", async () => {
    const body = { message: "No." };
    expect((await failure(refuse(403, body))).message).toContain("may not do this");
    expect((await failure(refuse(404, body))).message).toContain("openai.chat()");
    expect((await failure(refuse(404, body), "chat")).message).not.toContain("openai.chat()");
  });

  it.each([
    [408, true],
    [409, true],
    [422, false],
    [500, true],
    [529, true],
  ])("%s may be repeated: %s", async (status, retryable) => {
    expect(await failure(refuse(status, { message: "No." }))).toMatchObject({ status, retryable });
  });

  it("may be repeated or not as the provider says", async () => {
    const never = await failure(refuse(500, {}, { "x-should-retry": "false" }));
    expect(never.retryable).toBe(false);
    const again = await failure(refuse(400, {}, { "x-should-retry": "true" }));
    expect(again.retryable).toBe(true);
  });

  it("says when to come back, also when the server is down", async () => {
    const limited = refuse(
      429,
      { code: "rate_limit_exceeded" },
      { "x-ratelimit-reset-tokens": "1.5s" },
    );
    expect(await failure(limited)).toMatchObject({ code: "rate-limited", retryAfterMs: 1_500 });
    const down = await failure(refuse(503, {}, { "retry-after": "3" }));
    expect(down).toMatchObject({ code: "model-error", retryAfterMs: 3_000 });
  });

  it("tells a limit that passes from one that does not", async () => {
    const quota = await failure(refuse(429, { message: "Quota.", code: "insufficient_quota" }));
    expect(quota).toMatchObject({ code: "model-error", retryable: false, unavailable: true });
    expect(quota.message).toContain("billing");
    const huge = {
      message: "Request too large for gpt-5: Limit 1, Requested 2.",
      code: "rate_limit_exceeded",
    };
    expect(await failure(refuse(429, huge))).toMatchObject({
      code: "rate-limited",
      retryable: false,
    });
    expect(await failure(refuse(402, {}))).toMatchObject({ retryable: false, unavailable: true });
  });

  it.each<[number, object]>([
    [400, { code: "context_length_exceeded", message: "Too long." }],
    [400, { message: "Your input exceeds the context window of this model." }],
    [400, { message: "This model's maximum context length is 8192 tokens." }],
    [413, { message: "Payload too large." }],
  ])("%s %j means that the history does not fit", async (status, body) => {
    expect(await failure(refuse(status, body))).toMatchObject({
      code: "context-length",
      retryable: false,
    });
  });

  it("may have a body that is no JSON, or none", async () => {
    const html: Answer = (response) => void response.writeHead(502).end("<html>Bad gateway</html>");
    expect(await failure(html)).toMatchObject({ status: 502, retryable: true });
    const none: Answer = (response) => void response.writeHead(500).end();
    expect((await failure(none)).message).toContain("(500)");
  });
});

describe("a failure of the connection", () => {
  it("names the server and the reason", async () => {
    const server = await testServer();
    await server.close();
    const model = openai("gpt-5", { baseURL: server.baseURL, apiKey: "sk-test" });
    const error = await thrownBy(() => readModel(model));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ could not be reached: .*ECONNREFUSED/);
  });

  it("may be a page where a stream should be", async () => {
    const page: Answer = (response) => void response.writeHead(200).end("<html>Hello</html>");
    expect((await failure(page)).message).toContain("Is the base URL right");
  });

  it("tells a stream that broke from one that never began", async () => {
    const broken = await failure(
      stream('data: {"type":"response.created"}\n\n', { ending: "break" }),
    );
    expect(broken.message).toContain("broke off before the end of its answer");
    expect(broken.cause).toBeInstanceOf(TypeError);
  });
});

describe("what is thrown otherwise", () => {
  const asked = { host: "api.openai.com", genuine: true, api: "responses" } as const;

  it("stays a ModelError if it is one", () => {
    const error = new ModelError({ code: "model-error", message: "x" });
    expect(toModelError(error, asked)).toBe(error);
  });

  it("is known by its shape, if it comes from another copy of the SDK", () => {
    const foreign = Object.assign(new Error("429 Slow down"), {
      status: 429,
      headers: new Headers({ "retry-after": "1" }),
      error: { message: "Slow down" },
    });
    expect(toModelError(foreign, asked)).toMatchObject({
      code: "rate-limited",
      retryAfterMs: 1_000,
    });
  });

  it("may be the SDK's refusal of how it is used, which no repetition mends", () => {
    const misuse = toModelError(new OpenAI.OpenAIError("This is disabled by default."), asked);
    expect(misuse).toMatchObject({ retryable: false, message: "This is disabled by default." });
  });

  it("tells where OpenAI's own key comes from", () => {
    const refused = Object.assign(new Error("401"), { status: 401, headers: undefined, error: {} });
    expect(toModelError(refused, asked).message).toContain("check OPENAI_API_KEY or the option");
  });

  it("may be anything, and may pass", () => {
    expect(toModelError("odd", asked)).toMatchObject({ retryable: true, message: "odd" });
  });

  it("is repeated in doubt, when it came in a stream", () => {
    expect(streamError(undefined, asked)).toMatchObject({ code: "model-error", retryable: true });
    expect(streamError({ code: "429" }, asked)).toMatchObject({
      code: "rate-limited",
      status: 429,
    });
  });
});
