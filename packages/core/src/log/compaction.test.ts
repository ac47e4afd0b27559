import { describe, expect, it } from "vitest";
import { encodeEvent } from "../protocol/encode.ts";
import { eventTypes, isKnown } from "../protocol/event-types.ts";
import type { NewEvent, RunEvent } from "../protocol/events.ts";
import { foldAll } from "../protocol/fold.ts";
import { createVerifier } from "../protocol/order.ts";
import { firstBroken, logOf, started, step, stepDone } from "../protocol/test-log.ts";
import { eventSchema } from "../schema/index.ts";
import { randomLog } from "../testing/random-log/random-log.ts";
import { compacted } from "./compaction.ts";
import { maxEventBytes } from "./event-log.ts";
import { sameState } from "./same-state.ts";

const seeds = Array.from({ length: 400 }, (_, seed) => seed);

const folded = (events: readonly RunEvent[]) => ({ ...foldAll(events), seq: 0 });
const bytes = (events: readonly RunEvent[]) =>
  events.reduce((sum, event) => sum + Buffer.byteLength(encodeEvent(event)), 0);

const end: NewEvent = {
  type: "run.completed",
  finishReason: "stop",
  usage: { inputTokens: 10, outputTokens: 1 },
};
const text: NewEvent = { type: "text.started", id: "p3" };
const textDone: NewEvent = { type: "text.completed", id: "p3" };
const said = (delta: string, id = "p3"): NewEvent => ({ type: "text.delta", id, delta });

/** A run that says what it is told to. */
const saying = (...events: readonly NewEvent[]) =>
  logOf(started, step(1), text, ...events, textDone, stepDone(1), end);

/** A run with a call that prints. */
const printing = (...events: readonly NewEvent[]) =>
  logOf(
    started,
    step(1),
    { type: "tool.args.started", call: "c3", name: "act" },
    { type: "tool.args.delta", call: "c3", delta: '{"a":' },
    { type: "tool.args.delta", call: "c3", delta: "1}" },
    { type: "tool.called", call: "c3", name: "act", input: { a: 1 } },
    stepDone(1),
    { type: "tool.started", call: "c3", name: "act", attempt: 1 },
    ...events,
    { type: "tool.completed", call: "c3", name: "act", output: null },
    step(2),
    stepDone(2),
    end,
  );
const printed = (delta: string): NewEvent => ({ type: "tool.output.delta", call: "c3", delta });

describe("compacted, over random runs of all kinds", () => {
  it("keeps the fold, and every rule of order and schema", () => {
    let fewer = 0;
    for (const seed of seeds) {
      const log = randomLog(seed, { unknown: seed % 2 === 0 });
      const short = compacted(log);
      expect(folded(short), `seed ${seed}`).toEqual(folded(log));
      expect(sameState(foldAll(short), foldAll(log)), `seed ${seed}`).toBe(true);
      const verifier = createVerifier({ idempotent: (tool) => tool === "read" });
      expect(firstBroken(verifier, short), `seed ${seed}`).toBeUndefined();
      for (const event of short) if (isKnown(event.type)) eventSchema.parse(event);
      if (short.length < log.length) fewer++;
    }
    expect(fewer).toBeGreaterThan(seeds.length / 2);
  });

  it("is never larger, and nothing is left for a second time", () => {
    for (const seed of seeds) {
      const log = randomLog(seed);
      const short = compacted(log);
      expect(short.length).toBeLessThanOrEqual(log.length);
      expect(bytes(short)).toBeLessThanOrEqual(bytes(log));
      expect(compacted(short), `seed ${seed}`).toBe(short);
    }
  });

  it("keeps what is no delta as it was, in its place", () => {
    const left = new Set(["tool.progressed", "data.emitted"]);
    const rest = (events: readonly RunEvent[]) =>
      events
        .filter(({ type }) => !type.endsWith(".delta") && !left.has(type))
        .map((event) => ({ ...event, seq: 0 }));
    for (const seed of seeds) {
      const log = randomLog(seed, { unknown: true });
      expect(rest(compacted(log)), `seed ${seed}`).toEqual(rest(log));
    }
    expect(eventTypes).toEqual(expect.arrayContaining([...left]));
  });
});

it("states that differ in anything else are not the same", () => {
  const state = foldAll(saying(said("a")));
  const other = foldAll(saying(said("b")));
  expect(sameState(state, state && { ...state, seq: 99 })).toBe(true);
  const turned = state && Object.fromEntries(Object.entries(state).reverse());
  expect(sameState(state, turned as typeof state)).toBe(true);
  expect(sameState(state, other)).toBe(false);
  expect(sameState(state, undefined)).toBe(false);
});

