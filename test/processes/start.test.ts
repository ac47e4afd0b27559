import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { type Stage, setStage } from "./stage.test.helper.ts";
import type { Instance } from "./start-instance.test.helper.ts";
import { stores } from "./stores.test.helper.ts";

const path = "/agents/payer/runs";
const body = JSON.stringify({ input: "Pay." });
const headers = (key: string) => ({
  "content-type": "application/json",
  "idempotency-key": key,
  "x-user": "somebody",
});

interface Answer {
  readonly run: string;
  readonly thread: string;
  readonly output: string;
}

/** Starts a run and waits for its end. */
async function start({ url }: Pick<Instance, "url">, key: string): Promise<Answer> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { ...headers(key), accept: "application/json" },
    body,
  });
  expect(response.status).toBe(200);
  return await response.json();
}

/** Sends the same request, and leaves when that much of its answer is there: 0 leaves at once. */
async function startAndLeave({ port }: Instance, key: string, bytes: number): Promise<void> {
  const socket = connect(port, "127.0.0.1").on("error", () => {});
  const lines = Object.entries(headers(key)).map(([name, value]) => `${name}: ${value}`);
  const head = [`POST ${path} HTTP/1.1`, "host: x", `content-length: ${body.length}`, ...lines];
  await new Promise((resolve) => socket.write(`${head.join("\r\n")}\r\n\r\n${body}`, resolve));
  if (bytes > 0) await Promise.race([once(socket, "data"), once(socket, "close")]);
  socket.destroy();
}

/** The runs that there are, each of which paid once. */
async function runs(stage: Stage): Promise<readonly string[]> {
  const threads = await stage.log.threads.list({ limit: 100 });
  const all = await Promise.all(threads.map(({ thread }) => stage.log.threads.runs(thread)));
  const ids = all.flat().map(({ run }) => run);
  for (const id of ids) {
    const { events } = await stage.check(id);
    expect(events.filter(({ type }) => type === "run.started")).toHaveLength(1);
    const paid = stage.notes(id).filter(({ type }) => type === "effect");
    expect(paid.length).toBeLessThanOrEqual(1);
  }
  return ids.sort();
}

const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);

test.concurrent.for(stores)(
  "$name: the same key at two processes in the same moment starts one run",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const instances = await Promise.all([stage.start(), stage.start()]);
    const answers = await Promise.all(
      keys.map((key) => Promise.all(instances.map((instance) => start(instance, key)))),
    );
    for (const [one, other] of answers) expect(other).toEqual(one);
    expect(await runs(stage)).toEqual(answers.map(([one]) => one?.run).sort());
    expect(new Set(await runs(stage)).size).toBe(keys.length);
  },
);

test.concurrent.for(stores)(
  "$name: a start whose answer was lost is repeated at another process, and is the same run",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const [one, other] = await Promise.all([stage.start(), stage.start()]);
    await Promise.all(keys.map((key, index) => startAndLeave(one, key, index % 2)));
    const answers = await Promise.all(keys.map((key) => start(other, key)));
    expect(await runs(stage)).toEqual(answers.map(({ run }) => run).sort());
    expect(new Set(answers.map(({ output }) => output))).toEqual(new Set(["Paid, or not."]));
  },
);

test.concurrent.for(stores)(
  "$name: a start that killed its process before it answered is repeated at another one, and is the same run",
  async (store, { onTestFinished }) => {
    const stage = await setStage(store, onTestFinished);
    const moment = { point: "created", n: 1, signal: "SIGKILL" } as const;
    const [one, other] = await Promise.all([stage.start({ moment }), stage.start()]);
    await startAndLeave(one, "key", 1);
    expect(await one.gone).toEqual([null, "SIGKILL"]);
    const [found] = await stage.log.threads.list({ limit: 1 });
    const answer = await start(other, "key");
    expect(answer.output).toBe("Paid, or not.");
    expect(answer.run).toBe(found?.head);
    expect(await runs(stage)).toEqual([answer.run]);
  },
);
