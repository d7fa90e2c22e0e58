-- Puts a command back, by the holder of its token: at once, or later after a failure. Twice is once.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3] zset of what is delayed
-- KEYS[4] zset of what the tenant has ready
-- KEYS[5] record
-- ARGV[1] tenant                      ARGV[2] id                 ARGV[3] token
-- ARGV[4] ms to wait; empty to be ready at once, which is no attempt
-- ARGV[5] reason                      ARGV[6] ms to live of keys
-- Reply   {'OK'}, also if it was put back before, or {'STALE', state}: the token no longer holds the command; an empty state
--           if it has no record
-- O(log ready). Redis 6.2. All keys in one slot.

local meta, leases, delayed, ready, record = unpack(KEYS)
local tenant, token, wait = ARGV[1], ARGV[3], ARGV[4]
local entry = tenant .. '/' .. ARGV[2]

local known = redis.call('HMGET', record, 'state', 'token', 'order')
if known[2] ~= token or known[1] ~= 'RUNNING' then
  if known[2] == token and known[1] == 'QUEUED' then
    return {'OK'}
  end
  return {'STALE', known[1] or ''}
end

redis.call('HSET', record, 'state', 'QUEUED', 'error', ARGV[5])
if wait == '' then
  redis.call('ZADD', ready, known[3], entry)
  redis.call('PEXPIRE', ready, ARGV[6])
else
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('ZADD', delayed, now + tonumber(wait), entry)
  redis.call('PEXPIRE', delayed, ARGV[6])
  redis.call('HINCRBY', record, 'attempts', 1)
  redis.call('HINCRBY', meta, 'count:' .. tenant .. ':RETRIED', 1)
end
redis.call('HDEL', record, 'progress')
redis.call('ZREM', leases, entry)
return {'OK'}
