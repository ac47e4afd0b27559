import { describe, expect, it } from "vitest";
import { z } from "zod";
import { agent } from "../agent.ts";
import { clientTool } from "../client-tool.ts";
import type { Command } from "../protocol/command.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Message } from "../protocol/message.ts";
import { stateOf, step, stepDone } from "../protocol/test-log.ts";
import { answer } from "./answer.ts";
import { createRegistry } from "./registry.ts";

const throwing = z.string().refine(() => {
  throw new Error("The schema fell over.");
});
const registry = createRegistry([
  agent({
    name: "main",
    tools: {
      color: clientTool({ description: "color", output: z.object({ hex: z.string() }) }),
      odd: clientTool({ description: "odd", output: throwing }),
    },
  }),
]);

const call = (name: string, more: object = {}): NewEvent =>
  ({ type: "tool.called", call: "c", name, input: {}, ...more }) as NewEvent;
const client = (name = "color", more: object = {}) => call(name, { executor: "client", ...more });
const made = (made: NewEvent): readonly NewEvent[] => [step(1), made, stepDone(1)];
const asked = (expiresAt?: number): NewEvent => ({
  type: "approval.requested",
  id: "a",
  call: "c",
  name: "plain",
  input: {},
  ...(expiresAt !== undefined && { expiresAt }),
});
const waiting = (expiresAt?: number) => [...made(call("plain")), asked(expiresAt)];

/** The answer to a command that came at 500, without its mark. */
async function answerTo(command: object, ...events: readonly NewEvent[]): Promise<object> {
  const entry = { n: 1, at: 500, command: { id: "x", by: "ann", ...command } as Command };
  const { command: id, ...event } = (await answer(
    stateOf(...events),
    entry,
    registry,
  )) as NewEvent & {
    command?: string;
  };
  // Each command has exactly one outcome, by its id.
  expect(id).toBe("x");
  return event;
}

const rejected = (kind: string, reason: RegExp) => ({
  type: "command.rejected",
  kind,
  reason: expect.stringMatching(reason),
});
const message = (more: Partial<Message> = {}) => ({
  type: "message",
  message: { id: "u2", role: "user", parts: [{ type: "text", text: "And?" }], ...more },
});
const approval = (approved: boolean, more: object = {}) => ({
  type: "approval",
  approval: "a",
  approved,
  ...more,
});
const output = (value: unknown) => ({ type: "result", call: "c", output: value });

describe("a cancel", () => {
  it("is taken, with what it says", async () => {
    expect(await answerTo({ type: "cancel", reason: "Enough." })).toEqual({
      type: "cancel.requested",
      reason: "Enough.",
      by: "ann",
    });
  });

  it("is the last command that is taken", async () => {
    const cancelled: NewEvent = { type: "cancel.requested" };
    for (const command of [{ type: "cancel" }, message(), approval(true), output(1)]) {
      expect(await answerTo(command, ...waiting(), cancelled)).toMatchObject({
        type: "command.rejected",
        kind: command.type,
      });
    }
  });
});

