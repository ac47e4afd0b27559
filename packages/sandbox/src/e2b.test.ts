import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { e2b } from "./e2b.ts";
import { wireServer } from "./remote/wire-server.test.helper.ts";
import type { Sandbox, SandboxContext } from "./sandbox.ts";

/* E2B's own SDK against a server that speaks its wire: machines are made and killed, programs stream lines of JSON. */

let server: Awaited<ReturnType<typeof wireServer>>;
let sandbox: Sandbox;
let context: SandboxContext;
/** What the machine says to the next programs. */
let execute: (response: ServerResponse, code: string) => void;
let machines = 0;
let killed: string[] = [];
const uploads: string[] = [];

const lines = (...messages: object[]) =>
  messages.map((each) => `${JSON.stringify(each)}\n`).join("");

beforeAll(async () => {
  server = await wireServer();
  server.answers((response, { path, body, method }) => {
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(value));
    };
    if (path === "/v2/sandboxes") {
      const sandboxID = `machine-${++machines}`;
      return json({ sandboxID, templateID: "t", clientID: "c", envdVersion: "0.4.2" }, 201);
    }
    if (method === "DELETE") {
      killed.push(path);
      return response.writeHead(204).end();
    }
    if (path === "/execute") return execute(response, String(body.code));
    if (path.startsWith("/files")) {
      uploads.push(String(body.text));
      return json([{ name: "data.csv", path: "/home/user/data.csv", type: "file" }]);
    }
    return response.writeHead(204).end();
  });
  sandbox = e2b({
    apiKey: `e2b_${"0".repeat(40)}`,
    apiUrl: server.url,
    sandboxUrl: server.url,
    allowInternetAccess: false,
    retries: 0,
  });
});
afterAll(async () => {
  await sandbox.close();
  await server.close();
});
beforeEach(async () => {
  killed = [];
  context = await sandbox.open();
  return () => context.close();
});

function says(...messages: object[]) {
  execute = (response) => response.end(lines(...messages));
}

describe("e2b()", () => {
  test("runs programs in one machine, and ends it with the context", async () => {
    const before = machines;
    says(
      { type: "stdout", text: "hello\n" },
      { type: "stderr", text: "careful\n" },
      { type: "result", text: "42", png: "iVBORw==", is_main_result: true },
      { type: "number_of_executions", execution_count: 1 },
    );
    const heard: string[] = [];
    const result = await context.run("print('hello')\n42", {
      onStdout: (text) => heard.push(text),
    });
    expect(result).toMatchObject({
      ok: true,
      stdout: "hello\n",
      stderr: "careful\n",
      results: [
        { mime: "image/png", data: "iVBORw==" },
        { mime: "text/plain", data: "42" },
      ],
      stateLost: false,
    });
    expect(heard).toEqual(["hello\n"]);
    expect(server.asked.at(-1)?.body).toMatchObject({
      code: "print('hello')\n42",
      language: "python",
    });
    await context.run("1");
    expect(machines).toBe(before + 1);
    await context.close();
    expect(killed).toEqual([`/sandboxes/machine-${machines}`]);
    expect(sandbox.caps).toMatchObject({ network: false, isolation: "remote" });
  });

  test.each([
    ["SyntaxError", "syntax"],
    ["ZeroDivisionError", "exception"],
    ["MemoryError", "memory"],
    ["SystemExit", "exit"],
  ])("tells a %s", async (name, kind) => {
    const traceback = `\u001b[31m${name}\u001b[0m: no`;
    says({ type: "error", name, value: "no", traceback });
    expect((await context.run("")).error).toEqual({
      kind,
      name,
      message: "no",
      traceback: `${name}: no`,
    });
  });

  test("puts files in", async () => {
    says();
    await context.run("", { files: { "data.csv": "a,b" } });
    expect(uploads.at(-1)).toContain("a,b");
  });

  test("streams, and ends the machine of a program that is to stop", async () => {
    const open: Promise<unknown>[] = [];
    execute = (response) => {
      open.push(once(response, "close"));
      response.write(lines({ type: "stdout", text: "1234567890" }));
    };
    expect(await context.run("", { timeoutMs: 200 })).toMatchObject({
      stdout: "1234567890",
      error: { kind: "timeout" },
      stateLost: true,
    });
    expect(await context.run("", { maxOutputBytes: 4 })).toMatchObject({
      stdout: "1234",
      truncated: true,
      error: { kind: "output_limit" },
    });
    const controller = new AbortController();
    const { signal } = controller;
    expect(await context.run("", { signal, onStdout: () => controller.abort() })).toMatchObject({
      error: { kind: "aborted" },
    });
    const mine = new RangeError("mine");
    const broken = context.run("", {
      onStdout() {
        throw mine;
      },
    });
    await expect(broken).rejects.toBe(mine);
    expect(killed).toHaveLength(4);
  });

  test("starts anew on demand", async () => {
    says();
    await context.run("x = 1");
    const before = machines;
    await context.run("x", { fresh: true });
    expect([machines, killed]).toEqual([before + 1, [`/sandboxes/machine-${before}`]]);
  });

  test("refuses what it cannot do", async () => {
    await expect(context.run("", { stdin: "x" })).rejects.toMatchObject({ code: "unsupported" });
    await expect(context.run("", { collect: ["*"] })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.run("", { language: "cobol" })).rejects.toMatchObject({
      code: "unsupported",
    });
    await expect(context.check("")).rejects.toMatchObject({ code: "unsupported" });
    await expect(sandbox.open({ tools: { a: { execute: () => 1 } } })).rejects.toMatchObject({
      code: "unsupported",
    });
  });

  test.each([
    [401, "auth"],
    [429, "rate_limit"],
    [500, "unavailable"],
  ])("throws when E2B answers %d", async (status, code) => {
    const refusing = await wireServer();
    refusing.json({ code: status, message: "why" }, status);
    const own = e2b({ apiKey: `e2b_${"0".repeat(40)}`, apiUrl: refusing.url, retries: 0 });
    await expect((await own.open()).run("")).rejects.toMatchObject({ code });
    await own.close();
    await refusing.close();
  });
});
