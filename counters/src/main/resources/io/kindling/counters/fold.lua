-- Adds one chunk of a staged vector to the totals, or takes one out again, and moves the partition's cursor.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of the generation
-- KEYS[3] hash of totals
-- KEYS[4] hash ledger
-- KEYS[5] hash with the chunks
-- ARGV[1] id of the run     ARGV[2] meta field of the series   ARGV[3] state that it must have
-- ARGV[4] partition         ARGV[5] record that it must have
-- ARGV[6] index of the chunk
-- ARGV[7] + to add it, which makes the cursor index + 1; - to take it out, which makes it index
-- ARGV[8] ms to live, 0 for ever
-- Reply   {outcome, ...}; outcome is one of
--           OK
--           STATE, id, state        another run, or another state
--           EXISTS                  the partition has another record
--           WITHDRAWING             the vector is being taken out: nothing may be added
--           CURSOR, n               n chunks are in the totals, so this one is not the next
--           CHUNK                   the chunk is not there
--           OVERFLOW, name, total   a total would leave the 64-bit range
-- O(fields of the chunk), at most 1,000. Redis 6.2. All keys in one slot.

local meta, generation, total, ledger, stage = unpack(KEYS)
local partition, index, adding = ARGV[4], tonumber(ARGV[6]), ARGV[7] == '+'

local run = redis.call('HMGET', meta, 'id', ARGV[2])
if run[1] ~= ARGV[1] or run[2] ~= ARGV[3] then
  return {'STATE', run[1] or '', run[2] or ''}
end
local entry = redis.call('HMGET', ledger, partition, 'w' .. partition, 'f' .. partition)
if entry[1] ~= ARGV[5] then
  return {'EXISTS'}
end
if adding and entry[2] then
  return {'WITHDRAWING'}
end
local cursor = tonumber(entry[3] or '0')
if cursor ~= (adding and index or index + 1) then
  return {'CURSOR', tostring(cursor)}
end
local chunk = redis.call('HGET', stage, ARGV[6])
if not chunk then
  return {'CHUNK'}
end
chunk = cmsgpack.unpack(chunk)
redis.call('HGET', generation, 'changes') -- These two for their types, before anything is written.
local numTotals = redis.call('HLEN', total)

local FULL = 1000
local SMALLEST, HALF = '-9223372036854775808', '4611686018427387904'
local last = chunk[1] == 's' and #chunk or 0

-- To or from the total, as said by adding; the opposite of the smallest number goes as two halves.
local function move(i, adding)
  local name, value = chunk[i], chunk[i + 1]
  if adding then
    return redis.pcall('HINCRBY', total, name, value)
  elseif value == SMALLEST then
    local reply = redis.pcall('HINCRBY', total, name, HALF)
    if type(reply) == 'table' then
      return reply
    end
    reply = redis.pcall('HINCRBY', total, name, HALF)
    if type(reply) == 'table' then
      redis.call('HINCRBY', total, name, '-' .. HALF)
    end
    return reply
  end
  return redis.pcall('HINCRBY', total, name, value:byte() == 45 and value:sub(2) or '-' .. value)
end

-- Names that the totals do not have need no arithmetic: they are written by one command, in a third of the time. To look for
-- names that are there would cost a quarter more, so three are asked first.
local function isNew(...)
  for _, value in ipairs(redis.call('HMGET', total, ...)) do
    if value then
      return false
    end
  end
  return true
end

-- The chunks before this one are full and in the totals, and names do not go. So if the totals have no more names than
-- those, none of this chunk's is there: a vector has each name once.
local function isNewChunk()
  if numTotals == index * FULL then
    return true
  elseif not isNew(chunk[2], chunk[4 * math.floor(last / 8) + 2], chunk[last - 1]) then
    return false
  end
  local names = {}
  for i = 2, last, 2 do
    names[#names + 1] = chunk[i]
  end
  return isNew(unpack(names))
end

-- For the same reason the old totals are not read for the rare case of a failure. What was done is undone by its opposite. A
-- total that is 0 then stays: others count on it that names do not go.
local function moveAll()
  for i = 2, last, 2 do
    local reply = move(i, adding)
    if type(reply) == 'table' then
      for j = i - 2, 2, -2 do
        move(j, not adding)
      end
      if reply.err:find('would overflow', 1, true) then
        return {'OVERFLOW', chunk[i], redis.call('HGET', total, chunk[i]) or '0'}
      end
      return reply
    end
  end
end

if last > 0 then
  if adding and isNewChunk() then
    redis.call('HSET', total, unpack(chunk, 2, last))
  else
    local failure = moveAll()
    if failure then
      return failure
    end
  end
end

redis.call('HSET', ledger, 'f' .. partition, adding and index + 1 or index)
if not adding then
  redis.call('HSET', ledger, 'w' .. partition, '1')
end
redis.call('HINCRBY', generation, 'changes', 1)
if ARGV[8] ~= '0' then
  for _, key in ipairs(KEYS) do
    redis.call('PEXPIRE', key, ARGV[8])
  end
end
return {'OK'}
