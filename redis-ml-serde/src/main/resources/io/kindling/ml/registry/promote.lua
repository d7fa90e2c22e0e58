-- Makes a stored version live, if the live version is still the one that the caller saw.
--
-- KEYS[1] hash of the model
-- ARGV[1] version to make live, as in v3
-- ARGV[2] version that must be live now, empty for none
-- ARGV[3] channel that hears which version has become live
-- Reply   {outcome, version live now or empty}; outcome is one of
--           MOVED    it is live (also if it was before)
--           CHANGED  another version than ARGV[2] is live
--           MISSING  the version is not stored, or incomplete
-- O(1). Redis 6.2. One key, so one slot.

local key, version, expected = KEYS[1], ARGV[1], ARGV[2]

local live = redis.call('HGET', key, 'live') or ''
if live == version then
  return {'MOVED', live}
end
if live ~= expected then
  return {'CHANGED', live}
end
if redis.call('HEXISTS', key, version) == 0 then
  return {'MISSING', live}
end

redis.call('HSET', key, 'live', version)
if live ~= '' then
  redis.call('HSET', key, 'previous', live)
end
-- A hint for those who follow, not more: a user who may not publish there can still promote.
redis.pcall('PUBLISH', ARGV[3], version)
return {'MOVED', version}
