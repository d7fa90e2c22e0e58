-- Takes a version out of service for ever, unless it is live or the previous one. Its bytes stay;
-- without metadata and identity nobody finds them, and they can be removed in small steps.
--
-- KEYS[1] hash of the model
-- ARGV[1] version, as in v3
-- Reply   1, or 0 if the version is live or the previous one
-- O(1). Redis 6.2. One key, so one slot.

local key, version = KEYS[1], ARGV[1]

if redis.call('HGET', key, 'live') == version or redis.call('HGET', key, 'previous') == version then
  return 0
end
redis.call('HDEL', key, version, version .. ':id')
return 1
