-- Takes what is next in fair order: each command gets a lease and a fencing token.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3..] for each tenant the zset of what it has ready
--           and the records of what is taken, which have the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] ms to live of keys
-- ARGV[3] id of the driver            ARGV[4] ms of the lease
-- ARGV[5] most to take                ARGV[6] bytes of payloads after which no command follows
-- ARGV[7...] for each tenant how many of it to take at most
-- Reply   {'OK', taken}: number of the tenant from 0, id, token, command, submitted, deadline, recoveries, attempts, in
--           turns; payloads are read from the records, without a copy in Lua
-- O(taken x (tenants + log ready)). Redis 6.2. All keys in one slot.

local meta, leases = KEYS[1], KEYS[2]
local base, driver, lease = ARGV[1], ARGV[3], tonumber(ARGV[4])
local count, bytes = tonumber(ARGV[5]), tonumber(ARGV[6])

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', meta, 'virtual', 'token')
local virtual, token = tonumber(known[1] or '0'), tonumber(known[2] or '0')

local left, heads, orders = {}, {}, {}
local function look(t)
  local head = left[t] > 0 and redis.call('ZRANGE', KEYS[t + 2], 0, 0, 'WITHSCORES') or {}
  heads[t], orders[t] = head[1], tonumber(head[2])
end
for t = 1, #KEYS - 2 do
  left[t] = tonumber(ARGV[t + 6])
  look(t)
end

local taken = {}
while count > 0 and bytes >= 0 do
  local t
  for i = 1, #KEYS - 2 do
    if orders[i] and (not t or orders[i] < orders[t]) then
      t = i
    end
  end
  if not t then
    break
  end
  local entry = heads[t]
  local id = entry:match('^.-/(.+)$')
  local record = base .. 'cmd:' .. id
  local fields = redis.pcall('HMGET', record, 'state', 'command', 'submitted', 'deadline', 'recoveries', 'attempts')
  -- What has no record was evicted; what is past its deadline the reaper ends.
  if not fields.err and fields[1] == 'QUEUED' and tonumber(fields[4]) > now then
    token = token + 1
    redis.call('HSET', record, 'state', 'RUNNING', 'token', token, 'driver', driver, 'started', now)
    redis.call('ZADD', leases, now + lease, entry)
    virtual = math.max(virtual, orders[t])
    count, left[t] = count - 1, left[t] - 1
    bytes = bytes - redis.call('HSTRLEN', record, 'payload')
    local n = #taken
    taken[n + 1], taken[n + 2], taken[n + 3], taken[n + 4] = t - 1, id, token, fields[2]
    taken[n + 5], taken[n + 6], taken[n + 7], taken[n + 8] = fields[3], fields[4], fields[5], fields[6]
  end
  redis.call('ZREM', KEYS[t + 2], entry)
  look(t)
end

if #taken > 0 then
  redis.call('HSET', meta, 'virtual', string.format('%.17g', virtual), 'token', token)
  redis.call('PEXPIRE', leases, ARGV[2])
  redis.call('PEXPIRE', meta, ARGV[2])
end
return {'OK', taken}
