/** Events in a run's stream. Entries have two fields: `n`, how many events, and `f`, their frames. */
export const events = `
-- The first entry from a seq on is the one that holds it. Gives its epoch.
local function epoch_at(run, seq)
  local entry = redis.call('XRANGE', key('log', run), seq, '+', 'COUNT', 1)[1]
  return entry and tonumber(entry[1]:match('-(%d+)'))
end

local function add(run, last, epoch, count, frames)
  redis.call('XADD', key('log', run), last .. '-' .. epoch, 'n', count, 'f', frames)
end

-- Keeps ARGV from \`from\` on, the JSON of the events from seq 1 on, in entries that are not too large to be read by.
-- Here, and not where they are sent, where only the store knows their epoch.
local function write_all(run, epoch, from)
  local frames, units = {}, 0
  for at = from, #ARGV do
    local seq = at - from + 1
    frames[#frames + 1] = 'id: ' .. seq .. '.' .. epoch .. '\\ndata: ' .. ARGV[at] .. '\\n\\n'
    units = units + #ARGV[at]
    if at == #ARGV or #frames == 256 or units > 65536 then
      add(run, seq, epoch, #frames, table.concat(frames))
      frames, units = {}, 0
    end
  end
  return #ARGV - from + 1
end
`;
