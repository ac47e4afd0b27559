import { DatabaseSync } from "node:sqlite";
import { expect, test, vi } from "vitest";
import { useLogs } from "./log.test.helper.ts";
import { identity, isGone } from "./processes.ts";
import { type Program, start } from "./program.test.helper.ts";
import { append, completed, owned, seqsOf, started } from "./runs.test.helper.ts";

const { path, open } = useLogs();

const appendForever = new URL("./append-forever.test.helper.ts", import.meta.url);
const claimAll = new URL("./claim-all.test.helper.ts", import.meta.url);
const follow = new URL("./follow.test.helper.ts", import.meta.url);

const claim = { worker: "here", leaseMs: 3_600_000, max: 10, agents: ["a"] };

async function kill({ child, gone }: Program): Promise<void> {
  child.kill("SIGKILL");
  expect(await gone).toEqual([null, "SIGKILL"]);
}

test("kill -9 anywhere: what was acknowledged is there, and nothing is torn", async () => {
  const at = path();
  const log = open({ path: at });
  for (let round = 0; round < 6; round++) {
    const size = [1, 7, 400][round % 3] ?? 1;
    const programs = [0, 1].map((n) => start(appendForever, at, `run-${round}-${n}`, `${size}`));
    await Promise.all(programs.map(({ said }) => said(2 + 7 * round)));
    await Promise.all(programs.map(kill));
    for (const [n, { lines }] of programs.entries()) {
      const seqs = await seqsOf(log, `run-${round}-${n}`);
      const acknowledged = Number(lines.at(-1));
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
      expect((await log.find(`run-${round}-${n}`))?.tail).toBe(seqs.length);
      // The last append may have been written and not acknowledged, but only whole.
      expect([acknowledged, acknowledged + size]).toContain(seqs.length);
    }
  }
  await log.close();
  const file = new DatabaseSync(at);
  expect(file.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  file.close();
});

test("the run of a process that was killed can be claimed at once, however long its lease", async () => {
  const at = path();
  const log = open({ path: at });
  const program = start(appendForever, at, "r", "5");
  await program.said(3);
  expect(await log.claim({ ...claim, run: "r" })).toEqual([]);
  await kill(program);
  // Processes are looked for once in a second.
  const lease = await vi.waitFor(
    async () => {
      const [one] = await log.claim(claim);
      if (one === undefined) throw new Error("Nothing can be claimed.");
      return one;
    },
    { timeout: 10_000 },
  );
  expect(lease).toMatchObject({ run: "r", why: "recovery" });
  await append(log, lease, lease.tail, 2);
});

test("a process is gone when its number is nobody's, or somebody else's", async () => {
  const [place, pid, began] = identity().split(" ");
  expect(isGone(identity())).toBe(false);
  expect(isGone([place, pid, "1"].join(" "))).toBe(process.platform === "linux");
  // Of another machine or container nothing is known.
  expect(isGone(["elsewhere", "1", began].join(" "))).toBe(false);
  const program = start(claimAll, path(), "w");
  const other = [place, program.child.pid, ""].join(" ");
  expect(isGone(other)).toBe(false);
  await kill(program);
  expect(isGone(other)).toBe(true);
});

test("runs that were leased through a log that was closed can be claimed", async () => {
  const at = path();
  const [one, two] = [open({ path: at }), open({ path: at })];
  await owned(one, "r");
  expect(await two.claim(claim)).toEqual([]);
  await one.close();
  expect(await two.claim(claim)).toMatchObject([{ run: "r", why: "recovery" }]);
});

test("processes that make the file at the same moment make one", async () => {
  const at = path();
  const programs = Array.from({ length: 6 }, (_, i) => start(appendForever, at, `run-${i}`, "1"));
  await Promise.all(programs.map(({ said }) => said(2)));
  await Promise.all(programs.map(kill));
  expect((await open({ path: at }).threads.list({ limit: 9 })).length).toBe(6);
});

test("two processes claim each run once", async () => {
  const at = path();
  const log = open({ path: at });
  const runs = Array.from({ length: 300 }, (_, i) => `run-${i}`);
  await Promise.all(
    runs.map((run) =>
      log.create({
        run,
        thread: `thread of ${run}`,
        agent: "a",
        busy: "queue",
        digest: "d",
        events: [started(run)],
      }),
    ),
  );
  const programs = ["one", "two"].map((name) => start(claimAll, at, name));
  await Promise.all(programs.map(({ saidThat }) => saidThat("nothing")));
  const claimed = programs.flatMap(({ lines }) => lines.slice(0, -1));
  expect(claimed.sort()).toEqual(runs.sort());
});

test("a follower in another process sees each event once, while it is written, and stays until the end", async () => {
  const at = path();
  const log = open({ path: at });
  const lease = await owned(log, "r");
  const follower = start(follow, at, "r");
  let tail = 1;
  for (let line = 1; line <= 40; line++) {
    // Each append comes when the follower has nothing left to read and waits.
    await follower.said(line);
    if (line < 40) await append(log, lease, tail, 3);
    else
      await log.append("r", {
        epoch: lease.epoch,
        after: tail,
        events: [completed(tail + 1)],
        end: "close",
      });
    tail += 3;
  }
  expect(await follower.gone).toEqual([0, null]);
  const expected = ["1 1", ...Array.from({ length: 39 }, (_, i) => `${2 + 3 * i} ${4 + 3 * i}`)];
  expect(follower.lines).toEqual([...expected, "119 119"]);
});

test("commands, threads and ready runs of one process are heard of in another", async () => {
  const at = path();
  const [here, there] = [open({ path: at }), open({ path: at })];
  const { run } = await owned(here, "r");
  const { signal } = new AbortController();
  const changes = [
    ["inbox:r", () => there.send(run, { type: "cancel", id: "c" })],
    ["thread:t", () => owned(there, "r2")],
    ["ready", () => there.create({ ...newRun("r3"), thread: "t3" })],
    ["run:r2", () => there.delete({ run: "r2" })],
    ["thread:t3", () => there.delete({ thread: "t3" })],
  ] as const;
  for (const [topic, change] of changes) {
    const heard = here.wait(topic, signal);
    let nothing = true;
    void here.wait("run:another", signal).then(() => {
      nothing = false;
    });
    await change();
    await heard;
    expect([topic, nothing]).toEqual([topic, true]);
  }
});

const newRun = (run: string) =>
  ({ run, thread: "t", agent: "a", busy: "queue", digest: "d", events: [started(run)] }) as const;
