-- All numbers of a queue at one moment.
--
-- KEYS[1] hash meta
-- KEYS[2] zset of leases
-- KEYS[3] zset of what is delayed
-- KEYS[4] zset of dead entries
-- KEYS[5] zset of refused entries
-- KEYS[6] hash of drivers
-- KEYS[7..] for each tenant its ingress list and the zset of what it has ready
-- ARGV[1] how many leases to count by tenant at most
-- Reply   {'OK', now, meta, drivers, leased, delayed, dead, refused, tenants, running}
--           meta, drivers  field and value in turns
--           tenants        length of the ingress list and of the ready set, in turns
--           running        entries that are leased
-- O(fields + leases counted). Redis 6.2. All keys in one slot.

local time = redis.call('TIME')
local tenants = {}
for i = 7, #KEYS, 2 do
  tenants[#tenants + 1] = redis.call('LLEN', KEYS[i])
  tenants[#tenants + 1] = redis.call('ZCARD', KEYS[i + 1])
end
return {
  'OK', time[1] * 1000 + math.floor(time[2] / 1000),
  redis.call('HGETALL', KEYS[1]), redis.call('HGETALL', KEYS[6]),
  redis.call('ZCARD', KEYS[2]), redis.call('ZCARD', KEYS[3]), redis.call('ZCARD', KEYS[4]), redis.call('ZCARD', KEYS[5]),
  tenants, redis.call('ZRANGE', KEYS[2], 0, tonumber(ARGV[1]) - 1),
}
