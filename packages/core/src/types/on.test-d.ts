import { expectTypeOf, test } from "vitest";
import type { Callbacks, dispatch } from "../protocol/dispatch.ts";
import type { EventOf, RunEvent } from "../protocol/events.ts";
import type { TypesOf } from "./agent-types.ts";
import type { assistant, planner } from "./agents.test.helper.ts";
import type { On } from "./on.ts";
import type { Run } from "./run.ts";
import type { TypedEvent } from "./typed-events.ts";

type Assistant = TypesOf<typeof assistant>;

test("callbacks get the event of their type, and the run", () => {
  const on: On<Assistant> = {
    "text.delta": (event, run) => {
      expectTypeOf(event.delta).toEqualTypeOf<string>();
      expectTypeOf(run).toEqualTypeOf<Run<Assistant>>();
    },
    "run.failed": (event) => expectTypeOf(event.error.message).toEqualTypeOf<string>(),
    event: (event) => expectTypeOf(event).toEqualTypeOf<TypedEvent<Assistant>>(),
    reset: (state, run) => {
      expectTypeOf(state).toEqualTypeOf<NonNullable<typeof run.state>>();
    },
  };
  expectTypeOf(on).toExtend<Callbacks>();
});

test("callbacks by name get the event of that name", () => {
  const on: On<Assistant> = {
    "tool.progressed": {
      search: (event) => expectTypeOf(event.data.page).toEqualTypeOf<number>(),
    },
    "tool.called": {
      editFile: (event) => expectTypeOf(event.input.content).toEqualTypeOf<string>(),
    },
    "data.emitted": {
      "diff.ready": ({ data }) => expectTypeOf(data.patch).toEqualTypeOf<string>(),
    },
    "approval.requested": {
      editFile: (event, run) =>
        run.approve(event.id, { input: { ...event.input, path: `scratch/${event.input.path}` } }),
    },
  };
  expectTypeOf(on).toExtend<Callbacks>();
});

test("one callback for all names narrows", () => {
  const on: On<Assistant> = {
    "tool.completed": (event) => {
      if (event.name === "editFile") expectTypeOf(event.output.bytes).toEqualTypeOf<number>();
    },
  };
  expectTypeOf(on).toExtend<Callbacks>();
});

test("callbacks may return anything", () => {
  const on: On = {
    "text.delta": async () => 1,
    "run.completed": () => "x",
    "tool.called": { search: () => null },
  };
  expectTypeOf(on).toExtend<Callbacks>();
});

test("what no event has does not compile", () => {
  const on: On<Assistant>[] = [
    // @ts-expect-error: no such type
    { "tool.exploded": () => 1 },
    // @ts-expect-error: no such tool
    { "tool.called": { nope: () => 1 } },
    // @ts-expect-error: it yields nothing
    { "tool.progressed": { editFile: () => 1 } },
    // @ts-expect-error: no such data
    { "data.emitted": { "diff.gone": () => 1 } },
    // @ts-expect-error: no such field
    { "tool.completed": { search: (event) => event.output.misses } },
    // @ts-expect-error: a delta has no name
    { "text.delta": { search: () => 1 } },
  ];
  expectTypeOf(on).items.toExtend<Callbacks>();
});

test("where no types are known, any name goes and the events are plain", () => {
  const on: On = {
    "tool.called": { any: (event) => expectTypeOf(event).toEqualTypeOf<EventOf<"tool.called">>() },
    "data.emitted": (event) => expectTypeOf(event).toEqualTypeOf<EventOf<"data.emitted">>(),
    event: (event) => expectTypeOf(event).toEqualTypeOf<RunEvent>(),
  };
  expectTypeOf(on).toExtend<Callbacks>();
});

test("dispatch takes the callbacks of any agent", () => {
  expectTypeOf<On<Assistant>>().toExtend<Parameters<typeof dispatch>[0]>();
  expectTypeOf<On<TypesOf<typeof planner>>>().toExtend<Parameters<typeof dispatch>[0]>();
  expectTypeOf<On>().toExtend<Parameters<typeof dispatch>[0]>();
});
