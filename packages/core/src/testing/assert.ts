/** Throws when a condition does not hold. Runs everywhere: no test runner, no `node:assert`. */
export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Throws unless both are the same JSON value; fields may come in any order, absent is the same as `undefined`. */
export function same(actual: unknown, expected: unknown, message: string): void {
  const [is, wanted] = [canonical(actual), canonical(expected)];
  if (is !== wanted) throw new Error(`${message}: expected ${wanted}, got ${is}`);
}

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  const sorted = (_: string, item: unknown): unknown =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item;
  return JSON.stringify(value, sorted) ?? "undefined";
}
