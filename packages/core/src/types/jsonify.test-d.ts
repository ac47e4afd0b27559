import { expectTypeOf, test } from "vitest";
import type { Json } from "../protocol/json.ts";
import type { Jsonify } from "./jsonify.ts";

interface User {
  id: string;
  born: Date;
  tags: ReadonlySet<string>;
  nick?: string | undefined;
  email: string | undefined;
  extra: unknown;
  greet(): string;
  [Symbol.iterator]: number;
}

test("JSON stays as it was written", () => {
  type Hit = { readonly title: string; rank?: number; kind: "a" | "b" };
  expectTypeOf<Jsonify<Hit>>().toEqualTypeOf<Hit>();
  expectTypeOf<Jsonify<Json>>().toEqualTypeOf<Json>();
  expectTypeOf<Jsonify<readonly [1, "x", null]>>().toEqualTypeOf<readonly [1, "x", null]>();
});

test("objects lose what JSON leaves out", () => {
  expectTypeOf<Jsonify<User>>().toEqualTypeOf<{
    id: string;
    born: string;
    tags: Record<never, never>;
    nick?: string;
    email?: string;
    extra?: Json;
  }>();
});

test("lists keep their places", () => {
  expectTypeOf<Jsonify<(Date | undefined)[]>>().toEqualTypeOf<(string | null)[]>();
  expectTypeOf<Jsonify<[Date, () => void]>>().toEqualTypeOf<[string, null]>();
});

test("a value of its own", () => {
  expectTypeOf<Jsonify<void>>().toEqualTypeOf<null>();
  expectTypeOf<Jsonify<string | undefined>>().toEqualTypeOf<string | null>();
  expectTypeOf<Jsonify<URL>>().toEqualTypeOf<string>();
  expectTypeOf<Jsonify<{ toJSON(): { at: Date } }>>().toEqualTypeOf<{ at: string }>();
  expectTypeOf<Jsonify<bigint>>().toEqualTypeOf<never>();
  expectTypeOf<Jsonify<never>>().toEqualTypeOf<never>();
});

test("what is not known is any JSON", () => {
  expectTypeOf<Jsonify<unknown>>().toEqualTypeOf<Json>();
  // biome-ignore lint/suspicious/noExplicitAny: what untyped code returns
  expectTypeOf<Jsonify<any>>().toEqualTypeOf<Json>();
});

test("classes and interfaces come out as JSON", () => {
  class Point {
    x = 1;
    at = new Date();
    move() {}
  }
  expectTypeOf<Jsonify<Point>>().toEqualTypeOf<{ x: number; at: string }>();
  expectTypeOf<Jsonify<User>>().toExtend<Json>();
});

test("recursive types end", () => {
  interface Tree {
    at: Date;
    children: Tree[];
  }
  expectTypeOf<
    Jsonify<Tree>["children"][number]["children"][number]["at"]
  >().toEqualTypeOf<string>();
});
