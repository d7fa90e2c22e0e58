-- Moves a run from one id and state to another, if it still has the first: opens, begins, restarts, closes.
--
-- KEYS[1] hash meta
-- KEYS[2] hash of totals: a new run starts without it
-- KEYS[3] hash of live progress: the same
-- KEYS[4..] what an earlier life of the name left of the generation that begins: it begins without
-- ARGV[1] id that it must have, empty for no run            ARGV[2] new id
-- ARGV[3] meta field of the series
-- ARGV[4] state that it must have, empty for none           ARGV[5] new state, empty to leave it
-- ARGV[6] ms to live, 0 for ever
-- Reply   {outcome, id, state}; outcome is one of
--           OK      id and state now
--           STATE   it has others, which follow, empty where there is none
-- O(keys). Redis 6.2. All keys in one slot.

local meta, id, field, state = KEYS[1], ARGV[2], ARGV[3], ARGV[5]

local run = redis.call('HMGET', meta, 'id', field)
if (run[1] or '') ~= ARGV[1] or (run[2] or '') ~= ARGV[4] then
  return {'STATE', run[1] or '', run[2] or ''}
end
redis.call('HSET', meta, 'id', id)
if not run[1] then
  local now = redis.call('TIME')
  local ms = string.format('%d%03d', now[1], math.floor(now[2] / 1000))
  redis.call('HSET', meta, 'format', '1', 'created', ms)
  redis.call('UNLINK', KEYS[2], KEYS[3])
end
for i = 4, #KEYS do
  redis.call('UNLINK', KEYS[i])
end
if state ~= '' then
  redis.call('HSET', meta, field, state)
end
if ARGV[6] ~= '0' then
  redis.call('PEXPIRE', meta, ARGV[6])
end
return {'OK', id, state ~= '' and state or run[2] or ''}
