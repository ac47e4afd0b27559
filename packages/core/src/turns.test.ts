import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Message, Part, ToolPart } from "./protocol/message.ts";
import { type Turn, toTurns } from "./turns.ts";

const assistant = (...parts: Part[]): Message => ({ id: "run_1.2", role: "assistant", parts });
const user = (...parts: Part[]): Message => ({ id: "run_1.1", role: "user", parts });
const call = (fields: Partial<ToolPart>): ToolPart => ({
  type: "tool",
  call: "c5",
  name: "search",
  step: 1,
  status: "completed",
  input: { q: "x" },
  output: { hits: 1 },
  ...fields,
});
const resultOf = (part: ToolPart) => {
  const turn = toTurns([assistant(part)], "me").at(-1);
  if (turn?.role !== "tool") throw new Error("no result turn");
  return turn.results[0]!;
};
const textOf = (part: ToolPart) =>
  resultOf(part)
    .content.map((piece) => (piece.type === "text" ? piece.text : piece.url))
    .join("|");

describe("toTurns", () => {
  it("cuts a message into its steps, each with the results of its calls, in call order", () => {
    const turns = toTurns(
      [
        user({ type: "text", text: "Find it" }),
        assistant(
          { type: "reasoning", step: 1, text: "hm", provider: { me: { sig: 1 } } },
          { type: "text", step: 1, text: "Looking." },
          call({ call: "c5", name: "search", provider: { me: { id: "call_a" } } }),
          call({ call: "c6", name: "read", input: { path: "a" }, output: "text" }),
          { type: "text", step: 2, text: "Found it." },
        ),
      ],
      "me",
    );
    expect(turns).toEqual([
      { role: "user", content: [{ type: "text", text: "Find it" }] },
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "hm", provider: { sig: 1 } },
          { type: "text", text: "Looking." },
          {
            type: "call",
            id: "call00001",
            name: "search",
            input: { q: "x" },
            provider: { id: "call_a" },
          },
          { type: "call", id: "call00002", name: "read", input: { path: "a" } },
        ],
      },
      {
        role: "tool",
        results: [
          { id: "call00001", name: "search", content: [{ type: "text", text: '{"hits":1}' }] },
          { id: "call00002", name: "read", content: [{ type: "text", text: "text" }] },
        ],
      },
      { role: "assistant", parts: [{ type: "text", text: "Found it." }] },
    ] satisfies Turn[]);
  });

  it("gives calls of different runs different ids", () => {
    const ids = toTurns([assistant(call({})), assistant(call({}))], "me").flatMap((turn) =>
      turn.role === "tool" ? turn.results.map(({ id }) => id) : [],
    );
    expect(ids).toEqual(["call00001", "call00002"]);
  });

  it("keeps steering where the model heard it: after the step that it came into", () => {
    const turns = toTurns(
      [
        user({ type: "text", text: "Go" }),
        assistant(call({})),
        user({ type: "text", text: "Faster" }),
        assistant({ type: "text", step: 2, text: "Yes" }),
      ],
      "me",
    );
    expect(turns.map(({ role }) => role)).toEqual([
      "user",
      "assistant",
      "tool",
      "user",
      "assistant",
    ]);
  });

  it("leaves out calls without a result, data, sources, empty texts and empty messages", () => {
    const unsettled = (["streaming", "called", "approval", "running", "interrupted"] as const).map(
      (status) => call({ status }),
    );
    const turns = toTurns(
      [
        user({ type: "data", name: "n", data: 1 }),
        assistant(
          ...unsettled,
          { type: "data", name: "n", data: 1 },
          { type: "source", step: 1, url: "https://a.example" },
          { type: "text", step: 1, text: "" },
        ),
      ],
      "me",
    );
    expect(turns).toEqual([]);
  });

  it("leaves out reasoning that this provider did not sign, or that nothing follows", () => {
    const signed: Part = { type: "reasoning", step: 1, text: "a", provider: { me: "s" } };
    const foreign: Part = { type: "reasoning", step: 1, text: "b", provider: { other: "s" } };
    const cut: Part = { type: "reasoning", step: 1, text: "c", open: true };
    const answer: Part = { type: "text", step: 1, text: "cut off he", open: true };
    expect(toTurns([assistant(signed, foreign, cut, answer)], "me")).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "reasoning", text: "a", provider: "s" },
          { type: "text", text: "cut off he" },
        ],
      },
    ]);
    // The thought led to a call that was cut.
    expect(toTurns([assistant(signed, call({ status: "streaming", args: '{"q' }))], "me")).toEqual(
      [],
    );
  });

  it("hands opaque items and hosted calls back to their provider, and to nobody else", () => {
    const opaque: Part = { type: "opaque", step: 1, provider: { me: { raw: 1 } } };
    const hosted = call({ executor: "provider", provider: { me: { raw: 2 } } });
    const file: Part = { type: "file", step: 1, mediaType: "image/png", url: "data:," };
    expect(toTurns([assistant(opaque, hosted, file)], "me")).toEqual([
      {
        role: "assistant",
        parts: [
          { type: "opaque", provider: { raw: 1 } },
          {
            type: "hosted",
            name: "search",
            input: { q: "x" },
            output: { hits: 1 },
            provider: { raw: 2 },
          },
          { type: "file", mediaType: "image/png", url: "data:," },
        ],
      },
    ]);
    expect(toTurns([assistant(opaque, hosted)], "other")).toEqual([]);
  });

  it("groups parts that know no step with what stands before them", () => {
    const turns = toTurns(
      [assistant({ type: "text", text: "a" }, call({ step: 1 }), { type: "text", text: "b" })],
      "me",
    );
    expect(turns.map(({ role }) => role)).toEqual(["assistant", "tool"]);
  });

  it("gives earlier turns unchanged when the history grows", () => {
    const part = fc.oneof(
      fc.record({
        type: fc.constant("text" as const),
        step: fc.integer({ min: 1, max: 3 }),
        text: fc.string(),
      }),
      fc
        .constantFrom<ToolPart["status"]>("completed", "failed", "denied")
        .map((status) => call({ status, step: 1 })),
    );
    const message = fc.oneof(
      fc.array(part, { maxLength: 4 }).map((parts) => assistant(...parts)),
      fc.string().map((text) => user({ type: "text", text })),
    );
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), message, (history, next) => {
        const before = toTurns(history, "me");
        expect(toTurns([...history, next], "me").slice(0, before.length)).toEqual(before);
      }),
    );
  });
});

