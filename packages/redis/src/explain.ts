import { RunwireError, type RunwireErrorCode } from "@runwire/core";

/** What Redis' errors begin with, and what there is to do about them. */
const known: readonly (readonly [RegExp, RunwireErrorCode, string])[] = [
  [
    /^OOM/,
    "log-unavailable",
    "Redis is full. Raise maxmemory, or have less kept: set `retention`, delete threads, compact ended runs.",
  ],
  [
    /^READONLY/,
    "log-unavailable",
    "This Redis is a replica. Connect to the master, by Sentinel or by an address that follows it.",
  ],
  [/^LOADING/, "log-unavailable", "Redis is still loading its data."],
  [
    /^ERR max number of clients/,
    "log-unavailable",
    "Redis has no connection left. Raise maxclients, or have fewer processes.",
  ],
  [/^BUSY /, "log-unavailable", "Redis is busy with a script."],
  [
    /^MISCONF/,
    "log-unavailable",
    "Redis cannot save to its disk, and takes no writes until it can.",
  ],
  [
    /^(CLUSTERDOWN|TRYAGAIN|MASTERDOWN|UNBLOCKED|NOREPLICAS)/,
    "log-unavailable",
    "The servers of this Redis are changing places.",
  ],
  [
    /^(NOAUTH|WRONGPASS|NOPERM)/,
    "log-unusable",
    "Redis refuses the user. It needs its password, and permission for @scripting, @read, @write, @pubsub, INFO and WAIT on the log's keys and channels.",
  ],
  [
    /^(WRONGTYPE|CROSSSLOT|ERR )/,
    "log-unusable",
    "This Redis cannot keep the log: it has other keys under the prefix, or is older than 6.2.",
  ],
];

/** The error of a call, with what it means. The call may have happened. */
export function explain(operation: string, error: unknown): RunwireError {
  if (RunwireError.is(error)) return error;
  const text = error instanceof Error ? error.message : String(error);
  const found = known.find(([pattern]) => pattern.test(text));
  const [, code, hint] = found ?? [undefined, "log-unavailable" as const, "Redis is out of reach."];
  const message = `${hint} (${operation}: ${text || "no connection"})`;
  return new RunwireError(code, { message, cause: error });
}
