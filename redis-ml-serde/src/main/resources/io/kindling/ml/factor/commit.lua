-- Moves the state of a version, if it is still the one that the caller saw.
--
-- KEYS[1] hash of the factor model
-- ARGV[1] version, as in v3
-- ARGV[2] state that it must have now
-- ARGV[3] state that it gets
-- Reply   MOVED    it has it (also if it had it before)
--         MISSING  the version is not stored, or incomplete
--         or else the state that it has
-- O(1). Redis 6.2. One key, so one slot. Running it again changes nothing.

local key, field = KEYS[1], ARGV[1] .. ':state'

if redis.call('HEXISTS', key, ARGV[1]) == 0 then
  return 'MISSING'
end
local now = redis.call('HGET', key, field) or ''
if now == ARGV[3] then
  return 'MOVED'
end
if now ~= ARGV[2] then
  return now
end
redis.call('HSET', key, field, ARGV[3])
return 'MOVED'