describe("a result as the model sees it", () => {
  it("is the tool's content before its output", () => {
    const content = [{ type: "file", mediaType: "image/png", url: "https://a.example/x" }] as const;
    expect(resultOf(call({ content })).content).toEqual(content);
    const { output: _, ...silent } = call({});
    expect(textOf(silent)).toBe("null");
  });

  it("says why a call failed", () => {
    const failed = call({
      status: "failed",
      error: { code: "tool-error", message: "No such file.", details: { path: "a" } },
    });
    expect(resultOf(failed).failed).toBe(true);
    expect(textOf(failed)).toBe(
      'The call failed (tool-error): No such file.\nDetails: {"path":"a"}',
    );
  });

  it("quotes arguments that were not JSON, and gives the provider `{}` in their place", () => {
    const { input: _, ...part } = call({
      status: "failed",
      args: '{"q": tru',
      error: { code: "invalid-input", message: "Not JSON." },
    });
    const [answer] = toTurns([assistant(part)], "me");
    expect(answer).toMatchObject({ parts: [{ type: "call", input: {} }] });
    expect(textOf(part)).toBe(
      'The call failed (invalid-input): Not JSON.\nThe arguments were: {"q": tru',
    );
    expect(textOf({ ...part, args: "x".repeat(5_000) }).length).toBeLessThan(2_100);
    expect(textOf({ ...part, args: "" })).not.toContain("arguments");
  });

  it("gives arguments back that were JSON but did not fit", () => {
    const { input: _, ...part } = call({ status: "failed", args: '{"q":1}' });
    expect(toTurns([assistant(part)], "me")[0]).toMatchObject({ parts: [{ input: { q: 1 } }] });
    for (const args of ["[1]", "3", "null"]) {
      expect(toTurns([assistant({ ...part, args })], "me")[0]).toMatchObject({
        parts: [{ input: {} }],
      });
    }
  });

  it("says who denied a call and why", () => {
    const denied = call({
      status: "denied",
      approval: { id: "a7", approved: false, by: "ada", reason: "Wrong file." },
    });
    expect(textOf(denied)).toBe(
      "ada denied this call. The reason: Wrong file.\nIt did not run. Do not repeat it unless you are asked to.",
    );
    expect(textOf(call({ status: "denied", approval: { id: "a7", expired: true } }))).toContain(
      "Nobody approved this call in time.",
    );
  });

  it("says what ran when a person edited the input", () => {
    const part = call({
      proposed: { q: "x" },
      input: { q: "y" },
      approval: { id: "a7", by: "ada" },
    });
    const [answer] = toTurns([assistant(part)], "me");
    expect(answer).toMatchObject({ parts: [{ input: { q: "x" } }] });
    expect(textOf(part)).toBe(
      'ada changed the input before the call ran. It ran with: {"q":"y"}|{"hits":1}',
    );
    expect(
      textOf({ ...part, status: "failed", error: { code: "timeout", message: "Slow." } }),
    ).toBe(
      'ada changed the input before the call ran. It ran with: {"q":"y"}\nThe call failed (timeout): Slow.',
    );
  });
});
