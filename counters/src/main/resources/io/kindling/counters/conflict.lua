-- Keeps the first record that contradicts a partition's.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of the generation
-- KEYS[3] hash ledger
-- ARGV[1] id of the run   ARGV[2] meta field of the series   ARGV[3] state that it must have
-- ARGV[4] partition       ARGV[5] record that it has         ARGV[6] record that contradicts it
-- Reply   {outcome, ...}; outcome is one of
--           OK
--           STATE, id, state   another run, or another state
--           EXISTS             the partition has another record
-- O(1). Redis 6.2. All keys in one slot.

local run = redis.call('HMGET', KEYS[1], 'id', ARGV[2])
if run[1] ~= ARGV[1] or run[2] ~= ARGV[3] then
  return {'STATE', run[1] or '', run[2] or ''}
end
redis.call('HGET', KEYS[2], 'changes') -- Its type, before anything is written.
if redis.call('HGET', KEYS[3], ARGV[4]) ~= ARGV[5] then
  return {'EXISTS'}
end
redis.call('HSETNX', KEYS[3], 'c' .. ARGV[4], ARGV[6])
redis.call('HINCRBY', KEYS[2], 'changes', 1)
return {'OK'}
