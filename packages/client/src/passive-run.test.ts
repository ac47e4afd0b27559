import type { Run } from "@runwire/core";
import { expect, onTestFinished, test } from "vitest";
import { createThread } from "./create-thread.ts";
import { stream } from "./log-server.test.helper.ts";
import { completed, frameOf, snapshotFrame, stateOf, step } from "./sample-log.test.helper.ts";
import { serveThread } from "./thread-server.test.helper.ts";
import { until } from "./until.test.helper.ts";

/** What a callback of a thread is handed, for a run that has ended, and the server that tells that run alone. */
async function heardRun() {
  const server = await serveThread();
  server.refuse((asked, response) => {
    if (asked.path !== "/runs/run_a/events") return false;
    const log = server.logs.get("run_a") ?? [];
    stream(response);
    if (asked.query.has("snapshot")) response.write(snapshotFrame(stateOf(log)));
    else for (const event of log.slice(asked.after)) response.write(frameOf(event));
    response.end();
    return true;
  });
  let run: Run | undefined;
  const thread = createThread({
    url: server.url,
    agent: "assistant",
    thread: server.thread,
    on: {
      "run.started": (_, heard) => {
        run = heard;
      },
    },
  });
  onTestFinished(thread.subscribe(() => {}));
  await until(() => thread.state.connection === "connected");
  server.begin("run_a", { input: "one?" });
  server.append("run_a", ...step(1, ["one"], "run_a"), completed);
  await until(() => run?.state?.status === "completed");
  return { run: run as Run, server };
}

test("a thread's callback is handed the run as it is there, and needs no connection for that", async () => {
  const { run, server } = await heardRun();
  expect(run).toMatchObject({ id: "run_a", thread: server.thread });
  await run.cancel();
  await run.approve("a 1");
  expect(server.asked.map(({ method, path }) => `${method} ${path}`).slice(2)).toEqual([
    "POST /runs/run_a/cancel",
    "POST /runs/run_a/approvals/a%201",
  ]);
});

test("its result and its events are asked for when somebody wants them, from the start", async () => {
  const { run, server } = await heardRun();
  expect(await run.result).toBe("one");
  expect(await run.result).toBe("one");
  const told: number[] = [];
  for await (const { seq } of run) told.push(seq);
  expect(told).toEqual(server.logs.get("run_a")?.map(({ seq }) => seq));
  expect(server.asked.filter(({ path }) => path === "/runs/run_a/events")).toHaveLength(2);
});
