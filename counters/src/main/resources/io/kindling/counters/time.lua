-- Redis's clock: how old live progress is, is told by the clock that dated it.
--
-- KEYS[1] hash of live progress, which only chooses the node
-- Reply   Unix ms
-- O(1). Redis 6.2. One key, so one slot.

local now = redis.call('TIME')
return now[1] * 1000 + math.floor(now[2] / 1000)
