import type { LeaseRef, RenewResult } from "@runwire/core";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";

const renew = script(
  "renew",
  [queue],
  `
  local lease_ms = tonumber(ARGV[6])
  local now, answers = time(), {}
  for at = 7, #ARGV, 2 do
    local run, epoch = ARGV[at], ARGV[at + 1]
    local r = fields(key('run', run), 'epoch', 'expires', 'agent', 'thread', 'inbox')
    if r.expires and r.epoch == epoch then
      local expires = math.max(tonumber(r.expires), now + lease_ms)
      redis.call('HSET', key('run', run), 'expires', expires)
      schedule(run, r, expires, now)
      answers[#answers + 1] = { expires, tonumber(r.inbox) }
    else
      answers[#answers + 1] = false
    end
  end
  return answers
`,
);

/** `EventLog.renew`: one script for each partition. */
export async function renewLeases(
  places: Places,
  leases: readonly LeaseRef[],
  leaseMs: number,
): Promise<readonly RenewResult[]> {
  const found = await Promise.all(leases.map(({ run }) => places.locate(run)));
  const answers: RenewResult[] = leases.map(() => ({ status: "fenced" }));
  const renewals = [...new Set(found)].map(async (partition) => {
    if (partition === undefined) return;
    const indexes = leases.flatMap((_, index) => (found[index] === partition ? [index] : []));
    const refs = indexes.flatMap((index) => {
      const { run, epoch } = leases[index] as LeaseRef;
      return [run, epoch];
    });
    const reply = await places.store.call(renew, partition, [leaseMs, ...refs]);
    for (const [i, index] of indexes.entries()) {
      const answer = reply[i];
      if (!Array.isArray(answer)) continue;
      answers[index] = { status: "ok", until: Number(answer[0]), inbox: Number(answer[1]) };
    }
  });
  await Promise.all(renewals);
  return answers;
}
