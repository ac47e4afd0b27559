import type { ClaimRequest, Lease } from "@runwire/core";
import { decodeLease } from "./lease.ts";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";

/** The runs of some agents that are ready, best first, as `{ score, run, agent }`. Needs `queue`. */
const candidates = `
local function candidates(max, agents_from)
  local found = {}
  for at = agents_from, #ARGV do
    local some = redis.call('ZRANGE', key('ready', ARGV[at]), 0, max - 1, 'WITHSCORES')
    for i = 1, #some, 2 do
      found[#found + 1] = { tonumber(some[i + 1]), some[i], ARGV[at] }
    end
  end
  table.sort(found, function(a, b)
    return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])
  end)
  return found
end
`;

/** Scores of what a claim would find, so that of many partitions the oldest is taken. */
const peek = script(
  "peek",
  [queue, candidates],
  `
  wake(time())
  local scores = {}
  for i, candidate in ipairs(candidates(tonumber(ARGV[6]), 7)) do
    scores[i] = candidate[1]
  end
  return scores
`,
);

const claim = script(
  "claim",
  [queue, candidates],
  `
  local worker, lease_ms, max = ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8])
  local now = time()
  wake(now)
  local leases = {}
  for _, candidate in ipairs(candidates(max, 9)) do
    if #leases == max then
      break
    end
    local run = candidate[2]
    local r = fields(key('run', run), unpack(lease_fields))
    if r.status == 'open' then
      local why = r.expires and 'recovery' or r.why or 'recovery'
      take_lease(run, r, worker, lease_ms, now)
      leases[#leases + 1] = lease_of(run, r, why, now)
    else
      -- Redis was allowed to evict it.
      redis.call('ZREM', key('ready', candidate[3]), run)
    end
  end
  return leases
`,
);

const claimOne = script(
  "claim one",
  [queue],
  `
  local run, worker, lease_ms, steal = ARGV[6], ARGV[7], tonumber(ARGV[8]), ARGV[9]
  local r = fields(key('run', run), unpack(lease_fields))
  local wanted = false
  for at = 10, #ARGV do
    wanted = wanted or ARGV[at] == r.agent
  end
  if not r.status then
    return { 'gone' }
  elseif r.status ~= 'open' or not wanted then
    return { 'ok' }
  end
  local now = time()
  local at = tonumber(r.expires or r.ready or 'inf')
  if at > now and not (steal == '1' and r.expires) then
    return { 'ok' }
  end
  local why = r.why or 'recovery'
  if r.expires then
    why = at <= now and 'recovery' or 'steal'
  end
  wake(now)
  take_lease(run, r, worker, lease_ms, now)
  return { 'ok', lease_of(run, r, why, now) }
`,
);

/** `EventLog.claim`. */
export async function claimRuns(places: Places, request: ClaimRequest): Promise<readonly Lease[]> {
  const { store } = places;
  const { worker, leaseMs, max, run, steal } = request;
  const agents = [...new Set(request.agents)];
  if (max < 1) return [];
  if (run !== undefined) {
    const args = [run, worker, leaseMs, steal ? 1 : 0, ...agents];
    const reply = await places.at(run, (partition) => store.call(claimOne, partition, args));
    return (reply ?? []).slice(1).map(decodeLease);
  }
  const take = async (partition: number, wanted: number): Promise<readonly Lease[]> => {
    const reply = await store.call(claim, partition, [worker, leaseMs, wanted, ...agents]);
    return reply.map(decodeLease);
  };
  if (store.partitions === 1) return take(0, max);
  const leases: Lease[] = [];
  // Others may take meanwhile what was found: then there is less each time.
  while (leases.length < max) {
    const found = await shares(places, max - leases.length, agents);
    if (found.size === 0) break;
    for (const [partition, wanted] of found) {
      for (const lease of await take(partition, wanted)) {
        places.learn(lease.run, partition);
        leases.push(lease);
      }
    }
  }
  return leases;
}

/** How many runs to take from which partition, so that the oldest are taken. */
async function shares(
  { store }: Places,
  max: number,
  agents: readonly string[],
): Promise<ReadonlyMap<number, number>> {
  const all = Array.from({ length: store.partitions }, async (_, partition) => {
    const scores = await store.call(peek, partition, [max, ...agents]);
    return scores.map((score) => ({ partition, score: Number(score) }));
  });
  const best = (await Promise.all(all)).flat().sort((a, b) => a.score - b.score);
  const wanted = new Map<number, number>();
  for (const { partition } of best.slice(0, max)) {
    wanted.set(partition, (wanted.get(partition) ?? 0) + 1);
  }
  return wanted;
}
