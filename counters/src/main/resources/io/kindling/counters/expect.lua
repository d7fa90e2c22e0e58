-- Declares how many partitions a pass has.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of the generation
-- ARGV[1] id of the run   ARGV[2] meta field of the series   ARGV[3] state that it must have
-- ARGV[4] pass            ARGV[5] expected partitions        ARGV[6] ms to live, 0 for ever
-- Reply   {outcome, ...}; outcome is one of
--           OK
--           STATE, id, state   another run, or another state
--           PARTITIONS, n      the pass has another number of partitions
-- O(1). Redis 6.2. All keys in one slot.

local run = redis.call('HMGET', KEYS[1], 'id', ARGV[2])
if run[1] ~= ARGV[1] or run[2] ~= ARGV[3] then
  return {'STATE', run[1] or '', run[2] or ''}
end
local partitions = redis.call('HGET', KEYS[2], 'p:' .. ARGV[4])
if partitions then
  return partitions == ARGV[5] and {'OK'} or {'PARTITIONS', partitions}
end
redis.call('HSET', KEYS[2], 'p:' .. ARGV[4], ARGV[5])
redis.call('HINCRBY', KEYS[2], 'changes', 1)
if ARGV[6] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
end
return {'OK'}
