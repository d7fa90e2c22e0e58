-- Takes a version out of service for ever, unless it is live or the previous one, or scored a batch
-- that a stream may replay. Its bytes stay; without metadata and identity nobody finds them, and
-- they can be removed in small steps.
--
-- KEYS[1] hash of the model
-- KEYS[2] hash of what the model's streams remember, see batch.lua
-- ARGV[1] version, as in v3
-- Reply   1, or 0 if the version is kept
-- O(batches that streams remember). Redis 6.2. Two keys of one slot.

local key, version = KEYS[1], ARGV[1]

if redis.call('HGET', key, 'live') == version or redis.call('HGET', key, 'previous') == version then
  return 0
end
for _, remembered in ipairs(redis.call('HVALS', KEYS[2])) do
  if (remembered .. ' '):find(' ' .. version .. ' ', 1, true) then
    return 0
  end
end
redis.call('HDEL', key, version, version .. ':id')
return 1
