import { pendingApprovals, type RunState } from "@runwire/core/protocol";
import { eventSchema } from "@runwire/core/schema";
import { describe, expect, test } from "vitest";
import {
  follow,
  framesOf,
  problemOf,
  serving,
  startRun,
  textOf,
  typesOf,
} from "../serving.test.helper.ts";

type Call = ReturnType<typeof serving>["call"];

/** The run once it waits for somebody. */
async function waiting(call: Call, agent: string) {
  const response = await call(`/agents/${agent}/runs`, {
    json: { input: "Hi" },
    headers: { accept: "application/json" },
  });
  const { run, waiting } = await response.json();
  return { run: run as string, id: waiting[0].id as string, callId: waiting[0].call as string };
}

async function typesAfter(call: Call, run: string): Promise<readonly string[]> {
  return typesOf(await framesOf(await call(`/runs/${run}/events`)));
}

describe("cancel", () => {
  test("is the only thing that stops a run", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    const viewer = follow(await call(`/runs/${run}/events`));
    await viewer.until("step.started");
    const response = await call(`/runs/${run}/cancel`, { json: { reason: "enough" } });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ status: "accepted", command: expect.any(String) });
    expect((await viewer.until("run.cancelled")).frame).toMatchObject({ reason: "enough" });
    expect(talk.aborted()).toBe(true);
  });

  test("needs no body", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    expect((await call(`/runs/${run}/cancel`, { method: "POST" })).status).toBe(202);
    expect(await typesAfter(call, run)).toContain("run.cancelled");
  });

  test("of an ended run is too late, unless it is the cancel that ended it", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    const cancel = { json: { id: "cmd_1" } };
    expect((await call(`/runs/${run}/cancel`, cancel)).status).toBe(202);
    await typesAfter(call, run);
    expect((await call(`/runs/${run}/cancel`, cancel)).status).toBe(202);
    const late = await call(`/runs/${run}/cancel`, { json: { id: "cmd_2" } });
    expect(late.status).toBe(409);
    expect(await problemOf(late)).toMatchObject({ type: "urn:runwire:problem:closed" });
  });
});

describe("messages", () => {
  test("reach the running agent, under the ids that the client chose", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    const viewer = follow(await call(`/runs/${run}/events`));
    const sent = await call(`/runs/${run}/messages`, {
      json: { input: "Also this", message: "msg_2", id: "cmd_2" },
    });
    expect(await sent.json()).toEqual({ status: "accepted", command: "cmd_2" });
    expect((await viewer.until("message.received")).frame).toMatchObject({
      message: { id: "msg_2", role: "user", parts: [{ type: "text", text: "Also this" }] },
      command: "cmd_2",
    });
    await viewer.leave();
  });

  test("a repeat, by its id or Idempotency-Key, is one message", async () => {
    const { call, talk } = serving();
    const { run } = await startRun(call, "puppet");
    const send = { json: { input: "Once" }, headers: { "idempotency-key": "k" } };
    await call(`/runs/${run}/messages`, send);
    await call(`/runs/${run}/messages`, send);
    talk.finish();
    const types = await typesAfter(call, run);
    expect(types.filter((type) => type === "message.received")).toHaveLength(1);
  });

  test("under a key that is longer than an id arrive too", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    const viewer = follow(await call(`/runs/${run}/events`));
    const headers = { "idempotency-key": "k".repeat(255) };
    expect((await call(`/runs/${run}/messages`, { json: { input: "Hi" }, headers })).status).toBe(
      202,
    );
    const { frame } = await viewer.until("message.received");
    expect(eventSchema.safeParse(frame).error).toBeUndefined();
    await viewer.leave();
  });

  test("cannot have an id that the runtime gives to its own", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    for (const [json, pointer] of [
      [{ message: `${run}.9` }, "/message"],
      [{ id: `${run}.9` }, "/id"],
    ] as const) {
      const response = await call(`/runs/${run}/messages`, { json: { input: "Hi", ...json } });
      expect(response.status).toBe(400);
      expect(await problemOf(response)).toMatchObject({ errors: [{ pointer }] });
    }
  });

  test("are refused when the run has ended, when empty, and when too large for the log", async () => {
    const { call } = serving();
    const { run } = await startRun(call, "puppet");
    const send = (json: object) => call(`/runs/${run}/messages`, { json });
    expect((await send({ input: "" })).status).toBe(400);
    expect((await send({ input: [] })).status).toBe(400);
    expect((await send({ input: "x".repeat(250_000) })).status).toBe(413);
    await call(`/runs/${run}/cancel`, { method: "POST" });
    await typesAfter(call, run);
    expect((await send({ input: "Hello?" })).status).toBe(409);
  });
});

