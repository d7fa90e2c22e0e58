-- Cancels a command in whatever state it is.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3] zset of deadlines
-- KEYS[4] zset of what is delayed
-- KEYS[5] zset of what the tenant has ready
-- KEYS[6] ingress list of the tenant
-- KEYS[7] record
--           and the string of its idempotency key, which has the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] tenant             ARGV[3] id
-- ARGV[4] payload as it was pushed, empty if the caller does not know it
-- ARGV[5] ms that the record lives
-- Reply   {'OK', state}: it was in this state and is CANCELLED; PUSHED if no driver had admitted it
--         {'ENDED', state}: it had ended in this state and stays so
--         {'UNKNOWN'}: no such command of this tenant
-- O(log ready); O(n) in the length of the list if it is not admitted. Redis 6.2. All keys in one slot.

local meta, leases, deadlines, delayed, ready, inbox, record = unpack(KEYS)
local base, tenant, id, payload, ttl = unpack(ARGV)
local entry = tenant .. '/' .. id

local known = redis.call('HMGET', record, 'state', 'tenant', 'key')
local was = known[1]
if was and known[2] ~= tenant then
  return {'UNKNOWN'}
end
if was and was ~= 'QUEUED' and was ~= 'RUNNING' then
  return {'ENDED', was}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if not was then
  if payload == '' or not redis.call('LPOS', inbox, payload) then
    return {'UNKNOWN'}
  end
  redis.call('HSET', record, 'tenant', tenant, 'submitted', now, 'payload', payload:sub(1, 1024))
end
redis.call('HSET', record, 'state', 'CANCELLED', 'finished', now, 'error', "Command '" .. id .. "' was cancelled")
redis.call('HINCRBY', meta, 'count:' .. tenant .. ':CANCELLED', 1)
if not was then
  redis.call('LREM', inbox, 0, payload)
end
redis.call('ZREM', ready, entry)
redis.call('ZREM', delayed, entry)
redis.call('ZREM', leases, entry)
redis.call('ZREM', deadlines, entry)
redis.call('PEXPIRE', record, ttl)
if known[3] then
  redis.call('PEXPIRE', base .. 'idem:' .. tenant .. ':' .. known[3], ttl)
end
redis.pcall('PUBLISH', base .. 'done', id)
return {'OK', was or 'PUSHED'}
