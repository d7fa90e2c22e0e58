-- Ends a command, by the holder of its token. Twice is once.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3] zset of deadlines
-- KEYS[4] zset of dead entries
-- KEYS[5] record
--           and the string of its idempotency key, which has the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] tenant             ARGV[3] id
-- ARGV[4] token                       ARGV[5] state, RESULT_READY, FAILED or DEAD
-- ARGV[6] result, or error            ARGV[7] ms that the record lives
-- ARGV[8] ms to live of keys
-- Reply   {'OK'}, also if it was ended so before, or {'STALE', state}: the token no longer holds the command; an empty state
--           if it has no record
-- O(log leases). Redis 6.2. All keys in one slot.

local meta, leases, deadlines, dead, record = unpack(KEYS)
local base, tenant, id, state, ttl = ARGV[1], ARGV[2], ARGV[3], ARGV[5], ARGV[7]
local entry = tenant .. '/' .. id

local known = redis.call('HMGET', record, 'state', 'token', 'key')
if known[2] ~= ARGV[4] or known[1] ~= 'RUNNING' then
  if known[2] == ARGV[4] and known[1] == state then
    return {'OK'}
  end
  return {'STALE', known[1] or ''}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

redis.call('HSET', record, 'state', state, 'finished', now, state == 'RESULT_READY' and 'result' or 'error', ARGV[6])
redis.call('HINCRBY', meta, 'count:' .. tenant .. ':' .. state, 1)
if state == 'DEAD' then
  redis.call('ZADD', dead, now, entry)
  redis.call('PEXPIRE', dead, ARGV[8])
end
if state == 'RESULT_READY' then
  redis.call('HDEL', record, 'error') -- Why it had been put back.
end
redis.call('ZREM', leases, entry)
redis.call('ZREM', deadlines, entry)
redis.call('PEXPIRE', record, ttl)
if known[3] then
  redis.call('PEXPIRE', base .. 'idem:' .. tenant .. ':' .. known[3], ttl)
end
redis.pcall('PUBLISH', base .. 'done', id) -- Who lacks the right to publish still ends commands.
return {'OK'}
