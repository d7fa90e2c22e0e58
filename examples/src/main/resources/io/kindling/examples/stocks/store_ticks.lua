-- Stores ticks of one symbol: of each time the price that came last.
--
-- KEYS[1] zset of ticks: score the time, member time:price
-- ARGV    time in ms since 1970, price, in turns
-- Reply   how many times were not there before
-- O(n log m) of n ticks and m that are there. Redis 6.2. One key, so any slot.

local fresh = 0
for i = 1, #ARGV, 2 do
  local time, price = ARGV[i], ARGV[i + 1]
  fresh = fresh + 1 - redis.call('ZREMRANGEBYSCORE', KEYS[1], time, time)
  redis.call('ZADD', KEYS[1], time, time .. ':' .. price)
end
return fresh
