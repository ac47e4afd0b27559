// Follows a run to its end by hints alone, without a timer of its own, and says the seqs of each read.
import { writeSync } from "node:fs";
import type { Cursor } from "@runwire/core/protocol";
import { sqliteLog } from "./sqlite-log.ts";

const [path = "", run = ""] = process.argv.slice(2);
const log = sqliteLog({ path });
const done = new AbortController();
for (let cursor: Cursor = { seq: 0 }; ; ) {
  const hint = log.wait(`run:${run}`, done.signal);
  const read = await log.read(run, cursor, 1_000);
  if (read.status === "events") {
    const { first, count, epoch } = read.segment;
    if (count > 0) {
      cursor = { seq: first + count - 1, epoch };
      writeSync(1, `${first} ${cursor.seq}\n`);
    }
    if (read.ended) break;
    if (count > 0) continue;
  }
  await hint;
}
// Nothing else holds the process.
done.abort();
