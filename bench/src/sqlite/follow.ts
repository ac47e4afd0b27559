// A process that follows a run, by hints, and tells how long each event was on its way. An event's text is the time at
// which it was appended, by the clock that all processes of a machine share.
import { segmentEvents } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { sqliteLog } from "@runwire/sqlite";

const [path = "", run = ""] = process.argv.slice(2);
const log = sqliteLog({ path });
const { signal } = new AbortController();
// Asked what it has cost so far, it says so, in ms of CPU time.
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1_000 });
});
for (let seq = 0; ; ) {
  const hint = log.wait(`run:${run}`, signal);
  const read = await log.read(run, { seq }, 1_000);
  const now = process.hrtime.bigint();
  if (read.status === "events" && read.segment.count > 0) {
    for (const event of segmentEvents(read.segment)) process.send?.(delayOf(event, now));
    seq += read.segment.count;
  } else {
    await hint;
  }
}

/** In ms; 0 for what tells no time. */
function delayOf(event: RunEvent, now: bigint): number {
  return event.type === "text.delta" ? Number(now - BigInt(event.delta)) / 1e6 : 0;
}
