// A server, or a worker, in a process of its own. What it says it says in lines; when nobody listens any more, it ends.
import { writeSync } from "node:fs";
import { createServer } from "node:http";
import { flushCompileCache } from "node:module";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { createHandler } from "@runwire/server";
import { nodeHandler } from "@runwire/server/node";
import { cast } from "./agents.test.helper.ts";
import type { InstanceOptions } from "./instance-options.test.helper.ts";
import { note } from "./ledger.test.helper.ts";
import { createStriker } from "./moment.test.helper.ts";
import { openLog } from "./open-log.test.helper.ts";

const options: InstanceOptions = JSON.parse(process.argv[2] ?? "");
const say = (...words: readonly unknown[]) => writeSync(1, `${words.join(" ")}\n`);
const now = Date.now;
Date.now = () => now() + (options.skewMs ?? 0);
const opened = await openLog(options.where);
const { log, reached } = createStriker(opened.log, options.moment, say);

/** The newest lease of each run that was written to, and how far. */
const written = new Map<string, { readonly epoch: number; readonly tail: number }>();

const handler = createHandler({
  agents: cast({ note: (entry) => note(options.ledger, entry), reached }),
  log: {
    ...log,
    async append(run, batch) {
      const answer = await log.append(run, batch);
      const tail = answer.status === "ok" ? answer.tail : batch.after;
      written.set(run, { epoch: batch.epoch, tail });
      if (answer.status !== "ok") say("refused", run, answer.status);
      return answer;
    },
  },
  leaseMs: options.leaseMs,
  recover: options.works,
  concurrency: options.concurrency,
  authorize: (request) => request.headers.get("x-user") ?? "somebody",
  onError: (error) => say("error", String(error)),
});
const server = createServer(nodeHandler(handler));

/** What the holder of a lease would write next, whether it still holds it or not. */
async function intrude(run: string): Promise<void> {
  const { epoch = 0, tail: after = 0 } = written.get(run) ?? {};
  const usage = { inputTokens: 0, outputTokens: 0 };
  const event = { seq: after + 1, type: "run.cancelled", usage, at: Date.now() } as const;
  const { status } = await opened.log.append(run, { epoch, after, events: [event] });
  say("intruded", run, status);
}

let closing = false;

/** As for a deploy: nothing is left that holds the process. */
async function close(deadlineMs: number): Promise<void> {
  closing = true;
  await handler.close({ deadlineMs });
  server.close();
  server.closeAllConnections();
  await opened.close();
  process.stdin.destroy();
}

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const [word, argument = ""] = line.split(" ");
  if (word === "intrude") void intrude(argument);
  if (word === "close") void close(Number(argument));
});
// Whoever started it is gone.
input.on("close", () => closing || process.exit());

server.listen(0, "127.0.0.1", () => {
  say("ready", (server.address() as AddressInfo).port);
  flushCompileCache();
});