describe("compacted", () => {
  it("makes one delta of a part's", () => {
    const short = compacted(saying(said("One "), said("two "), said("three.")));
    expect(short.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "run.started"],
      [2, "step.started"],
      [3, "text.started"],
      [4, "text.delta"],
      [5, "text.completed"],
      [6, "step.completed"],
      [7, "run.completed"],
    ]);
    expect(short[3]).toEqual({ seq: 4, type: "text.delta", id: "p3", delta: "One two three." });
  });

  it("does so also when parts speak at the same time, but not across another event", () => {
    const other: NewEvent = { type: "reasoning.started", id: "p4" };
    const thought = (delta: string): NewEvent => ({ type: "reasoning.delta", id: "p4", delta });
    const warning: NewEvent = { type: "warning.raised", code: "truncated", message: "" };
    const log = saying(
      other,
      said("a"),
      thought("1"),
      said("b"),
      thought("2"),
      warning,
      said("c"),
      { type: "reasoning.completed", id: "p4" },
    );
    const deltas = compacted(log).filter(({ type }) => type.endsWith(".delta"));
    expect(deltas.map((event) => "delta" in event && event.delta)).toEqual(["ab", "12", "c"]);
    expect(folded(compacted(log))).toEqual(folded(log));
  });

  it("makes no delta that is larger than an event may be, whatever is in it", () => {
    for (const piece of ["\u0001", "€", "a"]) {
      const log = saying(...Array.from({ length: 50 }, () => said(piece.repeat(2_000))));
      const short = compacted(log);
      expect(short.length).toBeLessThan(20);
      expect(folded(short)).toEqual(folded(log));
      for (const event of short) expect(bytes([event])).toBeLessThan(maxEventBytes / 2);
    }
  });

  it("leaves out arguments that became an input, progress that was replaced, and transient data", () => {
    const progressed = (data: number): NewEvent => ({
      type: "tool.progressed",
      call: "c3",
      name: "act",
      data,
    });
    const log = printing(
      progressed(1),
      { type: "data.emitted", name: "tick", data: 1, transient: true },
      progressed(2),
    );
    const short = compacted(log);
    expect(short.some(({ type }) => type === "tool.args.delta")).toBe(false);
    expect(short.filter(({ type }) => type === "tool.progressed")).toMatchObject([{ data: 2 }]);
    expect(short.some(({ type }) => type === "data.emitted")).toBe(false);
    expect(folded(short)).toEqual(folded(log));
  });

  it("cuts a tool's long output where the fold cut it", () => {
    for (const size of [10, 9_999, 40_000, 70_001]) {
      const pieces = Array.from({ length: Math.ceil(500_000 / size) }, (_, n) =>
        printed(`${n}${"😀".repeat(size / 2)}`),
      );
      const log = printing(...pieces);
      const short = compacted(log);
      expect(folded(short)).toEqual(folded(log));
      if (size === 10) expect(short.length).toBeLessThan(log.length / 100);
    }
  });

  it("touches nothing that it does not know", () => {
    const signed = Object.assign(said("b"), { signature: "s" });
    const log = saying(said("a"), signed, said("c"), said("d"));
    const deltas = compacted(log).filter(({ type }) => type === "text.delta");
    expect(deltas).toMatchObject([{ delta: "a" }, { delta: "b", signature: "s" }, { delta: "cd" }]);
  });

  it("keeps the number that a message of data has its id of", () => {
    const early: NewEvent = { type: "data.emitted", name: "plan", data: 1 };
    const log = logOf(
      started,
      early,
      step(1),
      text,
      said("a"),
      said("b"),
      textDone,
      stepDone(1),
      end,
    );
    expect(compacted(log).length).toBe(log.length - 1);
    expect(folded(compacted(log))).toEqual(folded(log));
    const scoped: NewEvent = { ...early, scope: "c9" };
    const progressed = (data: number): NewEvent => ({
      type: "tool.progressed",
      call: "c3",
      name: "act",
      data,
    });
    const after = printing(progressed(1), scoped, progressed(2), progressed(3));
    const kept = after
      .filter(({ type }) => type !== "tool.args.delta")
      .map((event, index) => ({ ...event, seq: index + 1 }));
    expect(compacted(kept).filter(({ type }) => type === "tool.progressed")).toMatchObject([
      { data: 1 },
      { data: 3 },
    ]);
    const late = saying(said("a"), said("b"), scoped);
    expect(compacted(late)).toBe(late);
  });
});
