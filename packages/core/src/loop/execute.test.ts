import "../simulation/virtual-time.ts";

import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { ToolContext, ToolDefinition } from "../definition.ts";
import type { NewEvent } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { ToolPart } from "../protocol/message.ts";
import { stateOf } from "../protocol/test-log.ts";
import { resetTime, settled, within } from "../simulation/virtual-time.ts";
import { tool } from "../tool.ts";
import { toolOutput } from "../tool-output.ts";
import { execute } from "./execute.ts";
import type { Task } from "./task.ts";
import { toolContext } from "./tool-context.ts";

beforeEach(resetTime);

const part: ToolPart = { type: "tool", call: "c", name: "t", step: 1, status: "called" };

/** A tool under way, with what it writes, as the loop would have it. */
function begin(definition: ToolDefinition, input: unknown = {}) {
  const controller = new AbortController();
  const pushed: NewEvent[] = [];
  let room: Promise<void> | undefined;
  const task: Task = {
    key: "tool:c",
    scope: undefined,
    signal: controller.signal,
    seq: 1,
    state: stateOf(),
    push: (events) => void pushed.push(...events),
    pause: () => room,
    acknowledged: async () => true,
  };
  const made = toolContext(task, part, 1, definition, "ann");
  made.begin();
  const result = execute(task, definition, part, input, made.context);
  result.then(made.close, made.close);
  return {
    output: result.then(({ output }) => output),
    shown: () => result.then(({ content }) => content),
    pushed,
    context: made.context,
    abort: (reason: unknown) => controller.abort(reason),
    fill: (until: Promise<void>) => {
      room = until;
    },
  };
}

const forever = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
const never = new Promise<never>(() => {});
const progress = (pushed: readonly NewEvent[]): readonly Json[] =>
  pushed.flatMap((event) => (event.type === "tool.progressed" ? [event.data] : []));

it("may say itself what the model sees", async () => {
  const both = tool({
    description: "",
    execute: () => toolOutput({ at: new Date(0) }, [{ type: "text", text: "seen" }]),
  });
  const { output, shown } = begin(both);
  expect(await within(100, output)).toEqual({ at: "1970-01-01T00:00:00.000Z" });
  expect(await shown()).toEqual([{ type: "text", text: "seen" }]);
  expect(await begin(tool({ description: "", execute: () => 1 })).shown()).toBeUndefined();
});

describe("the output", () => {
  it.each<[string, () => unknown, Json]>([
    ["a value", () => ({ n: 1 }), { n: 1 }],
    ["a promise's value", async () => "later", "later"],
    ["nothing", () => undefined, null],
    [
      "what JSON makes of it",
      () => ({ at: new Date(0), no: undefined }),
      {
        at: "1970-01-01T00:00:00.000Z",
      },
    ],
    [
      "what a generator returns",
      function* () {
        yield 1;
        return "end";
      },
      "end",
    ],
    ["an iterable's own JSON, when it is no generator", () => [1, 2], [1, 2]],
  ])("is %s", async (_, run, expected) => {
    const { output } = begin(tool({ description: "t", execute: run as never }));
    expect(await within(1_000, output)).toEqual(expected);
  });

  it("is a copy: the tool may go on writing to its own", async () => {
    const own = { list: [1] };
    const { output } = begin(tool({ description: "t", execute: () => own }));
    const given = await within(1_000, output);
    own.list.push(2);
    expect(given).toEqual({ list: [1] });
  });

  it("is no JSON: then the call fails", async () => {
    const { output } = begin(tool({ description: "t", execute: () => 1n as never }));
    await expect(within(1_000, output)).rejects.toThrow(/BigInt/);
  });
});

describe("a generator", () => {
  it("tells its progress as it goes", async () => {
    const { output, pushed } = begin(
      tool({
        description: "t",
        async *execute() {
          yield { page: 1 };
          yield { page: 2 };
          return "done";
        },
      }),
    );
    expect(await within(1_000, output)).toBe("done");
    expect(progress(pushed)).toEqual([{ page: 1 }, { page: 2 }]);
  });

  it("waits while the log is behind", async () => {
    let free = (): void => {};
    const { output, pushed, fill } = begin(
      tool({
        description: "t",
        async *execute() {
          for (let i = 0; i < 3; i++) yield i;
        },
      }),
    );
    fill(
      new Promise((resolve) => {
        free = resolve;
      }),
    );
    await settled();
    expect(progress(pushed)).toEqual([0]);
    free();
    await within(1_000, output);
    expect(progress(pushed)).toEqual([0, 1, 2]);
  });

  it("that never waits lets others have their turn", async () => {
    let yields = 0;
    const { output } = begin(
      tool({
        description: "t",
        *execute() {
          while (yields < 1_000) yield yields++;
        },
      }),
    );
    await settled();
    expect(yields).toBeLessThan(300);
    await within(1_000, output);
    expect(yields).toBe(1_000);
  });

  it.each([
    ["is aborted", (made: ReturnType<typeof begin>) => made.abort("over")],
    ["tells what is no JSON", () => {}],
  ])("is closed when it %s", async (_, disturb) => {
    let closed = false;
    const made = begin(
      tool({
        description: "t",
        async *execute(): AsyncGenerator<unknown> {
          try {
            yield 1;
            await settled();
            yield 2n;
          } finally {
            closed = true;
          }
        },
      }),
    );
    made.output.catch(() => {});
    disturb(made);
    await expect(within(1_000, made.output)).rejects.toBeDefined();
    await settled();
    await settled();
    expect(closed).toBe(true);
  });
});

