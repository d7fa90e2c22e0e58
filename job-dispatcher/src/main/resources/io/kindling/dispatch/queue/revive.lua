-- Makes a dead command ready again, as if it had just been admitted.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of dead entries
-- KEYS[3] zset of deadlines
-- KEYS[4] zset of what the tenant has ready
-- KEYS[5] record
--           and the string of its idempotency key, which has the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] tenant             ARGV[3] id
-- ARGV[4] ms to the new deadline      ARGV[5] ms that a finished record lives
-- ARGV[6] ms to live of keys
-- Reply   {'OK'} or {'STATE', state}: it is not dead; an empty state if it has no record of this tenant
-- O(log ready). Redis 6.2. All keys in one slot.

local meta, dead, deadlines, ready, record = unpack(KEYS)
local base, tenant, timeout, ttl, key_ttl = ARGV[1], ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local entry = tenant .. '/' .. ARGV[3]

local known = redis.call('HMGET', record, 'state', 'tenant', 'key')
if known[1] ~= 'DEAD' or known[2] ~= tenant then
  return {'STATE', known[2] == tenant and known[1] or ''}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- It keeps its place, which is before everything that came later.
redis.call('HSET', record, 'state', 'QUEUED', 'recoveries', '0', 'attempts', '0', 'deadline', now + timeout)
redis.call('ZADD', ready, redis.call('HGET', record, 'order'), entry)
redis.call('ZADD', deadlines, now + timeout, entry)
redis.call('HDEL', record, 'finished', 'progress')
redis.call('ZREM', dead, entry)
redis.call('PEXPIRE', record, timeout + ttl)
if known[3] then
  redis.call('PEXPIRE', base .. 'idem:' .. tenant .. ':' .. known[3], timeout + ttl)
end
redis.call('PEXPIRE', ready, key_ttl)
redis.call('PEXPIRE', deadlines, key_ttl)
return {'OK'}
