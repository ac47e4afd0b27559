import { createServer } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { agent, clientTool, type Model, type ModelEvent, tool } from "@runwire/core";
import { scriptedModel } from "@runwire/core/testing";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { onTestFinished } from "vitest";
import { z } from "zod";

/** A model that says what the test tells it to, when it tells it; one answer per call. */
function puppet() {
  const calls: { readonly signal: AbortSignal; push(...events: readonly ModelEvent[]): void }[] =
    [];
  const model: Model = {
    id: "test/puppet",
    async *stream(_, { signal }) {
      const queue: ModelEvent[] = [];
      let wake = () => {};
      signal.addEventListener("abort", () => wake());
      calls.push({
        signal,
        push(...events) {
          queue.push(...events);
          wake();
        },
      });
      while (!signal.aborted) {
        const events = queue.splice(0);
        yield events;
        if (events.some(({ type }) => type === "finish")) return;
        if (queue.length > 0) continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  const usage = { inputTokens: 1, outputTokens: 1 };
  return {
    model,
    calls,
    /** Begins or continues the answer of the newest call. */
    say(delta: string) {
      calls.at(-1)?.push({ type: "text.delta", id: "t", delta });
    },
    begin() {
      calls.at(-1)?.push({ type: "text.started", id: "t" });
    },
    finish() {
      calls
        .at(-1)
        ?.push(
          { type: "text.completed", id: "t" },
          { type: "finish", finishReason: "stop", usage },
        );
    },
  };
}

const search = tool({
  description: "Search",
  input: z.object({ query: z.string() }),
  data: { "hit.found": z.object({ url: z.string() }) },
  async *execute({ query }, { emit, print }) {
    for (let page = 1; page <= 3; page++) {
      yield { page };
      print(`page ${page}\n`);
      emit("hit.found", { url: `https://example.com/${query}/${page}` });
    }
    return { hits: [`${query} 𝄞`] };
  },
});

const write = tool({
  description: "Write a file",
  input: z.object({ path: z.string() }),
  needsApproval: true,
  execute: async ({ path }) => `wrote ${path}`,
});

const pickColor = clientTool({
  description: "Let the user pick a color",
  input: z.object({ hint: z.string() }),
  output: z.object({ hex: z.string() }),
});

const story = Array.from({ length: 400 }, (_, index) => `${index} é € 𝄞 "\\" `).join("");

/** Agents for everything that two ends have to agree on. */
function cast() {
  const talk = puppet();
  const researcher = agent({
    name: "researcher",
    model: scriptedModel([
      { calls: [{ name: "search", input: { query: "runs" } }] },
      { text: "Runs are logs." },
    ]),
    tools: { search },
  });
  const agents = [
    agent({
      name: "teller",
      model: scriptedModel([
        {
          reasoning: "A long one.",
          calls: [
            { name: "search", input: { query: "a" } },
            { name: "researcher", input: { prompt: "b" } },
          ],
        },
        { text: story },
      ]),
      tools: { search, researcher },
    }),
    agent({ name: "talker", model: talk.model }),
    agent({
      name: "writer",
      model: scriptedModel([
        { calls: [{ name: "write", input: { path: "a.txt" } }] },
        { text: "Written." },
      ]),
      tools: { write },
    }),
    agent({
      name: "painter",
      model: scriptedModel([
        { calls: [{ name: "pickColor", input: { hint: "warm" } }] },
        ({ messages }) => ({ text: JSON.stringify(messages.at(-1)?.parts.at(-1)) }),
      ]),
      tools: { pickColor },
    }),
  ] as const;
  return { agents, talk };
}

export type Served = Awaited<ReturnType<typeof serveAgents>>["handler"];

/** The agents behind a real server on a real socket. Closes with the test. */
export async function serveAgents() {
  const { agents, talk } = cast();
  const handler = createHandler({ agents, onError: () => {} });
  const server = createServer(nodeHandler(handler));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await handler.close({ deadlineMs: 0 });
  });
  const { port } = server.address() as AddressInfo;
  return { handler, talk, port, url: `http://127.0.0.1:${port}` };
}

/**
 * A proxy that cuts connections in the middle of what the server sends, at any of the first `within` bytes, `cuts` times
 * in all. It takes the server's `retry:` to zero, so that a test of many cuts does not take minutes.
 */
export async function cuttingProxy(port: number, cuts: number, within: number) {
  const sockets = new Set<Socket>();
  const state = { left: cuts };
  const server = createTcpServer((client) => {
    const upstream = connect(port, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    let budget = state.left > 0 ? Math.floor(Math.random() * within) : Number.POSITIVE_INFINITY;
    upstream.on("data", (bytes) => {
      const text = bytes.toString("latin1").replace(/retry: \d+/, (m) => m.replace(/\d/g, "0"));
      const passed = Buffer.from(text, "latin1").subarray(0, budget);
      budget -= passed.length;
      client.write(passed, () => {
        if (budget > 0 || client.destroyed) return;
        state.left--;
        client.destroy();
      });
    });
    upstream.on("end", () => client.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    left: () => Math.max(0, state.left),
  };
}
