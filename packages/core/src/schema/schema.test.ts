import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Command } from "../protocol/command.ts";
import { eventTypes } from "../protocol/event-types.ts";
import { foldAll } from "../protocol/fold.ts";
import { randomLog } from "../testing/random-log/random-log.ts";
import {
  commandSchema,
  contentSchema,
  errorSchema,
  eventSchema,
  idSchema,
  jsonSchema,
  messageSchema,
  snapshotSchema,
  stateSchema,
} from "./index.ts";

describe("events and states", () => {
  it("of any log are accepted, and come out as they went in", () => {
    for (let seed = 0; seed < 40; seed++) {
      const log = randomLog(seed);
      for (const event of log) {
        const parsed = eventSchema.safeParse(event);
        expect(parsed.error, JSON.stringify(event)).toBeUndefined();
        expect(sorted(parsed.data)).toBe(sorted(event));
      }
      const state = foldAll(log);
      const frame = { type: "snapshot", seq: log.length, protocol: 1, state };
      const parsed = snapshotSchema.safeParse(JSON.parse(JSON.stringify(frame)));
      expect(parsed.error, `seed ${seed}`).toBeUndefined();
      expect(sorted(parsed.data)).toBe(sorted(frame));
    }
  });

  it("keep fields that this version does not know, at any depth", () => {
    const part = { type: "text", text: "Hi", mood: "good" };
    const message = { id: "m", role: "user", parts: [part], mood: "good" };
    const event = { seq: 2, type: "message.received", at: 1, message, mood: "good" };
    expect(eventSchema.parse(event)).toEqual(event);
  });

  it.each([
    ["a type that this version does not know", { seq: 1, type: "mood.changed", at: 1 }],
    ["no time", { seq: 1, type: "cancel.requested" }],
    ["an empty delta", { seq: 1, type: "text.delta", id: "p", delta: "" }],
    ["seq 0", { seq: 0, type: "text.delta", id: "p", delta: "x" }],
    ["an undefined field", { seq: 1, type: "cancel.requested", at: 1, by: undefined }],
    ["null for what is absent", { seq: 1, type: "cancel.requested", at: 1, by: null }],
    ["no input", { seq: 1, type: "tool.called", at: 1, call: "c", name: "n" }],
    ["a scope that is no id", { seq: 1, type: "cancel.requested", at: 1, scope: "" }],
  ])("are refused with %s", (_, event) => {
    expect(eventSchema.safeParse(event).success).toBe(false);
  });
});

describe("commands", () => {
  const commands: readonly Command[] = [
    { type: "cancel", id: "1", by: "ada", reason: "enough" },
    { type: "message", id: "1", message: { id: "m", role: "user", parts: [] } },
    { type: "approval", id: "1", approval: "a", approved: true, input: null },
    { type: "result", id: "1", call: "c", output: null },
    { type: "result", id: "1", call: "c", error: { code: "tool-error", message: "No." } },
  ];

  it.each(commands)("of type $type are accepted, without what nobody knows", (command) => {
    expect(commandSchema.parse({ ...command, admin: true })).toEqual(command);
  });

  it.each([
    ["an unknown type", { type: "restart", id: "1" }],
    ["no id", { type: "cancel" }],
    ["a result that is neither", { type: "result", id: "1", call: "c" }],
    [
      "a result that is both",
      { type: "result", id: "1", call: "c", output: 1, error: { code: "x", message: "y" } },
    ],
    [
      "a message of nobody",
      { type: "message", id: "1", message: { id: "m", role: "system", parts: [] } },
    ],
  ])("are refused with %s", (_, command) => {
    expect(commandSchema.safeParse(command).success).toBe(false);
  });
});

describe("ids", () => {
  it.each(["a", "run_1", "ключ", "__proto__", "x".repeat(128)])("may be %j", (id) => {
    expect(idSchema.safeParse(id).success).toBe(true);
  });
  it.each(["", "x".repeat(129), "a\nb", "\u0000", "\u007f", "\u0085", "\ud800", 1, null])(
    "may not be %j",
    (id) => {
      expect(idSchema.safeParse(id).success).toBe(false);
    },
  );
});

describe("content", () => {
  it.each(["https://a/b", "data:image/png;base64,AA", "HTTPS://a"])("may be at %s", (url) => {
    expect(contentSchema.safeParse({ type: "file", mediaType: "image/png", url }).success).toBe(
      true,
    );
  });
  it.each(["javascript:alert(1)", "http://a", "file:///etc/passwd", "//a"])(
    "may not be at %s",
    (url) => {
      expect(contentSchema.safeParse({ type: "file", mediaType: "image/png", url }).success).toBe(
        false,
      );
    },
  );
});

describe("JSON", () => {
  it.each([null, true, 0, "", [], {}, { a: [{ b: undefined }] }, Object.create(null)])(
    "may be %j",
    (value) => {
      expect(jsonSchema.safeParse(value).success).toBe(true);
    },
  );
  it.each([
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol("s"),
    () => 1,
    new Date(0),
    new Map(),
    [undefined],
    { a: { b: new Date(0) } },
  ])("may not be %s", (value) => {
    expect(jsonSchema.safeParse(value).success).toBe(false);
  });

  it("may be nested deeper than any stack", () => {
    let value: unknown = 1;
    for (let depth = 0; depth < 200_000; depth++) value = [value];
    expect(jsonSchema.safeParse(value).success).toBe(true);
  });
});

it("gives JSON Schema, for OpenAPI and for others' validators", () => {
  const schema = z.toJSONSchema(eventSchema) as unknown as {
    oneOf: { properties: { type: { const: string } } }[];
  };
  expect(schema.oneOf.map(({ properties }) => properties.type.const).sort()).toEqual(
    [...eventTypes].sort(),
  );
  for (const other of [
    commandSchema,
    messageSchema,
    stateSchema,
    errorSchema,
    jsonSchema,
    idSchema,
  ]) {
    expect(z.toJSONSchema(other)).toHaveProperty("$schema");
  }
});

/** JSON with sorted keys, of objects with any keys: `__proto__` too. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) =>
    typeof child === "object" && child !== null && !Array.isArray(child)
      ? Object.entries(child).sort(([a], [b]) => (a < b ? -1 : 1))
      : child,
  );
}
