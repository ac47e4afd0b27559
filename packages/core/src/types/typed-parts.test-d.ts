import { expectTypeOf, test } from "vitest";
import type { DataPart, Message, MessageOf, Part, ToolPart } from "../protocol/message.ts";
import type { RunState } from "../protocol/state.ts";
import type { TypesOf } from "./agent-types.ts";
import type { assistant, hello, planner } from "./agents.test.helper.ts";
import type { DataPartOf, PartOf, ToolPartOf } from "./typed-parts.ts";

type Assistant = TypesOf<typeof assistant>;
type Hits = { hits: { title: string; at: string }[] };

test("tool parts narrow by name", () => {
  type Search = Extract<ToolPartOf<Assistant>, { name: "search" }>;
  expectTypeOf<Search["input"]>().toEqualTypeOf<{ query: string; since: string } | undefined>();
  expectTypeOf<Search["output"]>().toEqualTypeOf<Hits | undefined>();
  expectTypeOf<Search["progress"]>().toEqualTypeOf<{ page: number; of: number } | undefined>();
  expectTypeOf<ToolPartOf<Assistant>["name"]>().toEqualTypeOf<
    "search" | "editFile" | "pickColor"
  >();
});

test("tool parts narrow by status: a completed call has its output, a failed one its error", () => {
  const shown = (part: PartOf<Assistant>) => {
    if (part.type !== "tool" || part.name !== "search") return;
    switch (part.status) {
      case "streaming":
        expectTypeOf(part.args).toEqualTypeOf<string | undefined>();
        expectTypeOf(part.input).toEqualTypeOf<undefined>();
        break;
      case "called":
      case "approval":
      case "running":
      case "interrupted":
      case "denied":
        expectTypeOf(part.input.query).toEqualTypeOf<string>();
        expectTypeOf(part.output).toEqualTypeOf<undefined>();
        break;
      case "completed":
        expectTypeOf(part.input.query).toEqualTypeOf<string>();
        expectTypeOf(part.output).toEqualTypeOf<Hits>();
        break;
      case "failed":
        expectTypeOf(part.error.message).toEqualTypeOf<string>();
        expectTypeOf(part.input).toEqualTypeOf<{ query: string; since: string } | undefined>();
        break;
      default:
        expectTypeOf(part).toBeNever();
    }
  };
  expectTypeOf(shown).toBeFunction();
});

test("data parts narrow by name", () => {
  expectTypeOf<DataPartOf<Assistant>["name"]>().toEqualTypeOf<"diff.ready">();
  expectTypeOf<DataPartOf<Assistant>["data"]["patch"]>().toEqualTypeOf<string>();
});

test("a message of an agent fits whatever takes any message", () => {
  expectTypeOf<MessageOf<PartOf<Assistant>>>().toExtend<Message>();
  expectTypeOf<MessageOf<PartOf<TypesOf<typeof planner>>>>().toExtend<Message>();
  expectTypeOf<RunState<PartOf<Assistant>>>().toExtend<RunState>();
  const render = <P extends Part>(message: MessageOf<P>) => message.parts;
  expectTypeOf(render<PartOf<Assistant>>).returns.toEqualTypeOf<readonly PartOf<Assistant>[]>();
});

test("where no types are known, the parts are plain", () => {
  expectTypeOf<PartOf>().toEqualTypeOf<Part>();
  expectTypeOf<ToolPartOf<TypesOf<typeof hello>>>().toEqualTypeOf<ToolPart>();
  expectTypeOf<DataPartOf<TypesOf<typeof hello>>>().toEqualTypeOf<DataPart>();
});