describe("a signal", () => {
  it("fires at the tool's timeout, which counts from its beginning", async () => {
    const { output, context } = begin(
      tool({ description: "t", timeoutMs: 50, execute: (_, { signal }) => forever(signal) }),
    );
    const before = Date.now();
    await expect(within(100, output)).rejects.toMatchObject({
      name: "TimeoutError",
      message: "t ran longer than its 50 ms.",
    });
    expect(context.signal.aborted).toBe(true);
    expect(Date.now() - before).toBe(50);
  });

  it("does not fire at once for a timeout that no timer can hold", async () => {
    const done = tool({
      description: "t",
      timeoutMs: Number.POSITIVE_INFINITY,
      execute: () => new Promise((resolve) => setTimeout(() => resolve("done"), 10)),
    });
    expect(await within(100, begin(done).output)).toBe("done");
  });

  it("leaves a tool behind that does not listen, and what it does later is dropped", async () => {
    let wake = (): void => {};
    const { output, pushed, abort } = begin(
      tool({
        description: "t",
        async execute(_, ctx) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
          ctx.emit("late", 1);
          ctx.print("late");
          ctx.patch([{ op: "add", path: "/late", value: 1 }]);
          throw new Error("Nobody hears this.");
        },
      }),
    );
    abort(new DOMException("The run ends.", "AbortError"));
    await expect(within(1_000, output)).rejects.toMatchObject({ name: "AbortError" });
    wake();
    await settled();
    expect(pushed).toEqual([]);
  });

  it("that fired already lets nothing begin to be waited for", async () => {
    const { output, abort } = begin(tool({ description: "t", execute: () => never }));
    abort("early");
    await expect(within(1_000, output)).rejects.toBe("early");
  });
});

describe("the context", () => {
  const used = async (use: (ctx: ToolContext) => void, definition: object = {}) => {
    const { output, pushed } = begin(
      tool({
        description: "t",
        ...definition,
        execute: (_: unknown, ctx: unknown) => use(ctx as ToolContext),
      }),
    );
    await within(1_000, output);
    return pushed;
  };

  it("tells who runs, and by which key the effect is known", async () => {
    await used((ctx) => {
      expect(ctx).toMatchObject({ run: "r", thread: "t", call: "c", attempt: 1, principal: "ann" });
      expect(ctx.idempotencyKey).toBe("r:c");
    });
  });

  it("emits data, prints text in well-formed pieces, and patches the shared state", async () => {
    const value = { list: [1] };
    const pushed = await used((ctx) => {
      ctx.emit("note", value, { id: "n", transient: true });
      ctx.print("a\ud83d");
      ctx.print("\ude00");
      ctx.patch([{ op: "add", path: "/x", value }]);
      value.list.push(2);
    });
    expect(pushed).toEqual([
      { type: "data.emitted", name: "note", data: { list: [1] }, id: "n", transient: true },
      { type: "tool.output.delta", call: "c", delta: "a" },
      { type: "tool.output.delta", call: "c", delta: "😀" },
      { type: "state.changed", patch: [{ op: "add", path: "/x", value: { list: [1] } }] },
    ]);
  });

  it.each<[string, (ctx: ToolContext) => void, object, RegExp]>([
    [
      "data under a name that was not declared",
      (ctx) => ctx.emit("other", 1),
      {
        data: { note: z.number() },
      },
      /declares only: note/,
    ],
    [
      "data that does not fit",
      (ctx) => ctx.emit("note", "x"),
      {
        data: { note: z.number() },
      },
      /does not fit its schema/,
    ],
    ["data under an id that is none", (ctx) => ctx.emit("note", 1, { id: "a\nb" }), {}, /an id/],
    [
      "a patch that does not apply",
      (ctx) => ctx.patch([{ op: "remove", path: "/no" }]),
      {},
      /\/no/,
    ],
  ])("refuses %s, where the tool can see it", async (_, use, definition, message) => {
    await expect(used(use, definition)).rejects.toThrow(message);
  });

  it("prints nothing before the tool runs: a rule that is asked first cannot break the log", () => {
    const pushed: NewEvent[] = [];
    const task = {
      signal: new AbortController().signal,
      state: stateOf(),
      push: (events: readonly NewEvent[]) => void pushed.push(...events),
    } as unknown as Task;
    const { context } = toolContext(
      task,
      part,
      1,
      tool({ description: "t", execute: () => 1 }),
      undefined,
    );
    context.print("too early");
    expect(pushed).toEqual([]);
  });
});
