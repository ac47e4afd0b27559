import { expectTypeOf, test } from "vitest";
import type { AgentDefinition } from "../definition.ts";
import type { EventOf, EventType, RunEvent } from "../protocol/events.ts";
import type { TypesOf } from "./agent-types.ts";
import type { assistant, coder, hello, planner } from "./agents.test.helper.ts";
import type { NamedEventType, TypedEvent, TypedEvents } from "./typed-events.ts";

type Assistant = TypesOf<typeof assistant>;
type Events = TypedEvents<Assistant>;

test("all types are there, and the named ones follow from the protocol", () => {
  expectTypeOf<keyof Events>().toEqualTypeOf<EventType>();
  expectTypeOf<NamedEventType>().toEqualTypeOf<
    | "tool.args.started"
    | "tool.called"
    | "tool.started"
    | "tool.progressed"
    | "tool.completed"
    | "tool.failed"
    | "approval.requested"
    | "data.emitted"
  >();
});

test("a tool's events narrow by its name", () => {
  const told = (event: TypedEvent<Assistant>) => {
    if (event.type === "tool.called" && event.name === "search") {
      // What the model sent, not what the schema makes of it.
      expectTypeOf(event.input).toEqualTypeOf<{ query: string; since: string }>();
    }
    if (event.type === "tool.completed") {
      expectTypeOf(event.name).toEqualTypeOf<"search" | "editFile" | "pickColor">();
      switch (event.name) {
        case "search":
          expectTypeOf(event.output).toEqualTypeOf<{ hits: { title: string; at: string }[] }>();
          break;
        case "editFile":
          expectTypeOf(event.output).toEqualTypeOf<{ bytes: number }>();
          break;
        case "pickColor":
          expectTypeOf(event.output).toEqualTypeOf<{ hex: string }>();
          break;
        default:
          expectTypeOf(event).toBeNever();
      }
    }
    if (event.type === "approval.requested" && event.name === "editFile") {
      expectTypeOf(event.input.path).toEqualTypeOf<string>();
      expectTypeOf(event.id).toEqualTypeOf<string>();
    }
    if (event.type === "tool.failed") expectTypeOf(event.name).toExtend<keyof Assistant["tools"]>();
  };
  expectTypeOf(told).toBeFunction();
});

test("only tools that yield have progress", () => {
  type Progress = Events["tool.progressed"];
  expectTypeOf<Progress["name"]>().toEqualTypeOf<"search">();
  expectTypeOf<Progress["data"]>().toEqualTypeOf<{ page: number; of: number }>();
});

test("custom data narrows by its name", () => {
  expectTypeOf<Events["data.emitted"]["name"]>().toEqualTypeOf<"diff.ready">();
  expectTypeOf<Events["data.emitted"]["data"]>().toEqualTypeOf<{ path: string; patch: string }>();
});

test("the other fields are those of the protocol", () => {
  type Called = Extract<Events["tool.called"], { name: "search" }>;
  expectTypeOf<keyof Called>().toEqualTypeOf<keyof EventOf<"tool.called">>();
  expectTypeOf<Pick<Called, "seq" | "at" | "scope" | "provider">>().toEqualTypeOf<
    Pick<EventOf<"tool.called">, "seq" | "at" | "scope" | "provider">
  >();
  expectTypeOf<Events["text.delta"]>().toEqualTypeOf<EventOf<"text.delta">>();
});

test("the run's output is the agent's", () => {
  type Completed = TypedEvents<TypesOf<typeof coder>>["run.completed"];
  expectTypeOf<Completed>().toHaveProperty("output");
  expectTypeOf<NonNullable<Completed["output"]>["tests"]>().toEqualTypeOf<"pass" | "fail">();
});

test("sub-agents' tools are there under their names", () => {
  type Called = TypedEvents<TypesOf<typeof planner>>["tool.called"];
  expectTypeOf<Extract<Called, { name: "coder" }>["input"]>().toEqualTypeOf<{ prompt: string }>();
  expectTypeOf<Extract<Called, { name: "editFile" }>["input"]["path"]>().toEqualTypeOf<string>();
});

test("a typed event is an event of the protocol", () => {
  expectTypeOf<TypedEvent<Assistant>>().toExtend<RunEvent>();
  expectTypeOf<TypedEvent<TypesOf<typeof planner>>>().toExtend<RunEvent>();
});

test("where no types are known, the events are plain", () => {
  expectTypeOf<TypedEvents["tool.called"]>().toEqualTypeOf<EventOf<"tool.called">>();
  expectTypeOf<TypedEvents["data.emitted"]>().toEqualTypeOf<EventOf<"data.emitted">>();
  type Unknown = TypedEvents<TypesOf<AgentDefinition>>;
  expectTypeOf<Unknown["tool.progressed"]>().toEqualTypeOf<EventOf<"tool.progressed">>();
  type Hello = TypedEvents<TypesOf<typeof hello>>;
  expectTypeOf<Hello["tool.failed"]>().toEqualTypeOf<EventOf<"tool.failed">>();
});

test("of a union of agents, any agent's", () => {
  type Either = TypedEvents<TypesOf<typeof hello> | TypesOf<typeof coder> | Assistant>;
  type Searched = Extract<Either["tool.completed"], { name: "search" }>;
  expectTypeOf<Searched["output"]>().toEqualTypeOf<
    string[] | { hits: { title: string; at: string }[] }
  >();
});
