import type { DatabaseSync } from "node:sqlite";

type Value = string | number | null;

/**
 * A prepared statement whose rows have a known shape: SQLite cannot tell TypeScript. Its values are anonymous, since
 * older versions of Node do not bind numbered ones.
 */
export interface Query<Row = never> {
  get(...values: Value[]): Row | undefined;
  all(...values: Value[]): Row[];
  iterate(...values: Value[]): Iterable<Row>;
  run(...values: Value[]): unknown;
}

/** A number as SQLite takes it for a time or a limit, which know neither fractions nor infinity. */
export function whole(value: number): number {
  return Math.min(Math.max(0, Math.ceil(value)), Number.MAX_SAFE_INTEGER);
}

export function query<Row = never>(db: DatabaseSync, sql: string): Query<Row> {
  return db.prepare(sql) as unknown as Query<Row>;
}
