-- Appends to the dictionary of a pass, if it is still what the caller saw.
--
-- KEYS[1] hash meta
-- ARGV[1] id of the run
-- ARGV[2] pass
-- ARGV[3] dictionary that the caller saw, empty for none
-- ARGV[4] entries to append
-- ARGV[5] ms to live, 0 for ever
-- Reply   {outcome, ...}; outcome is one of
--           OK, dictionary now   the caller looks whether it holds its names
--           STATE, id            another run
-- O(bytes). Redis 6.2. One key, so one slot.

local meta, field = KEYS[1], 'names:' .. ARGV[2]

local run = redis.call('HMGET', meta, 'id', field)
if run[1] ~= ARGV[1] then
  return {'STATE', run[1] or ''}
end
local names = run[2] or ''
if names == ARGV[3] then
  names = names .. ARGV[4]
  redis.call('HSET', meta, field, names)
  if ARGV[5] ~= '0' then
    redis.call('PEXPIRE', meta, ARGV[5])
  end
end
return {'OK', names}
