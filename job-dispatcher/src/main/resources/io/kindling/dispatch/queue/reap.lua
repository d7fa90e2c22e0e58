-- Ends what is past its deadline; makes ready again what is leased to a driver that no longer renews, and after too many
-- such recoveries lays it aside; keeps the queue's keys alive and small.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3] zset of deadlines
-- KEYS[4] zset of what is delayed
-- KEYS[5] zset of dead entries
-- KEYS[6] zset of refused entries
-- KEYS[7] hash of drivers
-- KEYS[8..] zsets of what the tenants have ready
--           and ready sets, records and idempotency keys of the entries found, which have the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] ms to live of keys
-- ARGV[3] most of each kind in one call
-- ARGV[4] recoveries before a command is dead
-- ARGV[5] ms that an expired record lives                        ARGV[6] ms that a dead one lives
-- ARGV[7] most dead entries           ARGV[8] ms after which a driver that is not heard of is forgotten
-- Reply   {'OK', expired, recovered, dead}: three lists of entries
-- O(found x log ready + drivers). Redis 6.2. All keys in one slot.

local meta, leases, deadlines, delayed, dead, refused, drivers = unpack(KEYS)
local base, key_ttl, limit = ARGV[1], ARGV[2], ARGV[3]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function fields(id)
  local found = redis.pcall('HMGET', base .. 'cmd:' .. id, 'state', 'recoveries', 'order', 'key', 'driver', 'submitted')
  return not found.err and found or {}
end

local function publish(tenant, id, key, ttl)
  redis.call('PEXPIRE', base .. 'cmd:' .. id, ttl)
  if key then
    redis.call('PEXPIRE', base .. 'idem:' .. tenant .. ':' .. key, ttl)
  end
  redis.pcall('PUBLISH', base .. 'done', id)
end

local expired, recovered, died = {}, {}, {}
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', deadlines, '-inf', now, 'LIMIT', 0, limit)) do
  local tenant, id = entry:match('^(.-)/(.+)$')
  local known = fields(id)
  if known[1] == 'QUEUED' or known[1] == 'RUNNING' then
    redis.call('HSET', base .. 'cmd:' .. id, 'state', 'EXPIRED', 'finished', now, 'error',
      string.format("Cannot answer command '%s': %.0f ms after it was submitted its deadline passed while it was %s",
        id, now - tonumber(known[6]), known[1]))
    redis.call('HINCRBY', meta, 'count:' .. tenant .. ':EXPIRED', 1)
    publish(tenant, id, known[4], ARGV[5])
    expired[#expired + 1] = entry
  end
  redis.call('ZREM', base .. 'ready:' .. tenant, entry)
  redis.call('ZREM', delayed, entry)
  redis.call('ZREM', leases, entry)
  redis.call('ZREM', deadlines, entry)
end

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now, 'LIMIT', 0, limit)) do
  local tenant, id = entry:match('^(.-)/(.+)$')
  local record, known = base .. 'cmd:' .. id, fields(id)
  if known[1] == 'RUNNING' then
    local why = string.format("%s driver '%s' did not renew its lease", known[2] == '0' and 'The' or 'Again the', known[5])
    if tonumber(known[2]) >= tonumber(ARGV[4]) then
      redis.call('HSET', record, 'state', 'DEAD', 'finished', now, 'error',
        string.format("Cannot answer command '%s': lost %d times with its driver, the last was '%s'",
          id, tonumber(known[2]) + 1, known[5]))
      redis.call('ZADD', dead, now, entry)
      redis.call('HINCRBY', meta, 'count:' .. tenant .. ':DEAD', 1)
      redis.call('ZREM', deadlines, entry)
      publish(tenant, id, known[4], ARGV[6])
      died[#died + 1] = entry
    else
      redis.call('HSET', record, 'state', 'QUEUED', 'recoveries', tonumber(known[2]) + 1, 'error', why)
      redis.call('ZADD', base .. 'ready:' .. tenant, known[3], entry)
      redis.call('HDEL', record, 'progress')
      redis.call('HINCRBY', meta, 'count:' .. tenant .. ':RECOVERED', 1)
      redis.call('PEXPIRE', base .. 'ready:' .. tenant, key_ttl)
      recovered[#recovered + 1] = entry
    end
  end
  redis.call('ZREM', leases, entry)
end

local excess = redis.call('ZCARD', dead) - tonumber(ARGV[7])
if excess > 0 then
  for _, entry in ipairs(redis.call('ZRANGE', dead, 0, math.min(excess, tonumber(limit)) - 1)) do
    redis.call('UNLINK', base .. 'cmd:' .. entry:match('^.-/(.+)$'))
    redis.call('ZREM', dead, entry)
  end
end
redis.call('ZREMRANGEBYSCORE', dead, '-inf', now - tonumber(ARGV[6])) -- Their records are gone.
redis.call('ZREMRANGEBYSCORE', refused, '-inf', now - tonumber(ARGV[5]))
local lines = redis.call('HGETALL', drivers)
for i = 1, #lines, 2 do
  local seen = tonumber(lines[i + 1]:match('^(%d+) ') or '0')
  if now - seen > tonumber(ARGV[8]) then
    redis.call('HDEL', drivers, lines[i])
  end
end
for _, key in ipairs(KEYS) do
  redis.call('PEXPIRE', key, key_ttl)
end
return {'OK', expired, recovered, died}
