import { maxCommandBytes, maxPendingCommands, type SendResult } from "@runwire/core";
import type { Command, InboxEntry } from "@runwire/core/protocol";
import { queue } from "./lua/queue.ts";
import { script } from "./lua/script.ts";
import type { Places } from "./places.ts";
import { utf8Bytes } from "./utf8-bytes.ts";

const send = script(
  "send",
  [queue],
  `
  local run, id, json, too_large = unpack(ARGV, 6, 9)
  local hash = key('run', run)
  local r = fields(hash, 'status', 'inbox', 'done', 'expires', 'ready', 'thread', 'agent')
  if not r.status then
    return { 'gone' }
  end
  local known = redis.call('HGET', key('ids', run), id)
  if known then
    return { 'ok', tonumber(known) }
  elseif r.status == 'ended' then
    return { 'closed' }
  elseif too_large == '1' then
    return { 'too-large' }
  elseif tonumber(r.inbox) - tonumber(r.done) >= ${maxPendingCommands} then
    return { 'full' }
  end
  local now, n = time(), tonumber(r.inbox) + 1
  redis.call('HSET', hash, 'inbox', n)
  redis.call('HSET', key('ids', run), id, n)
  redis.call('RPUSH', key('inbox', run), now .. ' ' .. json)
  local ready = r.ready and tonumber(r.ready) <= now
  if r.status == 'open' and not r.expires and not ready then
    set_ready(run, r, now, 'input', now)
  end
  notify('inbox:' .. run)
  return { 'ok', n }
`,
);

const inbox = script(
  "inbox",
  [],
  `
  local after, limit = tonumber(ARGV[7]), tonumber(ARGV[8])
  return redis.call('LRANGE', key('inbox', ARGV[6]), after, after + limit - 1)
`,
);

/** `EventLog.send`. */
export async function sendCommand(
  places: Places,
  run: string,
  command: Command,
): Promise<SendResult> {
  const json = JSON.stringify(command);
  const tooLarge = utf8Bytes(json) > maxCommandBytes;
  const args = [run, command.id, tooLarge ? "" : json, tooLarge ? 1 : 0];
  const reply = await places.at(run, (partition) =>
    places.store.call(send, partition, args, { durable: true }),
  );
  const status = (reply?.[0] ?? "gone") as SendResult["status"];
  return status === "ok" ? { status, n: Number(reply?.[1]) } : { status };
}

/** `EventLog.inbox`. */
export async function readInbox(
  places: Places,
  run: string,
  after: number,
  limit: number,
): Promise<readonly InboxEntry[]> {
  const partition = await places.locate(run);
  if (partition === undefined) return [];
  const entries = await places.store.call(inbox, partition, [run, after, limit]);
  return entries.map((entry, i) => {
    const text = String(entry);
    const space = text.indexOf(" ");
    const command = JSON.parse(text.slice(space + 1)) as Command;
    return { n: after + 1 + i, at: Number(text.slice(0, space)), command };
  });
}
