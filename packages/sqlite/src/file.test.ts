import {
  chmodSync,
  existsSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RunwireError } from "@runwire/core";
import { expect, test, vi } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { append, completed, owned, seqsOf } from "./runs.test.helper.ts";
import { applicationId, migrations } from "./schema.ts";
import { sqliteLog } from "./sqlite-log.ts";

const { path, open } = useLogs();

function refusal(at: string): RunwireError {
  try {
    open({ path: at, lockMs: 20 });
  } catch (error) {
    if (RunwireError.is(error)) return error;
    throw error;
  }
  throw new Error("It was opened.");
}

test("what was written is there when the file is opened again", async () => {
  const at = path();
  const first = open({ path: at });
  const lease = await owned(first, "r");
  await append(first, lease, 1, 700);
  await first.send("r", { type: "cancel", id: "c" });
  const info = await first.find("r");
  await first.close();

  const second = open({ path: at });
  expect(await second.find("r")).toEqual(info);
  expect(await seqsOf(second, "r")).toEqual(Array.from({ length: 701 }, (_, i) => i + 1));
  expect((await second.inbox("r", 0, 10)).map(({ command }) => command.id)).toEqual(["c"]);
  const { epoch } = lease;
  const repeat = { epoch, after: 701, events: [completed(702)], consume: 1, end: "close" } as const;
  // Its log was closed, and its lease has ended with it; but nobody took the run up yet.
  expect(await second.append("r", repeat)).toMatchObject({ status: "ok", tail: 702 });
  expect(await second.append("r", repeat)).toMatchObject({ status: "ok", tail: 702 });
});

test("folder and file are made, and are nobody else's to read", async () => {
  const at = join(dirname(path()), "deep", "er", "runs.db");
  await owned(open({ path: at }), "r");
  for (const file of [at, `${at}-wal`, `${at}-shm`]) {
    expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
  }
});

test("the rights of a file that is there stay", async () => {
  const at = path();
  await open({ path: at }).close();
  chmodSync(at, 0o640);
  await open({ path: at }).close();
  expect(statSync(at).mode & 0o777).toBe(0o640);
});

test("a closed log says so, and closes once", async () => {
  const log = open({ path: path() });
  const lease = await owned(log, "r");
  const last = append(log, lease, 1, 3);
  await Promise.all([log.close(), log.close()]);
  await last;
  for (const call of [log.find("r"), log.claim({ worker: "w", leaseMs: 1, max: 1, agents: [] })]) {
    await expect(call).rejects.toMatchObject({ code: "shut-down" });
  }
  // A hint that never comes: one that came would send its caller round and round.
  const signal = AbortSignal.timeout(20);
  await log.wait("ready", signal);
  expect(signal.aborted).toBe(true);
});

test("a file of something else is refused, and left as it is", () => {
  const at = path();
  writeFileSync(at, "Dear diary, ".repeat(500));
  expect(refusal(at)).toMatchObject({
    code: "log-unusable",
    message: expect.stringContaining(`${at} is no SQLite database`),
  });
  expect(readFileSync(at, "utf8")).toBe("Dear diary, ".repeat(500));
});

test("another application's database is refused, and left as it is", () => {
  const at = path();
  const other = new DatabaseSync(at);
  other.exec("CREATE TABLE diary (line TEXT)");
  other.close();
  const before = readFileSync(at);
  expect(refusal(at)).toMatchObject({
    code: "log-unusable",
    message: expect.stringContaining("a database of something else"),
  });
  expect(readFileSync(at).equals(before)).toBe(true);
});

test("a file of a later version is refused", async () => {
  const at = path();
  await open({ path: at }).close();
  const later = new DatabaseSync(at);
  later.exec(`PRAGMA user_version = ${migrations.length + 1}`);
  later.close();
  expect(refusal(at)).toMatchObject({
    code: "log-unusable",
    message: expect.stringMatching(/later version.*schema 2.*Update the package/),
  });
});

test("a file that was made and never filled is filled", async () => {
  const at = path();
  writeFileSync(at, "");
  await owned(open({ path: at }), "r");
  const file = new DatabaseSync(at);
  expect(file.prepare("PRAGMA application_id").get()).toEqual({ application_id: applicationId });
  expect(file.prepare("PRAGMA user_version").get()).toEqual({ user_version: migrations.length });
  file.close();
});

test("a damaged file is refused, or says so where it is damaged", async () => {
  const at = path();
  const log = open({ path: at });
  const lease = await owned(log, "r");
  for (let after = 1; after < 4_000; after += 200) await append(log, lease, after, 200);
  await log.close();
  truncateSync(at, 40 * 4_096);
  expect(existsSync(`${at}-wal`)).toBe(false);
  const error = await (async () => seqsOf(open({ path: at }), "r"))().catch((error) => error);
  expect(error).toMatchObject({
    code: "log-unusable",
    message: expect.stringMatching(/is damaged\. Restore it from a backup/),
  });
  expect(error.cause).toMatchObject({ code: "ERR_SQLITE_ERROR" });
});

test.each(["", ":memory:"])("the path %j is refused: a log in a file has one", (at) => {
  expect(() => sqliteLog({ path: at })).toThrow(/memoryLog/);
});

test("a path that cannot be is refused", () => {
  const at = path();
  writeFileSync(at, "");
  expect(refusal(join(at, "runs.db"))).toMatchObject({
    code: "log-unusable",
    message: expect.stringContaining("cannot be made"),
  });
  expect(refusal(dirname(at))).toMatchObject({ code: "log-unusable" });
});

test("without node:sqlite it says which Node has it", () => {
  const builtin = vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
  try {
    expect(refusal(path())).toMatchObject({
      code: "log-unusable",
      message: expect.stringContaining("Use Node 22.13 or newer"),
    });
  } finally {
    builtin.mockRestore();
  }
});
