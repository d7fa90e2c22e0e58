-- Renews leases of a driver and tells that it lives.
--
-- KEYS[1] zset of leases
-- KEYS[2] hash of drivers
-- KEYS[3..] record of each command
-- ARGV[1] id of the driver            ARGV[2] its name
-- ARGV[3] ms of the lease             ARGV[4] ms to live of keys
-- ARGV[5...] entry, token of each command
-- Reply   {'OK', lost}: index from 0 and state, in turns, of those that this driver no longer holds; an empty state if there
--           is no record any more
-- O(n log leases). Redis 6.2. All keys in one slot.

local leases, drivers = KEYS[1], KEYS[2]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local line = redis.call('HGET', drivers, ARGV[1])
local started = line and line:match('^%d+ (%d+) ') or now
redis.call('HSET', drivers, ARGV[1], string.format('%.0f %.0f ', now, started) .. ARGV[2])
redis.call('PEXPIRE', drivers, ARGV[4])

local lost = {}
for i = 3, #KEYS do
  local entry, token = ARGV[2 * i - 1], ARGV[2 * i]
  local record = redis.pcall('HMGET', KEYS[i], 'state', 'token')
  if not record.err and record[1] == 'RUNNING' and record[2] == token then
    redis.call('ZADD', leases, now + tonumber(ARGV[3]), entry)
  else
    lost[#lost + 1] = i - 3
    lost[#lost + 1] = not record.err and record[1] or ''
  end
end
if #KEYS > 2 then
  redis.call('PEXPIRE', leases, ARGV[4])
end
return {'OK', lost}
