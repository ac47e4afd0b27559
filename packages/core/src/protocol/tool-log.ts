/** A tool's log is cut to its last `keptLog` units whenever it is longer than `maxLog`: seldom, and the same everywhere. */
const keptLog = 65_536;
const maxLog = 2 * keptLog;

/** What a tool has printed, after it printed more. */
export function appendLog(before: string, delta: string): string {
  const log = before + delta;
  return log.length > maxLog ? tail(log) : log;
}

/** Never begins with half of a surrogate pair. */
function tail(log: string): string {
  const kept = log.slice(-keptLog);
  const first = kept.charCodeAt(0);
  return first >= 0xdc00 && first <= 0xdfff ? kept.slice(1) : kept;
}
