-- Tells how far running tasks are. An estimate for readers; nothing is decided by it.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of live progress
-- ARGV[1] id of the run
-- ARGV[2] ms to live
-- ARGV[3...] live field, record, in turns; no record for a task that has ended
-- Reply   1, or 0 if it is another run
-- O(tasks). Redis 6.2. All keys in one slot.

if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then
  return 0
end
local now = redis.call('TIME')
local ms = string.format('%d%03d ', now[1], math.floor(now[2] / 1000))
for i = 3, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[2], ARGV[i])
  else
    redis.call('HSET', KEYS[2], ARGV[i], ms .. ARGV[i + 1])
  end
end
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
