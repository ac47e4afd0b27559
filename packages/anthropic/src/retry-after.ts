/**
 * How long the provider asks to wait, in ms from `now`; `undefined` when it does not say. In order: `retry-after-ms`;
 * `retry-after` in seconds or as a date (RFC 9110 §10.2.3); the `anthropic-ratelimit-*-reset` of the limits that are
 * used up (RFC 3339 times).
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const precise = numberOf(headers.get("retry-after-ms"));
  if (precise !== undefined) return precise;
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = numberOf(after);
    if (seconds !== undefined) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - now);
  }
  const resets = [...headers].flatMap(([name, value]) => {
    const limit = /^anthropic-(?:priority-)?ratelimit-.*(?=-reset$)/.exec(name)?.[0];
    const spent = limit !== undefined && headers.get(`${limit}-remaining`) === "0";
    const time = spent ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? [] : [Math.max(0, time - now)];
  });
  return resets.length === 0 ? undefined : Math.max(...resets);
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
