import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { mcp } from "./mcp.ts";
import { McpError } from "./mcp-error.ts";
import { calling, run } from "./run.test.helper.ts";
import { everything, freePort, odd, serve } from "./servers.test.helper.ts";

const failed = (message: RegExp) => ({
  status: "failed",
  error: { code: "tool-error", message: expect.stringMatching(message) },
});

describe("a server that misbehaves", () => {
  test("by never answering costs a call its time, and hears that nobody waits any more", async () => {
    const { server, did } = odd({ timeoutMs: 300 });
    const { calls } = await run([server], [{ name: "odd__hang" }], [{ name: "odd__cancelled" }]);
    expect(calls[0]).toMatchObject({ status: "failed", error: { code: "timeout" } });
    expect(calls[1]).toMatchObject({ output: "1" });
    expect(did()).toContain("cancelled");
  });

  test("by never answering hears of a cancelled run", async () => {
    const { server, did } = odd();
    const { runtime } = calling([server], [{ name: "odd__hang" }]);
    const handle = runtime.run("assistant", "Go.", {
      on: {
        "tool.started": async (_, { cancel }) => {
          while (!did().includes("hang")) await sleep(5);
          await cancel();
        },
      },
    });
    await expect(handle.result).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(did).toContain("cancelled");
  });

  test("by dying in mid-call fails the call, and is started again for the next one", async () => {
    const { server, did } = odd();
    const { calls, state } = await run([server], [{ name: "odd__die" }], [{ name: "odd__pay" }]);
    expect(calls[0]).toMatchObject(failed(/"odd" broke.*may or may not have been done/));
    expect(calls[1]).toMatchObject({ output: "done" });
    expect(did()).toEqual(["list", "list", "pay"]);
    expect(state.warnings).toEqual([]);
  });

  test("by talking nonsense is understood as far as it can be", async () => {
    const errors: unknown[] = [];
    const { server } = odd({ onError: (error) => errors.push(error) });
    const { calls } = await run(
      [server],
      [{ name: "odd__garbage" }],
      [{ name: "odd__nonsense" }, { name: "odd__broken-schema", input: { a: "(" } }],
    );
    expect(calls[0]).toMatchObject({ output: "after garbage" });
    expect(errors.length).toBeGreaterThan(0);
    expect(calls[1]).toMatchObject(failed(/"odd" cannot be understood/));
    expect(calls[2]).toMatchObject({ output: "called broken-schema" });
  });

  test("by saying more than a log takes fails that call alone", async () => {
    const { server } = odd();
    const { calls } = await run(
      [server],
      [{ name: "odd__huge" }],
      [{ name: "odd__flood" }],
      [{ name: "odd__pay" }],
    );
    expect(calls[0]).toMatchObject({ status: "failed", error: { code: "too-large" } });
    expect(calls[1]).toMatchObject(failed(/broke/));
    expect(calls[2]).toMatchObject({ output: "done" });
  });

  test("by telling every bit of its progress is told less of", async () => {
    const { server } = odd();
    const { calls, state } = await run([server], [{ name: "odd__chatty" }]);
    expect(calls[0]).toMatchObject({
      output: "said it all",
      progress: { progress: expect.any(Number) },
    });
    expect(state.seq).toBeLessThan(2_000);
  });

  test("by changing its tools is asked again, and only then", async () => {
    const { server, did } = odd();
    const { calls, asked } = await run(
      [server],
      [{ name: "odd__pay" }],
      [{ name: "odd__grow" }],
      [{ name: "odd__grown" }],
    );
    expect(calls[2]).toMatchObject({ output: "called grown" });
    const seen = asked.map(({ tools }) => tools.some(({ name }) => name === "odd__grown"));
    expect(seen).toEqual([false, false, true, true]);
    expect(did()).toEqual(["list", "pay", "list"]);
  });
});

describe("a server that cannot be had", () => {
  const missing = (onError: (error: unknown) => void) =>
    mcp({ name: "none", command: "/no/such/program", onError });

  test("leaves the run its other tools, and the model knows", async () => {
    const server = missing(() => {});
    const { calls, asked, state } = await run(
      [server, everything()],
      [{ name: "every__echo", input: { message: "hi" } }, { name: "none__tool" }],
    );
    expect(calls[0]).toMatchObject({ output: "Echo: hi" });
    expect(calls[1]).toMatchObject({ error: { code: "unknown-tool" } });
    expect(asked[0]?.instructions).toMatch(/"none" cannot be used now: .*ENOENT/);
    expect(state.warnings).toHaveLength(1);
  });

  test("is tried again when its pause is over", async () => {
    const errors: unknown[] = [];
    const server = missing((error) => errors.push(error));
    const { tools, close } = server.open();
    onTestFinished(close);
    await expect(tools()).rejects.toMatchObject({ code: "unavailable" });
    await expect(tools()).rejects.toMatchObject({ code: "unavailable" });
    // It is not started again at once.
    expect(errors).toHaveLength(1);
    expect(errors[0]).toSatisfy(McpError.is);
    await expect
      .poll(() => tools().catch(() => errors.length), { timeout: 10_000 })
      .toBeGreaterThan(1);
  });

  test("since it does not know its tools is not started again at once", async () => {
    const { server, did } = odd({ mode: "listless" });
    const { tools, close } = server.open();
    onTestFinished(close);
    const failure = { code: "failed", message: 'The MCP server "odd" answered: no idea' };
    await expect(tools()).rejects.toMatchObject(failure);
    await expect(tools()).rejects.toMatchObject(failure);
    expect(did()).toEqual(["list"]);
  });

  test("since it does not answer is given up in time", async () => {
    const { server } = odd({ mode: "mute", connectTimeoutMs: 200 });
    const { state } = await run([server]);
    expect(state.warnings[0]?.message).toMatch(/"odd" did not answer in time/);
  });

  test("since nobody listens says so", async () => {
    const url = `http://127.0.0.1:${await freePort()}/mcp`;
    const { state } = await run([mcp({ name: "gone", url, onError: () => {} })]);
    expect(state.warnings[0]?.message).toMatch(/"gone" cannot be reached: .*ECONNREFUSED/);
  });

  test.each([
    [401, /HTTP 401.*headers/],
    [500, /HTTP 500|negotiation/],
  ])("since it answers %i says so, and keeps its page to itself", async (status, message) => {
    const url = await serve((_, response) => response.writeHead(status).end("<h1>secret</h1>"));
    const { state } = await run([mcp({ name: "shut", url, onError: () => {} })]);
    expect(state.warnings[0]?.message).toMatch(message);
    expect(state.warnings[0]?.message).not.toContain("secret");
  });
});

test("a connection is shared by runtimes, and closed with the last", async () => {
  const { server, did } = odd();
  const [first, second] = [server.open(), server.open()];
  await Promise.all([first.tools(), second.tools()]);
  await first.close();
  await second.tools();
  expect(did()).toEqual(["list"]);
  await second.close();
  await second.close();
  await expect(second.tools()).rejects.toMatchObject({ code: "unavailable" });
  const third = server.open();
  await third.tools();
  expect(did()).toEqual(["list", "list"]);
  await third.close();
});
