/**
 * How long the provider asks to wait, in ms from `now`; `undefined` when it does not say. In order:
 * `retry-after-ms`; `retry-after` in seconds or as a date (RFC 9110 §10.2.3); OpenAI's `x-ratelimit-reset-requests` and
 * `-tokens`, durations such as `6m0s`; `x-ratelimit-reset` of other servers, in seconds or as a Unix time.
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
  return limitReset(headers) ?? resetTime(numberOf(headers.get("x-ratelimit-reset")), now);
}

/** The limit that is used up says when to come back; when neither is said to be, the one that returns first. */
function limitReset(headers: Headers): number | undefined {
  const limits = ["requests", "tokens"].flatMap((name) => {
    const reset = duration(headers.get(`x-ratelimit-reset-${name}`));
    if (reset === undefined) return [];
    return [{ reset, spent: headers.get(`x-ratelimit-remaining-${name}`) === "0" }];
  });
  const spent = limits.filter((limit) => limit.spent).map(({ reset }) => reset);
  if (spent.length > 0) return Math.max(...spent);
  return limits.length === 0 ? undefined : Math.min(...limits.map(({ reset }) => reset));
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `1s`, `6m0s`, `20ms`, `1h30m0.5s`. */
function duration(text: string | null): number | undefined {
  if (text === null || !/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|[smhd])/g)) {
    total += Number(amount) * units[unit as keyof typeof units];
  }
  return total;
}

/** Seconds from now, a Unix time in seconds, or one in ms: they differ by orders of magnitude. */
function resetTime(value: number | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (value < 1e9) return value * 1000;
  return Math.max(0, (value < 1e12 ? value * 1000 : value) - now);
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
