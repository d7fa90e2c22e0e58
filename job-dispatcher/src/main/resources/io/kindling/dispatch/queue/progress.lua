-- Tells how far a command is.
--
-- KEYS[1] record
-- ARGV[1] token     ARGV[2] progress
-- Reply   {'OK'} or {'STALE', state}: the token no longer holds the command; an empty state if it has no record
-- O(1). Redis 6.2. One key, so one slot.

local record = redis.call('HMGET', KEYS[1], 'state', 'token')
if record[1] ~= 'RUNNING' or record[2] ~= ARGV[1] then
  return {'STALE', record[1] or ''}
end
redis.call('HSET', KEYS[1], 'progress', ARGV[2])
return {'OK'}
