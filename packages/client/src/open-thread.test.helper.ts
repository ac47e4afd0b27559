import { textOf } from "@runwire/core/protocol";
import { onTestFinished } from "vitest";
import { createClient } from "./client.ts";
import { completed, step } from "./sample-log.test.helper.ts";
import type { Thread, ThreadOptions } from "./thread.ts";
import { serveThread, type ThreadServer } from "./thread-server.test.helper.ts";

/** A thread that somebody looks at until the test is over. */
export function open(server: ThreadServer, options: Partial<ThreadOptions> = {}) {
  const thread = createClient({ url: server.url }).thread({
    agent: "assistant",
    thread: server.thread,
    ...options,
  });
  const states: Thread["state"][] = [];
  const close = thread.subscribe(() => states.push(thread.state));
  onTestFinished(close);
  return { thread, states, close };
}

export function texts({ state }: Thread): string[] {
  return state.messages.map(({ role, parts }) => `${role[0]}:${textOf(parts)}`);
}

/** Two questions with their answers. */
export async function conversation(): Promise<ThreadServer> {
  const server = await serveThread();
  server.begin("run_a", { input: "one?" });
  server.append("run_a", ...step(1, ["one"], "run_a"), completed);
  server.begin("run_b", { input: "two?", previous: "run_a" });
  server.append("run_b", ...step(1, ["two"], "run_b"), completed);
  return server;
}
