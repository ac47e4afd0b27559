import { RunwireError } from "@runwire/core";
import { expect, test } from "vitest";
import { explain } from "./explain.ts";

test.each([
  ["OOM command not allowed when used memory > 'maxmemory'.", "log-unavailable", "Redis is full"],
  ["READONLY You can't write against a read only replica.", "log-unavailable", "is a replica"],
  ["LOADING Redis is loading the dataset in memory", "log-unavailable", "still loading"],
  ["BUSY Redis is busy running a script.", "log-unavailable", "busy with a script"],
  ["MISCONF Redis is configured to save RDB snapshots", "log-unavailable", "save to its disk"],
  ["CLUSTERDOWN The cluster is down", "log-unavailable", "changing places"],
  ["MASTERDOWN Link with MASTER is down", "log-unavailable", "changing places"],
  ["ERR max number of clients reached", "log-unavailable", "Raise maxclients"],
  ["NOAUTH Authentication required.", "log-unusable", "refuses the user"],
  ["WRONGPASS invalid username-password pair", "log-unusable", "refuses the user"],
  ["NOPERM this user has no permissions", "log-unusable", "permission for @scripting"],
  ["WRONGTYPE Operation against a key", "log-unusable", "other keys under the prefix"],
  ["ERR unknown command 'EVALSHA'", "log-unusable", "cannot keep the log"],
  ["connect ECONNREFUSED 127.0.0.1:6379", "log-unavailable", "out of reach"],
  ["Socket closed unexpectedly", "log-unavailable", "out of reach"],
])("%s", (text, code, hint) => {
  const cause = new Error(text);
  const error = explain("append", cause);
  expect(error).toMatchObject({ code, cause });
  expect(error.message).toContain(hint);
  expect(error.message).toContain(`(append: ${text})`);
});

test("what is explained already stays as it is", () => {
  const error = new RunwireError("log-unavailable", { message: "Late." });
  expect(explain("append", error)).toBe(error);
});

test("an error without a message, as Node has for several addresses, still says something", () => {
  expect(explain("find", new AggregateError([])).message).toContain("(find: no connection)");
});
