import { describe, expect, it } from "vitest";
import { randomLog } from "../testing/random-log/random-log.ts";
import { decodeEvent, decodeFrame } from "./decode.ts";
import { createDraft } from "./draft.ts";
import { encodeEvent } from "./encode.ts";
import type { RunEvent } from "./events.ts";
import { foldAll } from "./fold.ts";
import { ProtocolError } from "./protocol-error.ts";
import { stateOf } from "./test-log.ts";

/** The pointer to the fault; fails when there is none. */
function faultOf(decode: (text: string) => unknown, text: string): string {
  try {
    decode(text);
  } catch (error) {
    if (!ProtocolError.is(error)) throw error;
    expect(error.code).toBe("malformed");
    return error.path;
  }
  throw new Error(`It was accepted: ${text}`);
}

const delta = { seq: 1, type: "text.delta", id: "p", delta: "x" };
const begin = {
  seq: 1,
  type: "run.started",
  at: 1,
  protocol: 1,
  run: "r",
  thread: "t",
  agent: "a",
};
const message = { id: "m", role: "user", parts: [{ type: "text", text: "" }] };

describe("an event", () => {
  it("is decoded as it was encoded", () => {
    for (let seed = 0; seed < 50; seed++) {
      for (const event of randomLog(seed, { unknown: true })) {
        // As text, since some ids are __proto__, which equality by keys does not see.
        expect(JSON.stringify(decodeEvent(encodeEvent(event)))).toBe(JSON.stringify(event));
      }
    }
  });

  it("may be of a type that is not known, with fields that are not known", () => {
    const later = { seq: 1, type: "mood.changed", mood: ["good"] };
    expect(decodeEvent(JSON.stringify(later))).toEqual(later);
    expect(decodeEvent(JSON.stringify({ ...delta, logprob: -1 }))).toEqual({
      ...delta,
      logprob: -1,
    });
  });

  it.each([
    ["text that is no JSON", '{"seq":1', ""],
    ["no text", "", ""],
    ["an array", "[]", ""],
    ["null", "null", ""],
    ["no seq", JSON.stringify({ ...delta, seq: undefined }), "/seq"],
    ["seq 0", JSON.stringify({ ...delta, seq: 0 }), "/seq"],
    ["half a seq", JSON.stringify({ ...delta, seq: 1.5 }), "/seq"],
    ["a seq that is text", JSON.stringify({ ...delta, seq: "1" }), "/seq"],
    ["no type", JSON.stringify({ ...delta, type: undefined }), "/type"],
    ["a type that is no text", JSON.stringify({ ...delta, type: 1 }), "/type"],
    ["a scope that is no text", JSON.stringify({ ...delta, scope: 1 }), "/scope"],
    ["no id", JSON.stringify({ ...delta, id: undefined }), "/id"],
    ["a delta that is no text", JSON.stringify({ ...delta, delta: {} }), "/delta"],
    ["no call", JSON.stringify({ seq: 1, type: "tool.args.delta", delta: "x" }), "/call"],
    [
      "a log without text",
      JSON.stringify({ seq: 1, type: "tool.output.delta", call: "c" }),
      "/delta",
    ],
    ["another protocol", JSON.stringify({ ...begin, protocol: 2, messages: [] }), "/protocol"],
    ["no time", JSON.stringify({ ...begin, at: undefined, messages: [] }), "/at"],
    ["no messages", JSON.stringify(begin), "/messages"],
    ["no message", JSON.stringify({ ...begin, messages: [message, null] }), "/messages/1"],
    [
      "a message without parts",
      JSON.stringify({
        seq: 2,
        type: "message.received",
        at: 1,
        message: { ...message, parts: 1 },
      }),
      "/message/parts",
    ],
    [
      "a part that is none",
      JSON.stringify({ ...begin, messages: [{ ...message, parts: [[]] }] }),
      "/messages/0/parts/0",
    ],
    [
      "usage that is no number",
      JSON.stringify({
        seq: 2,
        type: "step.completed",
        at: 1,
        step: 1,
        finishReason: "stop",
        usage: { inputTokens: "1", outputTokens: 1 },
      }),
      "/usage/inputTokens",
    ],
  ])("is refused with %s", (_, text, path) => {
    expect(faultOf(decodeEvent, text)).toBe(path);
  });

  it("that passes the check never breaks the fold, whatever fields are gone or changed", () => {
    const values = [undefined, null, 0, "", "x", [], {}, [null], { parts: [] }];
    for (let seed = 0; seed < 40; seed++) {
      const draft = createDraft();
      const [first, ...rest] = randomLog(seed);
      if (first !== undefined) draft.apply(first);
      for (const event of rest) {
        const fields = Object.keys(event).filter((key) => key !== "seq");
        const field = fields[(seed + event.seq) % fields.length] as string;
        const value = values[(seed * 3 + event.seq) % values.length];
        try {
          draft.apply(decodeEvent(JSON.stringify({ ...event, [field]: value })));
        } catch (error) {
          if (!ProtocolError.is(error)) throw error;
          draft.apply(event);
        }
      }
      expect(draft.snapshot()?.run).toBe(`run_${seed}`);
    }
  });
});

