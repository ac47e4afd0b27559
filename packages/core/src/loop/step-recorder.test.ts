import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../model.ts";
import { createDraft } from "../protocol/draft.ts";
import type { NewEvent, RunEvent } from "../protocol/events.ts";
import type { Part } from "../protocol/message.ts";
import { createVerifier } from "../protocol/order.ts";
import { logOf, started, step, stepDone } from "../protocol/test-log.ts";
import { type Judged, StepRecorder } from "./step-recorder.ts";

/** What the call may do: by its name, as a real agent would judge. */
function judge({ name }: { readonly name: string }): Judged {
  if (name === "unknown") return { error: { code: "unknown-tool", message: "No such tool." } };
  if (name === "client") return { input: {}, executor: "client" };
  if (name === "hosted") return { input: {}, executor: "provider" };
  return { input: { n: 1 } };
}

/** Records a response as the loop does, and ends the step. Throws where an order rule is broken. */
function record(...response: readonly Exclude<ModelEvent, { type: "finish" }>[]): RecordedStep {
  const verifier = createVerifier();
  const draft = createDraft();
  const events: RunEvent[] = [];
  const push = (made: readonly NewEvent[]): void => {
    for (const event of made) {
      const numbered = { ...logOf(event)[0], seq: events.length + 1 } as RunEvent;
      const violation = verifier.check(numbered);
      if (violation !== undefined) throw new Error(`${violation.rule}: ${violation.message}`);
      events.push(numbered);
      draft.apply(numbered);
    }
  };
  push([started, step(1)]);
  const recorder = new StepRecorder();
  for (const event of response) {
    recorder.begin(events.length);
    if (event.type === "tool.called") {
      const name = recorder.nameOf(event);
      recorder.called(event, judge({ name }));
    } else {
      recorder.record(event);
    }
    push(recorder.take());
  }
  recorder.begin(events.length);
  recorder.finish({ code: "invalid-input", message: "Not finished." });
  push([...recorder.take(), stepDone(1)]);
  const parts = draft.snapshot()?.messages.at(-1)?.parts ?? [];
  return { events: events.slice(2, -1), parts };
}

interface RecordedStep {
  readonly events: readonly RunEvent[];
  readonly parts: readonly Part[];
}

const text = (id: string, ...deltas: readonly string[]): ModelEvent[] => [
  { type: "text.started", id },
  ...deltas.map((delta): ModelEvent => ({ type: "text.delta", id, delta })),
  { type: "text.completed", id },
];
type Recordable = Exclude<ModelEvent, { type: "finish" }>;

describe("parts", () => {
  it("get the run's ids: the seq of the event that begins them", () => {
    const { events } = record(
      ...(text("x", "a") as Recordable[]),
      { type: "reasoning.started", id: "y" },
      { type: "reasoning.delta", id: "y", delta: "b" },
      { type: "reasoning.completed", id: "y" },
      { type: "file.added", mediaType: "image/png", url: "https://example.com/a.png" },
    );
    expect(events.map((event) => [event.seq, "id" in event && event.id])).toEqual([
      [3, "p3"],
      [4, "p3"],
      [5, "p3"],
      [6, "p6"],
      [7, "p6"],
      [8, "p6"],
      [9, "p9"],
    ]);
  });

  it("may interleave, and be cut anywhere in a character", () => {
    const { parts } = record(
      { type: "text.started", id: "x" },
      { type: "text.started", id: "y" },
      { type: "text.delta", id: "x", delta: "a\ud83d" },
      { type: "text.delta", id: "y", delta: "b\ud83d" },
      { type: "text.delta", id: "x", delta: "\ude00" },
      { type: "text.delta", id: "y", delta: "" },
      { type: "text.completed", id: "y" },
      { type: "text.completed", id: "x" },
    );
    expect(parts).toMatchObject([{ text: "a😀" }, { text: "b\ufffd" }]);
  });

  it("that the response left open are complete as they are", () => {
    const { parts, events } = record(
      { type: "text.started", id: "x" },
      { type: "text.delta", id: "x", delta: "half\ud83d" },
    );
    expect(parts).toMatchObject([{ text: "half\ufffd" }]);
    expect(events.at(-1)).toMatchObject({ type: "text.completed", id: "p3" });
  });

  it("can be cited while they are written, and afterwards", () => {
    const { parts } = record(
      { type: "text.started", id: "x" },
      { type: "source.added", url: "https://example.com/1", text: "x" },
      { type: "text.completed", id: "x" },
      { type: "source.added", url: "https://example.com/2", text: "x", start: 0, end: 1 },
      { type: "source.added", url: "https://example.com/3", text: "never" },
    );
    expect(parts.slice(1)).toMatchObject([{ text: "p3" }, { text: "p3", end: 1 }, {}]);
    expect(parts.at(-1)).not.toHaveProperty("text");
  });

  it("of any length go into deltas that fit an event", () => {
    const long = "x".repeat(300_000);
    const { parts, events } = record(...(text("x", long) as Recordable[]));
    expect(parts).toMatchObject([{ text: long }]);
    for (const event of events) expect(JSON.stringify(event).length).toBeLessThan(20_000);
  });
});

