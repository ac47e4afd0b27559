import { type EventLog, encodeSegments, segmentJson } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { events } from "./lua/events.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";
import type { Reply } from "./store.ts";

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
  end
  redis.call('ZREM', tag .. ':uncompacted', run)
  if #ARGV - first + 1 >= tonumber(r.tail) then
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

const old = script(
  "uncompacted",
  [],
  `
  local since, limit, found = time() - tonumber(ARGV[6]), tonumber(ARGV[7]), {}
  while #found < limit do
    local some = redis.call(
      'ZRANGEBYSCORE', tag .. ':uncompacted', '-inf', since, 'WITHSCORES', 'LIMIT', #found, limit - #found
    )
    for i = 1, #some, 2 do
      -- Those that lapsed are forgotten.
      if redis.call('EXISTS', key('run', some[i])) == 1 then
        found[#found + 1] = { some[i], some[i + 1] }
      else
        redis.call('ZREM', tag .. ':uncompacted', some[i])
      end
    end
    if #some == 0 then
      break
    end
  end
  return found
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

/** `EventLog.uncompacted`. */
export async function uncompactedRuns(
  { store }: Places,
  { ageMs, limit }: Parameters<EventLog["uncompacted"]>[0],
): Promise<readonly string[]> {
  if (limit < 1) return [];
  const each = Array.from({ length: store.partitions }, (_, partition) =>
    store.call(old, partition, [Math.ceil(ageMs), Math.ceil(limit)]),
  );
  return (await Promise.all(each))
    .flat()
    .map((found) => ({ run: String((found as Reply)[0]), at: Number((found as Reply)[1]) }))
    .sort((a, b) => a.at - b.at)
    .slice(0, limit)
    .map(({ run }) => run);
}