describe("approvals", () => {
  test("yes: the tool runs, with the edited input, and the log says who", async () => {
    const { call } = serving({ authorize: () => "ann" });
    const { run, id } = await waiting(call, "eraser");
    const approved = await call(`/runs/${run}/approvals/${id}`, {
      json: { approved: true, input: { path: "b.txt" }, reason: "that one" },
    });
    expect(approved.status).toBe(202);
    const frames = await framesOf(await call(`/runs/${run}/events`));
    const of = (type: string) => frames.find(({ frame }) => frame.type === type)?.frame;
    expect(of("approval.resolved")).toMatchObject({
      by: "ann",
      reason: "that one",
      approved: true,
    });
    expect(of("tool.completed")).toMatchObject({ output: "erased b.txt" });
    expect(textOf(frames)).toBe("Done.");
  });

  test("no: the tool does not run", async () => {
    const { call } = serving();
    const { run, id } = await waiting(call, "eraser");
    await call(`/runs/${run}/approvals/${id}`, { json: { approved: false } });
    expect(await typesAfter(call, run)).not.toContain("tool.started");
  });

  test("an unknown approval is 404, a second answer 409, a repeat of the first is fine", async () => {
    const { call } = serving();
    const { run, id, callId } = await waiting(call, "eraser");
    const answer = (approval: string, json: object) =>
      call(`/runs/${run}/approvals/${approval}`, { json });
    for (const unknown of ["a99", callId, "%0A"]) {
      expect((await answer(unknown, { approved: true })).status).toBe(404);
    }
    expect((await answer(id, { approved: true, id: "cmd_1" })).status).toBe(202);
    await typesAfter(call, run);
    expect((await answer(id, { approved: true, id: "cmd_1" })).status).toBe(202);
    const second = await answer(id, { approved: false, id: "cmd_2" });
    expect(second.status).toBe(409);
    expect(await problemOf(second)).toMatchObject({ detail: "The approval has its answer." });
    expect(await typesAfter(call, run)).not.toContain("command.rejected");
  });

  test.each([{}, { approved: "yes" }, { approved: null }, { approved: true, extra: 1 }])(
    "%j is 400",
    async (json) => {
      const { call } = serving();
      const { run, id } = await waiting(call, "eraser");
      expect((await call(`/runs/${run}/approvals/${id}`, { json })).status).toBe(400);
      const state: RunState = await (await call(`/runs/${run}`)).json();
      expect(pendingApprovals(state)).toHaveLength(1);
    },
  );
});

describe("results", () => {
  test("of a call that the client runs go to the model", async () => {
    const { call } = serving();
    const { run, callId } = await waiting(call, "painter");
    const given = await call(`/runs/${run}/results/${callId}`, {
      json: { output: { hex: "#fff" } },
    });
    expect(given.status).toBe(202);
    const frames = await framesOf(await call(`/runs/${run}/events`));
    expect(frames.map(({ frame }) => frame)).toContainEqual(
      expect.objectContaining({ type: "tool.completed", call: callId, output: { hex: "#fff" } }),
    );
    expect(textOf(frames)).toBe("Painted.");
  });

  test("may be an error", async () => {
    const { call } = serving();
    const { run, callId } = await waiting(call, "painter");
    await call(`/runs/${run}/results/${callId}`, {
      json: { error: { code: "tool-error", message: "No picker here" } },
    });
    const frames = await framesOf(await call(`/runs/${run}/events`));
    expect(frames.map(({ frame }) => frame)).toContainEqual(
      expect.objectContaining({
        type: "tool.failed",
        error: { code: "tool-error", message: "No picker here" },
      }),
    );
  });

  test("an unknown call is 404, one of the server's too, a second result 409", async () => {
    const { call } = serving();
    const { run, callId } = await waiting(call, "painter");
    const give = (id: string, json: object) => call(`/runs/${run}/results/${id}`, { json });
    expect((await give("c99", { output: 1 })).status).toBe(404);
    expect((await give(callId, { output: { hex: "#000" }, id: "cmd_1" })).status).toBe(202);
    await typesAfter(call, run);
    expect((await give(callId, { output: { hex: "#000" }, id: "cmd_1" })).status).toBe(202);
    expect((await give(callId, { output: { hex: "#111" }, id: "cmd_2" })).status).toBe(409);
    const other = await waiting(call, "eraser");
    const servers = await call(`/runs/${other.run}/results/${other.callId}`, {
      json: { output: 1 },
    });
    expect(servers.status).toBe(404);
  });

  test.each([{}, { output: 1, error: { message: "x" } }, { error: "x" }])(
    "%j is 400",
    async (json) => {
      const { call } = serving();
      const { run, callId } = await waiting(call, "painter");
      const response = await call(`/runs/${run}/results/${callId}`, { json });
      expect(response.status).toBe(400);
    },
  );

  test("null is an output", async () => {
    const { call } = serving();
    const { run, callId } = await waiting(call, "painter");
    const response = await call(`/runs/${run}/results/${callId}`, { json: { output: null } });
    expect(response.status).toBe(202);
  });
});

test.each([
  ["id", { id: "cmd_1" }, {}],
  ["Idempotency-Key", {}, { "idempotency-key": "k" }],
])("another command under the same %s is a conflict", async (_, id, headers) => {
  const { call } = serving();
  const { run } = await startRun(call, "puppet");
  const post = (path: string, json: object) =>
    call(`/runs/${run}/${path}`, { json: { ...json, ...id }, headers });
  expect((await post("messages", { input: "One" })).status).toBe(202);
  expect((await post("messages", { input: "One" })).status).toBe(202);
  for (const other of [await post("messages", { input: "Two" }), await post("cancel", {})]) {
    expect(other.status).toBe(409);
    expect(await problemOf(other)).toMatchObject({ type: "urn:runwire:problem:conflict" });
  }
});

test("more commands than the inbox holds are told to wait", async () => {
  const { handler, call } = serving();
  const { run } = await startRun(call, "puppet");
  handler.runtime.log.send = async () => ({ status: "full" });
  const response = await call(`/runs/${run}/cancel`, { method: "POST" });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("1");
});
