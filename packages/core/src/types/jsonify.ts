import type { Json } from "../protocol/json.ts";

/**
 * What is left of a value after `JSON.parse(JSON.stringify(value))`: the form in which it travels and is kept.
 * Types that are JSON already stay as they are, so that they read in hovers as they were written.
 */
export type Jsonify<T> = unknown extends T
  ? Json
  : T extends Json
    ? T
    : T extends { toJSON(): infer J }
      ? Jsonify<J>
      : T extends Unserializable
        ? null
        : T extends bigint
          ? never
          : T extends readonly unknown[]
            ? { [K in keyof T]: Jsonify<T[K]> }
            : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
              ? Record<never, never>
              : JsonifyObject<T>;

/** What JSON leaves out of objects and writes as `null` in arrays. */
// biome-ignore lint/suspicious/noConfusingVoidType: the output of a tool that returns nothing
type Unserializable = undefined | void | symbol | ((...args: never) => unknown);

/** Fields that may be `undefined` become optional; methods and symbol keys go. */
type JsonifyObject<T> = Flat<
  { [K in keyof T as RequiredKey<T, K>]: Jsonify<T[K]> } & {
    [K in keyof T as OptionalKey<T, K>]?: Jsonify<Exclude<T[K], Unserializable>>;
  }
>;

type RequiredKey<T, K extends keyof T> =
  Extract<T[K], Unserializable> extends never
    ? unknown extends T[K]
      ? never
      : Exclude<K, symbol>
    : never;

type OptionalKey<T, K extends keyof T> =
  K extends RequiredKey<T, K> ? never : T[K] extends Unserializable ? never : Exclude<K, symbol>;

/** Makes hovers and emitted types show the fields instead of the way to them. */
export type Flat<T> = T extends infer U ? { [K in keyof U]: U[K] } : never;
