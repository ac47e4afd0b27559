import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { http } from "./http.ts";
import { wireServer } from "./remote/wire-server.test.helper.ts";
import type { SandboxContext } from "./sandbox.ts";

let server: Awaited<ReturnType<typeof wireServer>>;
let context: SandboxContext;
beforeAll(async () => {
  server = await wireServer();
  context = await http({
    url: `${server.url}/run`,
    key: "k-1",
    languages: ["python", "go"],
  }).open();
});
afterAll(() => server.close());

const success = {
  status: "success",
  stdout: "hi\n",
  stderr: null,
  exception: null,
  executionTime: 41,
};

describe("http()", () => {
  test("posts the program and reads what it printed", async () => {
    server.json(success);
    const result = await context.run("print('hi')", { stdin: "in", files: { "data.csv": "a,b" } });
    expect(result).toMatchObject({ ok: true, stdout: "hi\n", stderr: "", stateLost: false });
    const last = server.asked.at(-1);
    expect(last?.path).toBe("/run");
    expect(last?.headers.authorization).toBe("Bearer k-1");
    expect(last?.body).toEqual({
      language: "python",
      stdin: "in",
      files: [
        { name: "index.py", content: "print('hi')" },
        { name: "data.csv", content: "a,b" },
      ],
    });
  });

  const pieces = [{ stdout: "o" }, { stdout: "né\n", stderr: "warn" }, { status: "success" }];
  test.each([
    ["application/x-ndjson", pieces.map((piece) => `${JSON.stringify(piece)}\r\n`).join("\n")],
    [
      "text/event-stream",
      `: hello\n\n${pieces.map((piece) => `event: x\ndata: ${JSON.stringify(piece)}\n\n`).join("")}data: [DONE]\n\n`,
    ],
  ])("streams %s, however it is cut", async (type, text) => {
    const bytes = Buffer.from(text);
    for (let cut = 1; cut < bytes.length; cut += 3) {
      const heard: string[] = [];
      server.answers(async (response) => {
        response.writeHead(200, { "content-type": type });
        response.write(bytes.subarray(0, cut), () =>
          setImmediate(() => response.end(bytes.subarray(cut))),
        );
      });
      const result = await context.run("", { onStdout: (piece) => heard.push(piece) });
      expect(result).toMatchObject({ ok: true, stdout: "oné\n", stderr: "warn" });
      expect(heard).toEqual(["o", "né\n"]);
    }
  });

  test("tells what is printed while the program runs", async () => {
    let go = (): void => {};
    server.answers((response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write('{"stdout":"first"}\n');
      go = () => response.end('{"status":"success"}\n');
    });
    // The server ends only after the client has heard: who does not stream waits for ever.
    const { stdout } = await context.run("", { onStdout: () => go() });
    expect(stdout).toBe("first");
  });

  test("tells an exception as its language prints it", async () => {
    const exception =
      'Traceback (most recent call last):\n  File "index.py", line 1\nValueError: no\n';
    server.json({ ...success, exception });
    expect((await context.run("")).error).toEqual({
      kind: "exception",
      name: "ValueError",
      message: "no",
      traceback: exception,
    });
    server.json({ ...success, exception: "SyntaxError: bad\n    at x.js:1" });
    expect((await context.run("")).error).toMatchObject({ kind: "syntax", message: "bad" });
  });

  test.each([
    [401, "auth", false],
    [403, "auth", false],
    [402, "quota", false],
    [429, "rate_limit", true],
    [500, "unavailable", true],
    [404, "protocol", false],
  ])("throws for %d", async (status, code, retryable) => {
    server.json({ message: "why" }, status);
    await expect(context.run("")).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringContaining("why"),
    });
  });

  test.each([
    ["no JSON", "<html>", "text/html"],
    ["no answer", "[1]", "application/json"],
    ["a wrong field", '{"status":"success","stdout":1}', "application/json"],
    ["a cut stream", '{"stdout":"half of"}\n', "application/x-ndjson"],
  ])("throws for %s", async (_, body, type) => {
    server.answers((response) => response.writeHead(200, { "content-type": type }).end(body));
    await expect(context.run("")).rejects.toMatchObject({ code: "protocol" });
  });

  test("throws when nobody is there", async () => {
    const nobody = await wireServer();
    await nobody.close();
    const lonely = await http({ url: nobody.url }).open();
    await expect(lonely.run("")).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });

  test("a program that takes too long, prints too much or is aborted is cut off", async () => {
    const closes: Promise<unknown>[] = [];
    server.answers((response) => {
      closes.push(once(response, "close"));
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write('{"stdout":"1234567890é"}\n');
    });
    const late = await context.run("", { timeoutMs: 100 });
    expect(late).toMatchObject({ stdout: "1234567890é", error: { kind: "timeout" } });
    const flood = await context.run("", { maxOutputBytes: 11 });
    expect(flood).toMatchObject({
      stdout: "1234567890",
      truncated: true,
      error: { kind: "output_limit" },
    });
    const controller = new AbortController();
    const aborted = await context.run("", {
      signal: controller.signal,
      onStdout: () => controller.abort(),
    });
    expect(aborted.error).toMatchObject({ kind: "aborted" });
    // The service hears of it: its connection is closed each time.
    await Promise.all(closes);
    expect(closes).toHaveLength(3);
  });

  test("refuses what it cannot do", async () => {
    const sandbox = http({ url: server.url });
    await expect(context.run("", { language: "cobol" })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.run("", { collect: ["*"] })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.run("", { files: { a: Uint8Array.of(0xff) } })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.run("", { files: { "../a": "" } })).rejects.toMatchObject({
      code: "invalid",
    });
    await expect(context.check("")).rejects.toMatchObject({ code: "unsupported" });
    await expect(sandbox.open({ tools: { a: { execute: () => 1 } } })).rejects.toMatchObject({
      code: "unsupported",
    });
    await sandbox.close();
    await expect(sandbox.open()).rejects.toMatchObject({ code: "closed" });
  });
});
