// Takes up runs until it is killed. Says each run's end.
import { writeSync } from "node:fs";
import { createRuntime } from "@runwire/core";
import { counter } from "./counter.test.helper.ts";
import { sqliteLog } from "./sqlite-log.ts";

const [path = "", ledger = ""] = process.argv.slice(2);
const log = sqliteLog({ path });
createRuntime({
  agents: [counter(ledger)],
  log: {
    ...log,
    async append(run, batch) {
      const answer = await log.append(run, batch);
      if (batch.end === "close") writeSync(1, `${run}\n`);
      return answer;
    },
  },
  concurrency: 4,
  // Longer than any test: whoever takes up what it leaves has seen that it is gone.
  leaseMs: 3_600_000,
});
setInterval(() => {}, 3_600_000);