describe("a message", () => {
  it("is taken as it is, with the time at which it came", async () => {
    expect(await answerTo(message())).toEqual({
      type: "message.received",
      message: { ...message().message, at: 500 },
      by: "ann",
    });
  });

  it.each<[string, Partial<Message>, RegExp]>([
    ["with the id of another one", { id: "u1" }, /there already/],
    ["with the id of one that the agent writes", { id: "m1" }, /there already/],
    ["with an id that the run may give", { id: "r.57" }, /begin with the run's own/],
    ["without an id", { id: "" }, /1 to 128 characters/],
    ["with an id of several lines", { id: "a\nb" }, /1 to 128 characters/],
    ["in the agent's name", { role: "assistant" }, /user's message/],
    [
      "that pretends a call",
      {
        parts: [{ type: "tool", call: "c9", name: "plain", step: 1, status: "called" }],
      },
      /text and files/,
    ],
  ])("%s is rejected", async (_, more, reason) => {
    expect(await answerTo(message(more), step(1))).toEqual(rejected("message", reason));
  });
});

describe("an approval", () => {
  it("decides", async () => {
    expect(await answerTo(approval(true), ...waiting())).toEqual({
      type: "approval.resolved",
      id: "a",
      approved: true,
      by: "ann",
    });
    expect(await answerTo(approval(false, { reason: "No." }), ...waiting())).toMatchObject({
      approved: false,
      reason: "No.",
    });
  });

  it("may edit the input, with a yes", async () => {
    const edited = { input: { n: 2 } };
    expect(await answerTo(approval(true, edited), ...waiting())).toMatchObject(edited);
    expect(await answerTo(approval(false, edited), ...waiting())).not.toHaveProperty("input");
  });

  it("counts by when it came, not by when it is read", async () => {
    expect(await answerTo(approval(true), ...waiting(501))).toMatchObject({ approved: true });
    expect(await answerTo(approval(true), ...waiting(500))).toEqual(
      rejected("approval", /expired/),
    );
  });

  it("decides once", async () => {
    const decided: NewEvent = { type: "approval.resolved", id: "a", approved: true };
    expect(await answerTo(approval(false), ...waiting(), decided)).toEqual(
      rejected("approval", /already decided/),
    );
  });

  it("needs a question", async () => {
    expect(await answerTo(approval(true))).toEqual(rejected("approval", /no such approval/));
  });

  it("is found in a sub-agent", async () => {
    const events: NewEvent[] = [
      ...made(call("helper")),
      { type: "agent.started", scope: "c", agent: "helper", messages: [] },
      { ...step(2, "m2"), scope: "c" } as NewEvent,
      { ...call("plain"), scope: "c", call: "d" } as NewEvent,
      { ...stepDone(2), scope: "c" } as NewEvent,
      { ...asked(), scope: "c", call: "d" } as NewEvent,
    ];
    expect(await answerTo(approval(true), ...events)).toMatchObject({ scope: "c", approved: true });
  });
});

describe("a result", () => {
  it("settles a client's call", async () => {
    const event = { call: "c", name: "color", by: "ann" };
    expect(await answerTo(output({ hex: "#fff" }), ...made(client()))).toEqual({
      type: "tool.completed",
      output: { hex: "#fff" },
      ...event,
    });
    const error = { code: "tool-error", message: "The picker is broken." };
    expect(await answerTo({ type: "result", call: "c", error }, ...made(client()))).toEqual({
      type: "tool.failed",
      error,
      ...event,
    });
  });

  it("that does not fit fails the call, and so does a schema that falls over", async () => {
    expect(await answerTo(output({ hex: 7 }), ...made(client()))).toMatchObject({
      type: "tool.failed",
      error: { code: "invalid-output", details: [{ path: "/hex" }] },
    });
    expect(await answerTo(output("x"), ...made(client("odd")))).toMatchObject({
      type: "tool.failed",
      error: { code: "invalid-output", details: [{ message: "The schema fell over." }] },
    });
  });

  it.each<[string, readonly NewEvent[], RegExp]>([
    ["of no call", [], /no such call/],
    ["of a call that the runtime runs", made(call("plain")), /no such call/],
    ["of a step that may still be reverted", [step(1), client()], /not ready/],
    ["before a needed approval", made(client("color", { needsApproval: true })), /not ready/],
    [
      "after another one",
      [...made(client()), { type: "tool.completed", call: "c", name: "color", output: 1 }],
      /already has its result/,
    ],
  ])("%s is rejected", async (_, events, reason) => {
    expect(await answerTo(output({ hex: "#fff" }), ...events)).toEqual(rejected("result", reason));
  });
});

it("a command of a newer version is rejected, not lost", async () => {
  expect(await answerTo({ type: "rewind" })).toEqual(rejected("rewind", /does not know/));
});
