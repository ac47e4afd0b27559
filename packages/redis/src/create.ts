import { type CreateResult, encodeSegment, type NewRun, segmentJson } from "@runwire/core";
import { leaseOr } from "./lease.ts";
import { events } from "./lua/events.ts";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import { threads } from "./lua/threads.ts";
import type { Places } from "./places.ts";
import { optional, type Reply } from "./store.ts";

/** What a creation is answered when the run is there already. Needs `queue`. */
const known = `
local function known_run(run, principal, digest, worker)
  local r = fields(key('run', run), 'digest', 'created_epoch', unpack(lease_fields))
  if not r.status then
    return redis.call('EXISTS', key('gone', run)) == 1 and { 'gone' }
  elseif r.principal ~= principal then
    return { 'foreign' }
  elseif r.digest ~= digest then
    return { 'conflict' }
  end
  -- Only the very lease that the first call gave: a later one belongs to whoever claimed it.
  local given = r.expires and r.worker == worker and r.epoch == r.created_epoch
  return { 'exists', given and lease_of(run, r, 'new', time()) }
end
`;

const create = script(
  "create",
  [queue, threads, events, known],
  `
  local run, thread, agent, digest, busy, generation, lease_ms, too_large = unpack(ARGV, 6, 13)
  local first = 19
  local principal, previous, if_head = optional(ARGV[14]), optional(ARGV[15]), optional(ARGV[16])
  local title, worker = optional(ARGV[17]), optional(ARGV[18])

  if redis.call('EXISTS', key('gone-thread', thread)) == 1 then
    return { 'gone' }
  end
  local known = known_run(run, principal, digest, worker)
  if known then
    return known
  end
  local vacated = redis.call('GET', key('vacated', run))
  if vacated and tonumber(generation) <= tonumber(vacated) then
    return { 'elsewhere' }
  end

  local t = fields(key('thread', thread), 'created', 'principal')
  if t.created and t.principal ~= principal then
    return { 'foreign' }
  end
  local before = previous and fields(key('run', previous), 'status', 'thread')
  if before and before.thread ~= thread then
    return { 'foreign' }
  end
  local head = head_of(thread)
  if if_head and if_head ~= (head or '') then
    return { 'moved', head }
  end
  local blocked = before and before.status ~= 'ended'
  if blocked and busy == 'reject' then
    return { 'busy', previous }
  elseif too_large == '1' then
    return { 'too-large' }
  end

  local now = time()
  local leased = worker and not blocked
  local epoch = leased and math.max(1, now) or 0
  if not t.created then
    put(key('thread', thread), { principal = principal, title = title, created = now })
  elseif retention > 0 then
    redis.call('PERSIST', key('thread', thread))
    redis.call('PERSIST', key('runs', thread))
    redis.call('ZREM', tag .. ':lapses', thread)
  end
  redis.call('HINCRBY', key('thread', thread), 'open', 1)
  redis.call('ZADD', key('runs', thread), redis.call('HINCRBY', key('thread', thread), 'runs', 1), run)
  local tail = write_all(run, epoch, first)
  local r = {
    thread = thread, agent = agent, principal = principal, previous = previous, digest = digest, created = now,
    status = blocked and 'blocked' or 'open', tail = tail, epoch = 0, done = 0, inbox = 0
  }
  put(key('run', run), r)
  if blocked then
    redis.call('RPUSH', key('blocks', previous), run)
  elseif leased then
    take_lease(run, r, worker, tonumber(lease_ms), now)
    redis.call('HSET', key('run', run), 'created_epoch', r.epoch)
  else
    set_ready(run, r, now, 'new', now)
  end
  touch(thread, now)
  notify('run:' .. run)
  prune(now)
  return { 'ok', leased and lease_of(run, r, 'new', now) }
`,
);

const isThreadGone = script(
  "is thread gone",
  [],
  "return { redis.call('EXISTS', key('gone-thread', ARGV[6])) }",
);

/**
 * A run that is not where it is asked for: the answer, if it is here after all, or a mark that refuses the creations
 * of this and earlier generations, which may still be on their way.
 */
const vacate = script(
  "vacate",
  [queue, known],
  `
  local run, digest, generation = unpack(ARGV, 6, 8)
  local found = known_run(run, optional(ARGV[9]), digest, optional(ARGV[10]))
  if found then
    return found
  end
  redis.call('SET', key('vacated', run), generation, 'PX', 86400000)
  return { 'vacant' }
`,
);

/** `EventLog.create`. */
export async function createRun(places: Places, request: NewRun): Promise<CreateResult> {
  const { events } = request;
  if (events[0]?.seq !== 1 || events.at(-1)?.seq !== events.length) {
    throw new TypeError("A run begins with its first events: seq 1, 2, …");
  }
  const { store } = places;
  const { run, thread, agent, digest, busy, principal, previous, ifHead, title, owner } = request;
  const segment = encodeSegment(events, 0);
  const [tooLarge, texts] = segment === "too-large" ? [1, []] : [0, segmentJson(segment)];
  const partition = places.ofThread(thread);
  const tick = await places.tick();

  for (;;) {
    const place = await places.reserve(run, partition);
    if (place.partition !== partition) {
      const [gone] = await store.call(isThreadGone, partition, [thread]);
      if (Number(gone) === 1) return { status: "gone" };
      const args = [run, digest, place.generation, optional(principal), optional(owner?.worker)];
      const found = await store.call(vacate, place.partition, args, { durable: true });
      if (found[0] !== "vacant") return decode(found);
      await places.move(run, place, partition);
      continue;
    }
    const args = [
      ...[run, thread, agent, digest, busy, place.generation, owner?.leaseMs ?? 0, tooLarge],
      ...[principal, previous, ifHead === null ? "" : ifHead, title, owner?.worker].map(optional),
      ...texts,
    ];
    const created = await store.call(create, partition, args, { tick, durable: true });
    if (created[0] === "elsewhere") continue;
    places.learn(run, partition);
    return decode(created);
  }
}

function decode(reply: Reply): CreateResult {
  const [status, what] = reply as [CreateResult["status"], Reply[number] | undefined];
  switch (status) {
    case "ok":
    case "exists":
      return { status, ...leaseOr(what) };
    case "busy":
      return { status, run: String(what) };
    case "moved":
      return { status, head: typeof what === "string" ? what : null };
    default:
      return { status };
  }
}
