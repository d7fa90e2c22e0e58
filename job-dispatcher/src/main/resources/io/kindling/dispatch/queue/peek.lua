-- Makes ready what was delayed and is due, and looks at the heads of the ingress lists; takes nothing from them.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of what is delayed
-- KEYS[3..] for each tenant its ingress list and the zset of what it has ready
--           and the ready sets of the tenants of what is due, which have the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] ms to live of keys
-- ARGV[3] most payloads to return     ARGV[4] bytes of payloads after which none follows
-- ARGV[5] bytes of the largest payload that is returned whole
-- ARGV[6] a tenant with so many ready is left alone
-- ARGV[7] number of the tenant to begin with, from 0
-- Reply   {'OK', ready, payloads} or {'FORMAT', n}
--           ready     for each tenant how many it has ready
--           payloads  number of the tenant, length, payload, in turns, in the order of each list; of one that is too large
--                     the first 1,024 bytes
-- O(tenants + payloads returned + due). Redis 6.2. All keys in one slot.

local meta, delayed = KEYS[1], KEYS[2]
local base, ttl = ARGV[1], ARGV[2]
local count, bytes, largest, max_ready = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local tenants = (#KEYS - 2) / 2

local format = redis.call('HGET', meta, 'format')
if format and format ~= '1' then
  return {'FORMAT', format}
elseif not format then
  redis.call('HSET', meta, 'format', '1')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

for _, entry in ipairs(redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, 100)) do
  local tenant, id = entry:match('^(.-)/(.+)$')
  local order = redis.pcall('HGET', base .. 'cmd:' .. id, 'order')
  if type(order) == 'string' then
    redis.call('ZADD', base .. 'ready:' .. tenant, order, entry)
    redis.call('PEXPIRE', base .. 'ready:' .. tenant, ttl)
  end
  redis.call('ZREM', delayed, entry)
end

local lengths, ready, depth, busy = {}, {}, redis.call('ZCARD', delayed), 0
for t = 1, tenants do
  lengths[t] = redis.call('LLEN', KEYS[2 * t + 1])
  ready[t] = redis.call('ZCARD', KEYS[2 * t + 2])
  depth = depth + lengths[t] + ready[t]
  if ready[t] >= max_ready then
    lengths[t] = 0
  elseif lengths[t] > 0 then
    busy = busy + 1
  end
end
redis.call('HSET', meta, 'depth', depth)
redis.call('PEXPIRE', meta, ttl)

-- An equal share for each list that has anything, so that a full one does not keep the others waiting.
local payloads, share = {}, math.max(1, math.floor(count / math.max(1, busy)))
for i = 0, tenants - 1 do
  local t = (tonumber(ARGV[7]) + i) % tenants + 1
  for index = 0, math.min(lengths[t], share, count) - 1 do
    local payload = redis.call('LINDEX', KEYS[2 * t + 1], index)
    local length = #payload
    if length > largest then
      payload = payload:sub(1, 1024)
    end
    payloads[#payloads + 1] = t - 1
    payloads[#payloads + 1] = length
    payloads[#payloads + 1] = payload
    bytes, count = bytes - length, count - 1
    if bytes < 0 then
      return {'OK', ready, payloads}
    end
  end
end
return {'OK', ready, payloads}
