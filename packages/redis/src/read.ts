import { cutSegment, type ReadResult } from "@runwire/core";
import type { Cursor } from "@runwire/core/protocol";
import { events } from "./lua/events.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";

/** What one read hands out at most, but for a single larger entry. */
const maxUnits = 262_144;

const read = script(
  "read",
  [events],
  `
  local run, seq, epoch, limit = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])
  local r = fields(key('run', run), 'status', 'tail', 'compacted')
  if not r.status then
    return { 'gone' }
  end
  local tail = tonumber(r.tail)
  if seq > tail then
    return { 'reset' }
  end

  local from, at, first, reached, units, frames = math.max(seq, 1), 0, false, seq, 0, {}
  repeat
    local page = redis.call('XRANGE', key('log', run), from, '+', 'COUNT', 32)
    for _, entry in ipairs(page) do
      local last, of = entry[1]:match('(%d+)-(%d+)')
      last, of = tonumber(last), tonumber(of)
      local n, text = tonumber(entry[2][2]), entry[2][4]
      if seq > 0 and from <= seq then
        -- The entry that holds the cursor's event. What was compacted has other numbers now: a cursor that does not name
        -- the new epoch is from before.
        if epoch and epoch ~= of or not epoch and r.compacted then
          return { 'reset' }
        end
        at = of
      end
      if last > seq then
        if first and of ~= at or reached - seq >= limit or units >= ${maxUnits} then
          return { 'events', first or seq + 1, reached, at, table.concat(frames), tail, r.status }
        end
        first, at, reached, units = first or last - n + 1, of, last, units + #text
        frames[#frames + 1] = text
      end
      from = last + 1
    end
  until #page < 32
  if not first and seq < tail then
    -- Redis was allowed to evict the stream.
    return { 'gone' }
  end
  return { 'events', first or seq + 1, reached, at, table.concat(frames), tail, r.status }
`,
);

/** `EventLog.read`. */
export async function readLog(
  places: Places,
  run: string,
  { seq, epoch }: Cursor,
  limit: number,
): Promise<ReadResult> {
  const args = [run, seq, epoch ?? "", limit];
  const reply = await places.at(run, (partition) => places.store.call(read, partition, args));
  const [status = "gone", first, reached, of, frames, tail, runStatus] = reply ?? [];
  if (status !== "events") return { status: status as "gone" | "reset" };
  const whole = {
    first: Number(first),
    count: Number(reached) - Number(first) + 1,
    epoch: Number(of),
    frames: String(frames),
  };
  const segment = cutSegment(whole, seq, limit);
  const newest = Number(tail);
  const ended = runStatus === "ended" && seq + segment.count === newest;
  return { status: "events", segment, ended, tail: newest };
}