describe("calls", () => {
  const called = (call: string, name: string, args = "{}"): Recordable => ({
    type: "tool.called",
    call,
    name,
    args,
  });

  it("may stream their arguments, or arrive whole", () => {
    const { parts } = record(
      { type: "tool.args.started", call: "1", name: "plain" },
      { type: "tool.args.delta", call: "1", delta: "{" },
      { type: "tool.args.delta", call: "1", delta: "}" },
      called("1", "plain"),
      called("2", "plain"),
    );
    expect(parts).toMatchObject([
      { call: "c3", status: "called", input: { n: 1 } },
      { call: "c7", status: "called" },
    ]);
  });

  it("that nobody can take fail, with their arguments kept", () => {
    const { parts } = record(
      called("1", "unknown", '{"emoji":"😀"}'),
      { type: "tool.args.started", call: "2", name: "unknown" },
      { type: "tool.args.delta", call: "2", delta: '{"x\ud83d' },
      { type: "tool.args.delta", call: "2", delta: '\ude00":1}' },
      called("2", "unknown"),
    );
    expect(parts).toMatchObject([
      { status: "failed", args: '{"emoji":"😀"}', error: { code: "unknown-tool" } },
      { status: "failed", args: '{"x😀":1}' },
    ]);
  });

  it("that the model did not finish fail", () => {
    const { parts } = record(
      { type: "tool.args.started", call: "1", name: "plain" },
      { type: "tool.args.delta", call: "1", delta: '{"a' },
    );
    expect(parts).toMatchObject([{ status: "failed", error: { message: "Not finished." } }]);
  });

  it("of the provider are settled by it, or fail", () => {
    const { parts } = record(
      called("1", "hosted"),
      { type: "tool.completed", call: "1", output: { hits: 1 } },
      called("2", "hosted"),
      { type: "tool.failed", call: "2", error: { code: "tool-error", message: "No." } },
      called("3", "hosted"),
    );
    expect(parts).toMatchObject([
      { executor: "provider", status: "completed", output: { hits: 1 } },
      { status: "failed", error: { message: "No." } },
      { status: "failed", error: { message: "Not finished." } },
    ]);
  });

  it("are judged by the name under which they began", () => {
    const { parts } = record(
      { type: "tool.args.started", call: "1", name: "client" },
      called("1", "plain"),
    );
    expect(parts).toMatchObject([{ name: "client", executor: "client" }]);
  });

  it("run once, however often an adapter tells of them", () => {
    const { parts } = record(called("1", "plain"), called("1", "plain"), {
      type: "tool.args.delta",
      call: "1",
      delta: "{",
    });
    expect(parts.length).toBe(1);
  });
});

it("keeps the order rules whatever an adapter yields", () => {
  const id = fc.constantFrom("1", "2");
  const name = fc.constantFrom("plain", "client", "hosted", "unknown");
  const delta = fc.constantFrom("", "a", "\ud83d", "\ude00", "{");
  const event: fc.Arbitrary<Recordable> = fc.oneof(
    fc.record({ type: fc.constantFrom("text.started", "reasoning.started"), id }),
    fc.record({ type: fc.constantFrom("text.delta", "reasoning.delta"), id, delta }),
    fc.record({ type: fc.constantFrom("text.completed", "reasoning.completed"), id }),
    fc.record({ type: fc.constant("tool.args.started" as const), call: id, name }),
    fc.record({ type: fc.constant("tool.args.delta" as const), call: id, delta }),
    fc.record({ type: fc.constant("tool.called" as const), call: id, name, args: delta }),
    fc.record({ type: fc.constant("tool.completed" as const), call: id, output: fc.constant(1) }),
    fc.record({
      type: fc.constant("tool.failed" as const),
      call: id,
      error: fc.constant({ code: "tool-error", message: "No." }),
    }),
    fc.record({ type: fc.constant("source.added" as const), text: id }),
    fc.constant({ type: "opaque.added" as const, provider: {} }),
    fc.constant({ type: "of.a.later.version" } as unknown as Recordable),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), (response) => void record(...response)),
    { numRuns: 500 },
  );
});
