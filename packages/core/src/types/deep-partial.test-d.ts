import { expectTypeOf, test } from "vitest";
import type { TypesOf } from "./agent-types.ts";
import type { coder } from "./agents.test.helper.ts";
import type { DeepPartial } from "./deep-partial.ts";
import type { Output } from "./output.ts";

test("fields may be missing and texts may be cut, at any depth", () => {
  type Recipe = {
    title: string;
    steps: { text: string; minutes: number | null }[];
    kind: "a" | "b";
  };
  expectTypeOf<DeepPartial<Recipe>>().toEqualTypeOf<{
    title?: string;
    steps?: ({ text?: string; minutes?: number | null } | undefined)[];
    kind?: string;
  }>();
  expectTypeOf<DeepPartial<[number, { a: 1 }]>>().toEqualTypeOf<[number?, { a?: 1 }?]>();
});

test("an agent's structured output streams in as a typed partial", () => {
  expectTypeOf<DeepPartial<Output<TypesOf<typeof coder>>>>().toEqualTypeOf<{
    files?: (string | undefined)[];
    tests?: string;
  }>();
});
