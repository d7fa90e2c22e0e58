-- Seals a generation, if nothing of it has been written since the caller found it complete.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of the generation
-- ARGV[1] id of the run   ARGV[2] meta field of the series   ARGV[3] state that it must have   ARGV[4] new state
-- ARGV[5] changes that the caller saw, 0 for none            ARGV[6] ms to live, 0 for ever
-- ARGV[7...] meta field of a minimum or maximum, value that it must have or empty, new value, in turns
-- Reply   {outcome, ...}; outcome is one of
--           OK
--           STATE, id, state   another run, or another state
--           CHANGED            look again
-- O(minima and maxima). Redis 6.2. All keys in one slot.

local meta = KEYS[1]

local run = redis.call('HMGET', meta, 'id', ARGV[2])
if run[1] ~= ARGV[1] or run[2] ~= ARGV[3] then
  return {'STATE', run[1] or '', run[2] or ''}
end
if (redis.call('HGET', KEYS[2], 'changes') or '0') ~= ARGV[5] then
  return {'CHANGED'}
end
for i = 7, #ARGV, 3 do
  if (redis.call('HGET', meta, ARGV[i]) or '') ~= ARGV[i + 1] then
    return {'CHANGED'}
  end
end

redis.call('HSET', meta, ARGV[2], ARGV[4])
for i = 7, #ARGV, 3 do
  redis.call('HSET', meta, ARGV[i], ARGV[i + 2])
end
if ARGV[6] ~= '0' then
  redis.call('PEXPIRE', meta, ARGV[6])
end
return {'OK'}
