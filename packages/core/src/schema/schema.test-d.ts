import { describe, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type { Command } from "../protocol/command.ts";
import type { RunError } from "../protocol/errors.ts";
import type { EventOf, EventType, PatchOperation, RunEvent, Wait } from "../protocol/events.ts";
import type { Json } from "../protocol/json.ts";
import type { Limits } from "../protocol/limits.ts";
import type { Content, Message, Part } from "../protocol/message.ts";
import type { RunState, SnapshotFrame } from "../protocol/state.ts";
import type { FinishReason, Usage } from "../protocol/usage.ts";
import type { command } from "./command.ts";
import type { finishReason, limits, runError, usage } from "./common.ts";
import type { patchOperation, runEvent, wait } from "./event.ts";
import type { content, message, part } from "./message.ts";
import type { runState, snapshotFrame } from "./state.ts";

type Leaf = string | number | boolean | null | undefined;

/**
 * A type without what zod cannot say or says beside it, all the way down: `readonly`, the index signature of loose
 * objects, and the difference between an intersection and one object. Whatever holds any JSON is left alone. Optional
 * stays optional, so a field that is missing or too much on either side is noticed.
 */
type Plain<T> = [Json] extends [T]
  ? T
  : T extends Leaf
    ? T
    : T extends readonly (infer Item)[]
      ? Plain<Item>[]
      : PlainObject<T>;
type PlainObject<T> = {
  -readonly [K in keyof T as string extends K ? (unknown extends T[K] ? never : K) : K]: Plain<
    T[K]
  >;
};

/** Identical, not only assignable both ways: that would let an optional field go missing. */
type Identical<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Whether the schema's type is exactly `T`: what it takes, and what it gives. */
type Same<S extends z.ZodType, T> = [
  Identical<Plain<z.output<S>>, Plain<T>>,
  Identical<Plain<z.input<S>>, Plain<T>>,
] extends [true, true]
  ? true
  : false;

/** The event types whose schema is not their type. */
type Differing = {
  [T in EventType]: Identical<
    Plain<Extract<z.output<typeof runEvent>, { type: T }>>,
    Plain<EventOf<T>>
  > extends true
    ? never
    : T;
}[EventType];

describe("each schema is its type", () => {
  it("of events, one by one and all", () => {
    expectTypeOf<Differing>().toEqualTypeOf<never>();
    expectTypeOf<z.output<typeof runEvent>["type"]>().toEqualTypeOf<EventType>();
    expectTypeOf<Same<typeof runEvent, RunEvent>>().toEqualTypeOf<true>();
  });

  it("of messages", () => {
    expectTypeOf<Same<typeof message, Message>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof part, Part>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof content, Content>>().toEqualTypeOf<true>();
  });

  it("of states", () => {
    expectTypeOf<Same<typeof runState, RunState>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof snapshotFrame, SnapshotFrame>>().toEqualTypeOf<true>();
  });

  it("of commands and the rest", () => {
    expectTypeOf<Same<typeof command, Command>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof patchOperation, PatchOperation>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof wait, Wait>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof runError, RunError>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof usage, Usage>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof limits, Limits>>().toEqualTypeOf<true>();
    expectTypeOf<Same<typeof finishReason, FinishReason>>().toEqualTypeOf<true>();
  });
});

describe("the comparison", () => {
  type Sample = { a: string; b?: number };
  type SameAsSample<T> = Same<z.ZodType<Sample, Sample>, T>;

  it("notices a field that is missing, too much, of another type or not optional", () => {
    expectTypeOf<SameAsSample<{ readonly a: string; readonly b?: number }>>().toEqualTypeOf<true>();
    expectTypeOf<SameAsSample<{ a: string }>>().toEqualTypeOf<false>();
    expectTypeOf<SameAsSample<Sample & { c?: 1 }>>().toEqualTypeOf<false>();
    expectTypeOf<SameAsSample<{ a: string; b: number }>>().toEqualTypeOf<false>();
    expectTypeOf<SameAsSample<{ a: "x"; b?: number }>>().toEqualTypeOf<false>();
  });
});
