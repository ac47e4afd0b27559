/**
 * How long the provider asks to wait, in ms from `now`; `undefined` when it does not say: `retry-after-ms`, or
 * `retry-after` in seconds or as a date (RFC 9110 §10.2.3).
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const precise = numberOf(headers.get("retry-after-ms"));
  if (precise !== undefined) return precise;
  const after = headers.get("retry-after");
  if (after === null) return undefined;
  const seconds = numberOf(after);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
