import { expect, test } from "vitest";
import { framesOf, problemOf, serving, startRun } from "../serving.test.helper.ts";

const hi = { input: "Hi" };

test("an Idempotency-Key starts one run, and a repeat attaches to it from the start", async () => {
  const { call, handler } = serving();
  const ask = { json: { ...hi, thread: "t" }, headers: { "idempotency-key": "k-1" } };
  const first = await framesOf(await call("/agents/greeter/runs", ask));
  const second = await framesOf(await call("/agents/greeter/runs", ask));
  expect(second).toEqual(first);
  expect(await handler.runtime.log.threads.runs("t")).toHaveLength(1);
});

test("also without a thread, also at the same time, and the answer names the same thread", async () => {
  const { call } = serving();
  const headers = { "idempotency-key": "k-1" };
  const [a, b] = await Promise.all([
    startRun(call, "greeter", {}, headers),
    startRun(call, "greeter", {}, headers),
  ]);
  const c = await startRun(call, "greeter", {}, headers);
  expect(a).toEqual(b);
  expect(c).toEqual(a);
  const state = await (await call(`/runs/${a.run}`)).json();
  expect(state.thread).toBe(a.thread);
});

test("a repeat goes on where its viewer was", async () => {
  const { call } = serving();
  const ask = { json: hi, headers: { "idempotency-key": "k-1" } };
  const all = await framesOf(await call("/agents/greeter/runs", ask));
  const rest = await framesOf(
    await call("/agents/greeter/runs", {
      ...ask,
      headers: { ...ask.headers, "last-event-id": all[3]?.id ?? "" },
    }),
  );
  expect(rest).toEqual(all.slice(4));
});

test("a repeat by a viewer that has seen the end is told that there is no more", async () => {
  const { call } = serving();
  const ask = { json: hi, headers: { "idempotency-key": "k-1" } };
  const all = await framesOf(await call("/agents/greeter/runs", ask));
  const headers = { ...ask.headers, "last-event-id": all.at(-1)?.id ?? "" };
  expect((await call("/agents/greeter/runs", { ...ask, headers })).status).toBe(204);
});

test("a run id of the client's does the same", async () => {
  const { call } = serving();
  const run = `run_${"a".repeat(16)}`;
  const first = await startRun(call, "greeter", { run });
  expect(first.run).toBe(run);
  expect(await startRun(call, "greeter", { run })).toEqual(first);
});

test("another request under the same id or key is a conflict", async () => {
  const { call } = serving();
  const headers = { "idempotency-key": "k-1" };
  await startRun(call, "greeter", {}, headers);
  const response = await call("/agents/greeter/runs", { json: { input: "Bye" }, headers });
  expect(response.status).toBe(409);
  expect(await problemOf(response)).toMatchObject({ type: "urn:runwire:problem:conflict" });
});

test("keys of different threads and principals are different keys", async () => {
  const { call } = serving({ authorize: (request) => request.headers.get("user") ?? null });
  const start = (thread: string, user: string) =>
    startRun(call, "greeter", { thread }, { "idempotency-key": "k", user });
  const runs = [await start("a", "ann"), await start("b", "ann"), await start("c", "bob")];
  expect(new Set(runs.map(({ run }) => run)).size).toBe(3);
});

test.each(["", " ", "ä", "x".repeat(256), "a b"])("%j is no key", async (key) => {
  const { call } = serving();
  const headers = { "idempotency-key": key };
  const response = await call("/agents/greeter/runs", { json: hi, headers });
  expect(response.status).toBe(400);
});
