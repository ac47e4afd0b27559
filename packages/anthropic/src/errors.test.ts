import { Anthropic } from "@anthropic-ai/sdk";
import { ModelError } from "@runwire/core";
import { readModel } from "@runwire/core/testing";
import { describe, expect, it } from "vitest";
import { anthropic } from "./anthropic.ts";
import { toModelError } from "./errors.ts";
import { type Answer, refuse, testServer } from "./wire-server.test.helper.ts";

async function failure(answer: Answer): Promise<ModelError> {
  const server = await testServer();
  server.answer(answer);
  const { baseURL } = server;
  return thrownBy(() => readModel(anthropic("claude-opus-5-5", { baseURL, apiKey: "sk-ant-x" })));
}

async function thrownBy(run: () => Promise<unknown>): Promise<ModelError> {
  const error = await run().catch((thrown: unknown) => thrown);
  if (!ModelError.is(error)) throw new Error("no ModelError", { cause: error });
  return error;
}

describe("an answer with an error status", () => {
  it("says what the provider said, and what its support will ask for", async () => {
    const body = { type: "invalid_request_error", message: "tools.0: No." };
    const error = await failure(refuse(400, body, { "request-id": "req_1" }));
    expect(error.message).toMatch(
      /^127\.0\.0\.1:\d+ answered with an error \(400 invalid_request_error\): tools\.0: No\.$/,
    );
    expect(error).toMatchObject({
      code: "model-error",
      retryable: false,
      status: 400,
      details: { type: "invalid_request_error", requestId: "req_1" },
    });
    expect(error.cause).toBeInstanceOf(Anthropic.BadRequestError);
  });

  it("does not repeat what is said about a refused key: it may hold parts of the key", async () => {
    const error = await failure(refuse(401, { message: "invalid x-api-key sk-ant-x" }));
    expect(error.message).toContain("check the option `apiKey`");
    expect(JSON.stringify([error.message, error.details])).not.toContain("sk-ant");
  });

  it("hints at what to check", async () => {
    expect((await failure(refuse(403, {}))).message).toContain("may not do this");
    expect((await failure(refuse(404, {}))).message).toContain("the model's name");
    expect((await failure(refuse(402, {}))).message).toContain("billing");
    const poor = { type: "invalid_request_error", message: "Your credit balance is too low." };
    const broke = await failure(refuse(400, poor));
    expect(broke.message).toContain("billing");
    expect(broke).toMatchObject({ retryable: false, unavailable: true });
  });

  it.each([
    [402, false],
    [408, true],
    [409, true],
    [422, false],
    [500, true],
    [504, true],
    [529, true],
  ])("%s may be repeated: %s", async (status, retryable) => {
    const error = await failure(refuse(status, { message: "No." }));
    expect(error).toMatchObject({ code: "model-error", status, retryable });
  });

  it("may be repeated or not as the provider says", async () => {
    const never = await failure(refuse(500, {}, { "x-should-retry": "false" }));
    expect(never.retryable).toBe(false);
    const again = await failure(refuse(400, {}, { "x-should-retry": "true" }));
    expect(again.retryable).toBe(true);
  });

  it("says when to come back, also when the server has too much to do", async () => {
    const limited = refuse(429, { type: "rate_limit_error" }, { "retry-after": "7" });
    expect(await failure(limited)).toMatchObject({ code: "rate-limited", retryAfterMs: 7_000 });
    const overloaded = { type: "overloaded_error", message: "Overloaded" };
    expect(await failure(refuse(529, overloaded, { "retry-after": "3" }))).toMatchObject({
      code: "model-error",
      retryable: true,
      retryAfterMs: 3_000,
    });
  });

  it.each([
    [400, "prompt is too long: 210000 tokens > 200000 maximum"],
    [400, "input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000"],
    [413, "Request exceeds the maximum size"],
  ])("%s %s means that the history does not fit", async (status, message) => {
    expect(await failure(refuse(status, { message }))).toMatchObject({
      code: "context-length",
      retryable: false,
    });
  });

  it("may have a body that is no JSON, none, or one without its envelope", async () => {
    const html: Answer = (response) => void response.writeHead(502).end("<html>Bad</html>");
    expect(await failure(html)).toMatchObject({ status: 502, retryable: true });
    const none: Answer = (response) => void response.writeHead(500).end();
    expect((await failure(none)).message).toContain("(500)");
    const bare: Answer = (response) =>
      void response
        .writeHead(400, { "content-type": "application/json" })
        .end('{"type":"bad","message":"Bare."}');
    expect((await failure(bare)).message).toContain("(400 bad): Bare.");
  });
});

describe("a failure of the connection", () => {
  it("names the server and the reason", async () => {
    const server = await testServer();
    await server.close();
    const model = anthropic("claude-opus-5-5", { baseURL: server.baseURL, apiKey: "sk-ant-x" });
    const error = await thrownBy(() => readModel(model));
    expect(error).toMatchObject({ code: "model-error", retryable: true });
    expect(error.message).toMatch(/^127\.0\.0\.1:\d+ could not be reached: .*ECONNREFUSED/);
  });

  it("may be a page where a stream should be", async () => {
    const page: Answer = (response) => void response.writeHead(200).end("<html>Hello</html>");
    expect((await failure(page)).message).toContain("Is the base URL right");
  });
});

describe("what is thrown otherwise", () => {
  const asked = { host: "api.anthropic.com", genuine: true };

  it("stays a ModelError if it is one", () => {
    const error = new ModelError({ code: "model-error", message: "x" });
    expect(toModelError(error, asked)).toBe(error);
  });

  it("is known by its shape, if it comes from another copy of the SDK", () => {
    const foreign = Object.assign(new Error("429"), {
      status: 429,
      headers: new Headers({ "retry-after": "1" }),
      error: { type: "error", error: { type: "rate_limit_error", message: "Slow down" } },
    });
    expect(toModelError(foreign, asked)).toMatchObject({
      code: "rate-limited",
      retryAfterMs: 1_000,
    });
  });

  it("may be the SDK's refusal of how it is used, which no repetition mends", () => {
    const misuse = toModelError(new Anthropic.AnthropicError("This is disabled."), asked);
    expect(misuse).toMatchObject({ retryable: false, message: "This is disabled." });
  });

  it("tells where Anthropic's own key comes from", () => {
    const refused = Object.assign(new Error("401"), { status: 401, headers: undefined, error: {} });
    expect(toModelError(refused, asked).message).toContain("check ANTHROPIC_API_KEY or the option");
  });

  it("may be anything, and may pass", () => {
    expect(toModelError("odd", asked)).toMatchObject({ retryable: true, message: "odd" });
  });
});
