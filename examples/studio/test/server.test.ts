import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { json, text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runMain, type Studio, startStudio } from "./studio.ts";

describe("the server", { timeout: 30_000 }, () => {
  let page: string;
  let studio: Studio;
  beforeAll(async () => {
    page = await mkdtemp(join(tmpdir(), "studio-page-"));
    await writeFile(join(page, "index.html"), "<!doctype html><title>Studio</title>");
    studio = await startStudio(page);
  }, 30_000);
  afterAll(async () => {
    await studio.stop();
    await rm(page, { recursive: true });
  });

  test("serves the page at its root and for each conversation, with a policy", async () => {
    for (const path of ["/", "/t/thr_1"]) {
      const response = await fetch(studio.url + path);
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("Studio");
      const policy = response.headers.get("content-security-policy");
      expect(policy).toContain("default-src 'none'");
      expect(policy).not.toContain("unsafe");
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    }
  });

  test("says whether a model answers", async () => {
    expect(await (await fetch(`${studio.url}/studio.json`)).json()).toEqual({ model: null });
  });

  test("lets a model of a compatible server answer", async () => {
    const asked: unknown[] = [];
    const provider = createServer(async (request, response) => {
      asked.push([request.url, request.headers.authorization, await json(request)]);
      response.setHeader("content-type", "text/event-stream");
      const chunk = { id: "c", object: "chat.completion.chunk", created: 0, model: "m" };
      for (const choice of [
        { index: 0, delta: { role: "assistant", content: "A real" }, finish_reason: null },
        { index: 0, delta: { content: " answer." }, finish_reason: "stop" },
      ]) {
        response.write(`data: ${JSON.stringify({ ...chunk, choices: [choice] })}\n\n`);
      }
      response.end("data: [DONE]\n\n");
    });
    provider.listen(0, "127.0.0.1");
    await once(provider, "listening");
    const { port } = provider.address() as AddressInfo;
    const own = await startStudio(page, {
      env: {
        OPENAI_API_KEY: "key",
        OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
        OPENAI_MODEL: "m",
      },
    });
    try {
      expect(await (await fetch(`${own.url}/studio.json`)).json()).toEqual({ model: "m" });
      const response = await start(own.url, "application/json");
      expect(await response.text()).toContain("A real answer.");
      expect(asked).toMatchObject([["/v1/chat/completions", "Bearer key", { model: "m" }]]);
    } finally {
      await own.stop();
      provider.close();
    }
  });

  test.each([
    "/../package.json",
    "/..%2fpackage.json",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2fpackage.json",
    "/assets/../../../../../../etc/passwd",
    "/t/..%2f..%2fpackage.json/x",
    "/%00",
  ])("gives nothing from outside of the page's folder: %s", async (path) => {
    const status = await rawStatus(path);
    expect(status).toBe(404);
  });

  test("answers to this machine's names alone", async () => {
    expect(await rawStatus("/", "localhost")).toBe(200);
    expect(await rawStatus("/", "rebound.example")).toBe(403);
    expect(await rawStatus("/api/threads", "rebound.example")).toBe(403);
    const open = await startStudio(page, { env: { HOST: "0.0.0.0" } });
    expect(await rawStatus("/api/threads", "studio.example", open)).toBe(200);
    await open.stop();
  });

  test("says that a port is taken, and exits with 1", async () => {
    const second = runMain({
      STUDIO_PAGE: page,
      STUDIO_DATA: studio.data,
      PORT: `${studio.port}`,
    });
    const [stderr, [code]] = await Promise.all([text(second.stderr), once(second, "exit")]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${studio.port} is taken.`);
    expect(stderr).toContain(`PORT=${studio.port + 1} npm start`);
  });

  test.each([
    [{ PORT: "web" }, 'PORT is "web"'],
    [{ PORT: "0", STUDIO_PAGE: "/nowhere" }, "There is no built page in /nowhere"],
    [{ PORT: "0", STUDIO_DATA: "/dev/null" }, "/dev/null/runs.db cannot be made"],
  ])("says what is wrong with %j", async (env, message) => {
    const child = runMain({ STUDIO_PAGE: page, ...env });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });

  test.each(["SIGINT", "SIGTERM"] as const)(
    "ends in peace on %s, also while it streams",
    async (signal) => {
      const own = await startStudio(page, { env: { STUDIO_DELAY_MS: "5" } });
      const response = await start(own.url, "text/event-stream");
      const reader = response.body?.getReader();
      await reader?.read();
      expect(await own.stop(signal)).toBe(0);
      await reader?.cancel().catch(() => {});
    },
  );

  test("ends at once when asked again, but not by the echo of one key", async () => {
    const own = await startStudio(page, { env: { STUDIO_DELAY_MS: "60000" } });
    const exited = once(own.process, "exit");
    const response = await start(own.url, "text/event-stream");
    own.process.kill("SIGINT");
    own.process.kill("SIGINT");
    await once(own.process.stdout as Readable, "data");
    expect(own.process.exitCode).toBe(null);
    // Somebody who keeps pressing it.
    const pressing = setInterval(() => own.process.kill("SIGINT"), 100);
    expect(await exited).toEqual([130, null]);
    clearInterval(pressing);
    await response.body?.cancel().catch(() => {});
    await own.stop();
  });

  function start(url: string, accept: string): Promise<Response> {
    return fetch(`${url}/api/agents/assistant/runs`, {
      method: "POST",
      headers: { "content-type": "application/json", accept },
      body: JSON.stringify({ input: "Good morning!" }),
    });
  }

  /** As it stands: `fetch` would tidy the path up. */
  async function rawStatus(path: string, host = "127.0.0.1", { port } = studio) {
    const sent = request({ hostname: "127.0.0.1", port, path, headers: { host } });
    sent.end();
    const [response] = await once(sent, "response");
    response.resume();
    return response.statusCode;
  }
});
