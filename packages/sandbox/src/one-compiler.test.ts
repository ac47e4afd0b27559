import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { oneCompiler } from "./one-compiler.ts";
import { wireServer } from "./remote/wire-server.test.helper.ts";
import type { SandboxContext } from "./sandbox.ts";

let server: Awaited<ReturnType<typeof wireServer>>;
let context: SandboxContext;
beforeAll(async () => {
  server = await wireServer();
  context = await oneCompiler({ url: server.url, key: "k-2" }).open();
});
afterAll(() => server.close());

describe("oneCompiler()", () => {
  test("posts as RapidAPI wants it", async () => {
    server.json({
      status: "success",
      exception: null,
      stdout: "hi\n",
      stderr: null,
      executionTime: 44,
      limitPerMonthRemaining: 999_843,
    });
    expect(await context.run("console.log('hi')", { language: "nodejs" })).toMatchObject({
      ok: true,
      stdout: "hi\n",
    });
    expect(server.asked.at(-1)).toMatchObject({
      path: "/api/v1/run",
      headers: { "x-rapidapi-key": "k-2", "x-rapidapi-host": new URL(server.url).host },
      body: {
        language: "nodejs",
        stdin: "",
        files: [{ name: "index.js", content: "console.log('hi')" }],
      },
    });
  });

  test("a timeout is the program's, although the call succeeded", async () => {
    server.json({ status: "success", stdout: "so far", error: "E001: Execution timed out" });
    expect(await context.run("")).toMatchObject({
      ok: false,
      stdout: "so far",
      error: { kind: "timeout" },
    });
  });

  test.each([
    ["E002: limit reached", "quota"],
    ["E003: no such key", "auth"],
    ["E004: key is disabled", "auth"],
    ["E005: no such language", "unsupported"],
    ["E006: no such version", "unsupported"],
  ])("throws for %s", async (error, code) => {
    server.json({ status: "failed", error });
    await expect(context.run("")).rejects.toMatchObject({
      code,
      message: expect.stringContaining(error),
    });
  });

  test("throws for a failed call without a code", async () => {
    server.json({ status: "failed", error: "try later" });
    await expect(context.run("")).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });
});
