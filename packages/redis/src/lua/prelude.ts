/**
 * What each script begins with. A script gets one key, the tag of its partition, and makes all others from it: they are
 * in one slot, and a script that reads which runs a close unblocks cannot name them beforehand.
 *
 * | key (each after `{<prefix>:<partition>}:`) | type | what it is |
 * | --- | --- | --- |
 * | `run:<run>` | hash | what is known of a run: tail, epoch, lease, readiness, inbox |
 * | `log:<run>` | stream | its events; an entry is a batch, its id `<last seq>-<epoch>` |
 * | `inbox:<run>`, `ids:<run>` | list, hash | its commands by `n`, and the `n` of each command's id |
 * | `blocks:<run>` | list | runs that wait for it to end |
 * | `thread:<thread>`, `runs:<thread>` | hash, zset | a thread, and its runs in the order of their creation |
 * | `threads`, `threads-of:<principal>` | zset | threads by their last activity |
 * | `due` | zset | runs that can be claimed later: leases by their end, sleepers by their wake-up time |
 * | `ready:<agent>` | zset | runs that can be claimed now, by fair score |
 * | `uncompacted` | zset | ended runs that were never compacted, by their end |
 * | `gone:<run>`, `gone-thread:<thread>` | string | tombstones |
 * | `lapses` | zset | threads that are to be forgotten, by when |
 * | `at:<run>`, `vacated:<run>` | string | where a run is, when there are many partitions |
 * | `store` | hash | the newest store time, the newest time of an update |
 */
export const prelude = `
local tag, channels, retention = KEYS[1], ARGV[1], tonumber(ARGV[2])

local function key(kind, id)
  return tag .. ':' .. kind .. ':' .. id
end

local function notify(topic)
  redis.call('PUBLISH', channels .. topic, '')
end

-- An optional argument is '' or '=' and the value; here, as in Redis' answers, what is not there is false.
local function optional(text)
  return text ~= '' and text:sub(2)
end

-- The named fields of a hash, by name.
local function fields(hash, ...)
  local names, found = {...}, {}
  for i, value in ipairs(redis.call('HMGET', hash, ...)) do
    found[names[i]] = value
  end
  return found
end

local function put(hash, values)
  local flat = {}
  for name, value in pairs(values) do
    if value then
      flat[#flat + 1] = name
      flat[#flat + 1] = value
    end
  end
  redis.call('HSET', hash, unpack(flat))
end

-- Store time in ms. A replica that was promoted, or an administrator, may set the clock back: time stands still then.
local function time()
  local now = tonumber(ARGV[3])
  if not now then
    local clock = redis.call('TIME')
    now = clock[1] * 1000 + math.floor(clock[2] / 1000)
  end
  local last = tonumber(redis.call('HGET', tag .. ':store', 'time') or 0)
  if now <= last then
    return last
  end
  redis.call('HSET', tag .. ':store', 'time', now)
  return now
end
`;

/** What each script ends with: its answer, and by whose history it is true when that is asked for. */
export const ending = `
local answer = operation()
if ARGV[5] == '' then
  return answer
end
return { answer, redis.call('INFO', 'replication'):match('master_replid:(%w+)') }
`;
