import { type Append, type AppendResult, encodeSegment } from "@runwire/core";
import type { RunEvent } from "@runwire/core/protocol";
import { events } from "./lua/events.ts";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import { threads } from "./lua/threads.ts";
import type { Places } from "./places.ts";
import type { Reply } from "./store.ts";

const append = script(
  "append",
  [queue, threads, events],
  `
  local run, epoch, after, count, frames, consume, leaving, too_large = unpack(ARGV, 6, 13)
  after, count = tonumber(after), tonumber(count)
  local hash = key('run', run)
  local r = fields(hash, 'status', 'epoch', 'tail', 'done', 'inbox', 'expires', 'left', 'thread', 'agent')
  if not r.status then
    return { 'gone' }
  end
  local kept, inbox, tail = tonumber(r.tail), tonumber(r.inbox), after + count

  -- Before anything else: a repeat is answered as the first call was, whatever has happened since. Epochs never
  -- decrease: what lies between two events of one epoch is of that epoch too.
  local repeated = leaving ~= '' and r.left == epoch .. ' ' .. after .. ' ' .. leaving
  if count > 0 then
    local e = tonumber(epoch)
    repeated = tail <= kept and epoch_at(run, after + 1) == e and epoch_at(run, tail) == e
  end
  if repeated then
    return { 'ok', tail, inbox }
  elseif r.status == 'ended' then
    return { 'closed' }
  elseif not r.expires or r.epoch ~= epoch then
    return { 'fenced' }
  elseif after ~= kept then
    return { 'gap', kept }
  elseif too_large == '1' then
    return { 'too-large' }
  end
  local done = math.max(tonumber(r.done), math.min(tonumber(consume), inbox))
  if leaving ~= '' and done < inbox then
    return { 'inbox', inbox }
  end

  if count > 0 then
    add(run, tail, epoch, count, frames)
  end
  redis.call('HSET', hash, 'tail', tail, 'done', done)
  if leaving ~= '' then
    local now = time()
    redis.call('HSET', hash, 'left', epoch .. ' ' .. after .. ' ' .. leaving)
    if leaving == 'close' then
      redis.call('HSET', hash, 'status', 'ended')
      redis.call('ZADD', tag .. ':uncompacted', now, run)
      set_ready(run, r, false, false, now)
      unblock(run, now)
      settle(r.thread, now)
      touch(r.thread, now)
      if retention > 0 then
        for _, kind in ipairs({ 'run', 'log', 'inbox', 'ids' }) do
          redis.call('PEXPIRE', key(kind, run), retention)
        end
      end
      prune(now)
    elseif leaving == 'sleep' then
      set_ready(run, r, false, false, now)
    elseif leaving == '0' then
      set_ready(run, r, now, 'handover', now)
    else
      set_ready(run, r, math.max(tonumber(leaving), now), 'timer', now)
    end
  end
  if count > 0 or leaving == 'close' then
    notify('run:' .. run)
  end
  return { 'ok', tail, inbox }
`,
);

/** `EventLog.append`. */
export async function appendEvents(
  places: Places,
  run: string,
  batch: Append,
): Promise<AppendResult> {
  const { epoch, after, events, consume = 0, end } = batch;
  checkNumbers(batch);
  const segment = encodeSegment(events, epoch);
  const [tooLarge, frames] = segment === "too-large" ? [1, ""] : [0, segment.frames];
  const leaving = end === undefined ? "" : end === "close" ? end : (end.release ?? "sleep");
  const args = [run, epoch, after, events.length, frames, consume, leaving, tooLarge];
  const tick = end === "close" ? await places.tick() : undefined;
  const durable = end !== undefined || events.some(isDurable);
  const reply = await places.at(run, (partition) =>
    places.store.call(append, partition, args, { tick, durable }),
  );
  if (end === "close" && reply?.[0] === "ok") await places.lapse(run);
  return decode(reply ?? ["gone"]);
}

/**
 * Intents, results and all else that is not made again after a crash. A delta is: recovery reverts the response that it
 * is part of, and asks the model once more.
 */
function isDurable({ type }: RunEvent): boolean {
  return !type.endsWith(".delta") && type !== "tool.progressed";
}

function checkNumbers({ events, after }: Append): void {
  if (events.length === 0) return;
  if (events[0]?.seq !== after + 1 || events.at(-1)?.seq !== after + events.length) {
    throw new TypeError(`The events after ${after} must be numbered from ${after + 1} on.`);
  }
}

function decode(reply: Reply): AppendResult {
  const status = reply[0] as AppendResult["status"];
  switch (status) {
    case "ok":
      return { status, tail: Number(reply[1]), inbox: Number(reply[2]) };
    case "gap":
      return { status, tail: Number(reply[1]) };
    case "inbox":
      return { status, inbox: Number(reply[1]) };
    default:
      return { status };
  }
}
