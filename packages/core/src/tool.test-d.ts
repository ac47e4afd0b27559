import { expectTypeOf, test } from "vitest";
import { z } from "zod";
import { clientTool } from "./client-tool.ts";
import type { ToolContext, ToolDefinition } from "./definition.ts";
import type { Json } from "./protocol/json.ts";
import { tool } from "./tool.ts";
import { toolOutput } from "./tool-output.ts";
import { editFile, pickColor, search } from "./types/agents.test.helper.ts";
import type { None, Tool } from "./types/tool-types.ts";

const input = z.object({ query: z.string(), since: z.string().transform((s) => new Date(s)) });
type Sent = { query: string; since: string };

test("the types of a tool are flat JSON", () => {
  expectTypeOf(search).toEqualTypeOf<
    Tool<
      Sent,
      { hits: { title: string; at: string }[] },
      { page: number; of: number },
      None,
      "runtime"
    >
  >();
  type Diff = { path: string; patch: string };
  expectTypeOf(editFile).toEqualTypeOf<
    Tool<
      { path: string; content: string },
      { bytes: number },
      never,
      { readonly "diff.ready": Diff },
      "runtime"
    >
  >();
  expectTypeOf(pickColor).toEqualTypeOf<
    Tool<{ hint: string }, { hex: string }, never, None, "client">
  >();
  expectTypeOf(search).toExtend<ToolDefinition>();
});

test("custom data is JSON, as it was emitted", () => {
  const data = { seen: z.object({ at: z.date() }) };
  const { "~types": types } = tool({
    description: "",
    data,
    execute: (_, { emit }) => emit("seen", { at: new Date() }),
  });
  expectTypeOf(types!.data).toEqualTypeOf<{ readonly seen: { at: string } }>();
});

test("`execute` and `needsApproval` get what the schema makes of the input", () => {
  tool({
    description: "",
    input,
    needsApproval: (parsed) => {
      expectTypeOf(parsed).toEqualTypeOf<{ query: string; since: Date }>();
      return parsed.query === "" && { reason: "empty" };
    },
    execute(parsed, ctx) {
      expectTypeOf(parsed).toEqualTypeOf<{ query: string; since: Date }>();
      expectTypeOf(ctx).toEqualTypeOf<ToolContext>();
    },
  });
});

test("a tool without input gets none", () => {
  tool({
    description: "",
    execute: (nothing) => expectTypeOf(nothing).toEqualTypeOf<Record<never, never>>(),
  });
});

test("the output is one type, however `execute` is written", () => {
  const description = "";
  type Of<Output, Progress = never> = Tool<None, Output, Progress, None, "runtime">;
  expectTypeOf(tool({ description, execute: () => 1 })).toEqualTypeOf<Of<number>>();
  expectTypeOf(tool({ description, execute: async () => "x" })).toEqualTypeOf<Of<string>>();
  expectTypeOf(tool({ description, execute: () => {} })).toEqualTypeOf<Of<null>>();
  expectTypeOf(
    tool({ description, execute: () => (Math.random() > 0.5 ? "now" : Promise.resolve(1)) }),
  ).toEqualTypeOf<Of<"now" | number>>();
  expectTypeOf(
    tool({
      description,
      async *execute() {
        yield 1;
        yield 2;
      },
    }),
  ).toEqualTypeOf<Of<null, 1 | 2>>();
  expectTypeOf(
    tool({
      description,
      *execute(): Generator<number, { done: true }> {
        yield 1;
        return { done: true };
      },
    }),
  ).toEqualTypeOf<Of<{ done: true }, number>>();
  async function* pages() {
    yield { page: 1 };
    return "end";
  }
  const { "~types": types } = tool({ description, execute: async () => pages() });
  expectTypeOf(types!.output).toEqualTypeOf<string>();
  expectTypeOf(types!.progress).toEqualTypeOf<{ page: number }>();
});

test("`toModel` reads the output as JSON", () => {
  tool({
    description: "",
    execute: async () => ({ at: new Date() }),
    toModel: (output) => {
      expectTypeOf(output).toEqualTypeOf<{ at: string }>();
      return output.at;
    },
  });
});

test("`emit` takes what `data` declares", () => {
  tool({
    description: "",
    data: { "diff.ready": z.object({ patch: z.string().default("") }), seen: z.number() },
    execute: (_, { emit }) => {
      emit("diff.ready", {}, { id: "a", transient: true });
      emit("seen", 1);
      // @ts-expect-error: not that schema
      emit("seen", { patch: "" });
      // @ts-expect-error: no such name
      emit("other", 1);
    },
  });
  tool({
    description: "",
    execute: (_, { emit }) => {
      expectTypeOf(emit).parameter(0).toEqualTypeOf<string>();
      expectTypeOf(emit).parameter(1).toEqualTypeOf<Json>();
    },
  });
});

test("what the model sees is no part of the output", () => {
  const seen = tool({
    description: "",
    execute: async () => toolOutput({ at: new Date() }, [{ type: "text", text: "now" }]),
  });
  expectTypeOf(seen).toEqualTypeOf<
    Tool<Record<never, never>, { at: string }, never, None, "runtime">
  >();
  const alike = tool({ description: "", execute: () => ({ output: 1, content: [] }) });
  expectTypeOf(alike["~types"]!.output).toEqualTypeOf<{ output: number; content: never[] }>();
});

test("a helper that takes any context takes a typed one", () => {
  const log = (ctx: ToolContext) => ctx.print("…");
  tool({
    description: "",
    data: { seen: z.number() },
    execute: (_, ctx) => log(ctx),
  });
});

test("misuse does not compile", () => {
  // @ts-expect-error: a tool needs `execute`
  tool({ description: "" });
  // @ts-expect-error: a tool needs a description
  tool({ execute: () => 1 });
  // @ts-expect-error: a client tool has no `execute`
  clientTool({ description: "", output: z.string(), execute: () => 1 });
  // @ts-expect-error: a client tool needs `output`
  clientTool({ description: "" });
  // @ts-expect-error: a client tool knows only true and false
  clientTool({ description: "", output: z.string(), needsApproval: () => true });
  // @ts-expect-error: a verdict is not a text
  tool({ description: "", needsApproval: () => "yes", execute: () => 1 });
});

test("a client tool's output is what a viewer sends", () => {
  const pick = clientTool({
    description: "",
    input,
    output: z.object({ hex: z.string().default("#000") }),
    toModel: (output) => {
      expectTypeOf(output).toEqualTypeOf<{ hex?: string | undefined }>();
      return output.hex ?? "";
    },
  });
  expectTypeOf(pick).toEqualTypeOf<
    Tool<Sent, { hex?: string | undefined }, never, None, "client">
  >();
});
