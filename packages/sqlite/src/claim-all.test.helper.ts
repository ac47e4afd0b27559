// Claims whatever is ready, a few at a time, and says each run that it got. Stays when there is nothing more: what a
// process held that is gone would be claimed once more.
import { writeSync } from "node:fs";
import { sqliteLog } from "./sqlite-log.ts";

const [path = "", worker = ""] = process.argv.slice(2);
const log = sqliteLog({ path });
for (;;) {
  const leases = await log.claim({ worker, leaseMs: 3_600_000, max: 4, agents: ["a"] });
  if (leases.length === 0) break;
  for (const { run } of leases) writeSync(1, `${run}\n`);
}
writeSync(1, "nothing\n");
setInterval(() => {}, 3_600_000);
