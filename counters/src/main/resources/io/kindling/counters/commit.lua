-- Sets, replaces or removes the record of a partition and changes the totals accordingly: all or nothing.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of the generation
-- KEYS[3] hash of totals
-- KEYS[4] hash ledger
-- KEYS[5] hash of live progress
-- KEYS[6..] hash with the chunks, if the new record is a staged one
-- ARGV[1] id of the run             ARGV[2] meta field of the series   ARGV[3] state that it must have
-- ARGV[4] pass                      ARGV[5] expected partitions        ARGV[6] partition
-- ARGV[7] record that must be there, empty for none
-- ARGV[8] new record, empty to remove it
-- ARGV[9] bytes of the pass's dictionary that the new record relies on, ARGV[10] their SHA-1
-- ARGV[11] live field to remove     ARGV[12] chunks, 0 for a plain record
-- ARGV[13] ms to live, 0 for ever   ARGV[14...] name, increment (not 0, a signed 64-bit decimal) in turns
-- Reply   {outcome, ...}; outcome is one of
--           OK
--           STATE, id, state             another run, or another state
--           PARTITIONS, n                the pass has another number of partitions
--           NAMES                        the dictionary does not begin with what the record relies on
--           STAGE, n                     only n chunks are there
--           EXISTS, record, withdrawing  another record is there than ARGV[7]
--           FOLDED, n                    n chunks of the old record are still in the totals
--           OVERFLOW, name, total        a total would leave the 64-bit range
-- O(increments + bytes of the dictionary). Redis 6.2. All keys in one slot.

local meta, generation, total, ledger, live, stage = unpack(KEYS)
local pass, partition, old, new = 'p:' .. ARGV[4], ARGV[6], ARGV[7], ARGV[8]

local run = redis.call('HMGET', meta, 'id', ARGV[2])
if run[1] ~= ARGV[1] or run[2] ~= ARGV[3] then
  return {'STATE', run[1] or '', run[2] or ''}
end
local partitions = redis.call('HGET', generation, pass)
if partitions and partitions ~= ARGV[5] then
  return {'PARTITIONS', partitions}
end
local entry = redis.call('HMGET', ledger, partition, 'w' .. partition, 'f' .. partition)
if (entry[1] or '') ~= old then
  return {'EXISTS', entry[1] or '', entry[2] or ''}
end
if (entry[3] or '0') ~= '0' then
  return {'FOLDED', entry[3]}
end
local length = tonumber(ARGV[9])
if length > 0 then
  local names = redis.call('HGET', meta, 'names:' .. ARGV[4]) or ''
  if #names < length or redis.sha1hex(names:sub(1, length)) ~= ARGV[10] then
    return {'NAMES'}
  end
end
if stage then
  local chunks = redis.call('HLEN', stage)
  if chunks ~= tonumber(ARGV[12]) then
    return {'STAGE', tostring(chunks)}
  end
end
local is_live = redis.call('HEXISTS', live, ARGV[11]) == 1

-- Every key has been looked at: from here on no wrong type can stop us half-way. HINCRBY and HSET come first, because
-- they are what a server without memory refuses.
local names, increments = {}, {}
for i = 14, #ARGV, 2 do
  names[#names + 1] = ARGV[i]
  increments[#increments + 1] = ARGV[i + 1]
end
local before = #names > 0 and redis.call('HMGET', total, unpack(names)) or {}
for i, name in ipairs(names) do
  local reply = redis.pcall('HINCRBY', total, name, increments[i])
  if type(reply) == 'table' and reply.err then
    for j = i - 1, 1, -1 do -- Backwards: a name may occur more than once.
      if before[j] then
        redis.call('HSET', total, names[j], before[j])
      else
        redis.call('HDEL', total, names[j])
      end
    end
    if reply.err:find('would overflow', 1, true) then
      return {'OVERFLOW', name, before[i] or '0'}
    end
    return reply
  end
end

if new ~= '' then
  redis.call('HSET', ledger, partition, new)
end
redis.call('HSET', generation, pass, ARGV[5])
redis.call('HINCRBY', generation, 'changes', 1)
if new == '' then
  redis.call('HDEL', ledger, partition)
end
if old ~= '' then -- Marks that concerned the old record.
  redis.call('HDEL', ledger, 'c' .. partition, 'w' .. partition)
end
if is_live then
  redis.call('HDEL', live, ARGV[11])
end
if ARGV[13] ~= '0' then
  for _, key in ipairs({meta, generation, total, ledger, stage}) do
    redis.call('PEXPIRE', key, ARGV[13])
  end
elseif stage then
  redis.call('PERSIST', stage)
end
return {'OK'}