describe("a frame", () => {
  const state = stateOf();
  const snapshot = { type: "snapshot", seq: 1, protocol: 1, state };

  it("is an event, a snapshot, the announcement of a run, or nothing known", () => {
    expect(decodeFrame(JSON.stringify(delta))).toEqual(delta);
    expect(decodeFrame(JSON.stringify(snapshot))).toEqual(snapshot);
    expect(decodeFrame('{"type":"run","run":"r"}')).toEqual({ type: "run", run: "r" });
    expect(decodeFrame('{"type":"weather"}')).toBeUndefined();
  });

  it("with a snapshot is enough to go on from", () => {
    for (let seed = 0; seed < 20; seed++) {
      const log = randomLog(seed);
      const cut = 1 + (seed % log.length);
      const text = JSON.stringify({ ...snapshot, seq: cut, state: foldAll(log.slice(0, cut)) });
      const frame = decodeFrame(text);
      if (frame?.type !== "snapshot") throw new Error("It is no snapshot.");
      expect(JSON.stringify(foldAll(log, frame.state))).toBe(JSON.stringify(foldAll(log)));
    }
  });

  it.each([
    ["a run without id", { type: "run" }, "/run"],
    ["a snapshot of another protocol", { ...snapshot, protocol: 2 }, "/protocol"],
    ["a snapshot without seq", { ...snapshot, seq: undefined }, "/seq"],
    ["a snapshot of another seq", { ...snapshot, seq: 2 }, "/state/seq"],
    ["a snapshot without state", { ...snapshot, state: null }, "/state"],
    ["a state without run", { ...snapshot, state: { ...state, run: 1 } }, "/state/run"],
    [
      "a state without messages",
      { ...snapshot, state: { ...state, messages: {} } },
      "/state/messages",
    ],
    ["a state without scopes", { ...snapshot, state: { ...state, scopes: [] } }, "/state/scopes"],
    ["an event without its seq", { ...delta, seq: null }, "/seq"],
  ])("is refused with %s", (_, value, path) => {
    expect(faultOf(decodeFrame, JSON.stringify(value))).toBe(path);
  });

  it("is refused when it is no JSON", () => {
    expect(faultOf(decodeFrame, "data: {}")).toBe("");
  });
});

it("knows its errors from another copy of the package", () => {
  const copy = Object.assign(new Error("x"), { [Symbol.for("runwire.ProtocolError")]: true });
  expect([
    ProtocolError.is(copy),
    ProtocolError.is(new Error("x")),
    ProtocolError.is(null),
  ]).toEqual([true, false, false]);
  const event: RunEvent = decodeEvent(JSON.stringify(delta));
  expect(event.type).toBe("text.delta");
});
