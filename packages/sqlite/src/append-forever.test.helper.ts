// Appends batches of so many events to a run of its own until it is killed. Says the tail after each acknowledgement.
import { writeSync } from "node:fs";
import { append, owned } from "./runs.test.helper.ts";
import { sqliteLog } from "./sqlite-log.ts";

const [path = "", run = "", size = "1"] = process.argv.slice(2);
const log = sqliteLog({ path });
const lease = await owned(log, run, `thread of ${run}`);
for (let tail = 1; ; tail += Number(size)) {
  // At once: what is not on its way when the process is killed was never said.
  writeSync(1, `${tail}\n`);
  await append(log, lease, tail, Number(size));
}
