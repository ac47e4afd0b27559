import { encodeSegments, segmentJson } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { events } from "./lua/events.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";

const compact = script(
  "compact",
  [events],
  `
  local run, first = ARGV[6], 7
  local r = fields(key('run', run), 'status', 'tail', 'epoch')
  if not r.status then
    return { 'gone' }
  elseif r.status ~= 'ended' then
    return { 'open' }
  elseif #ARGV - first + 1 >= tonumber(r.tail) then
    -- Not fewer: a repeat of what was compacted before.
    return { 'ok' }
  end
  local epoch = math.max(tonumber(r.epoch) + 1, time())
  local left = redis.call('PTTL', key('run', run))
  redis.call('UNLINK', key('log', run))
  local tail = write_all(run, epoch, first)
  redis.call('HSET', key('run', run), 'epoch', epoch, 'tail', tail, 'compacted', 1)
  if left > 0 then
    redis.call('PEXPIRE', key('log', run), left)
  end
  notify('run:' .. run)
  return { 'ok' }
`,
);

/** `EventLog.compact`. */
export async function compactRun(
  places: Places,
  run: string,
  events: readonly RunEvent[],
): Promise<"ok" | "open" | "gone"> {
  if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
    throw new TypeError("A compacted run has events numbered from 1 on.");
  }
  const args = [run, ...encodeSegments(events, 0).flatMap(segmentJson)];
  const reply = await places.at(run, (partition) =>
    places.store.call(compact, partition, args, { durable: true }),
  );
  return (reply?.[0] ?? "gone") as "ok" | "open" | "gone";
}
