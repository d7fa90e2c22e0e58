-- Counts the events of a batch, each by 2^(its time since the epoch in half-lives), so that nothing has to be multiplied down.
-- A batch that comes again changes nothing.
--
-- KEYS[1] zset of items by weight
-- KEYS[2] hash with epoch and batch, the last one that was counted
-- ARGV[1] number of the batch         ARGV[2] half-life in seconds
-- ARGV[3...] item, time in seconds of each event
-- Reply   1 if the batch was counted, 0 if it had been before
-- O(events log items). Redis 6.2. Both keys in one slot.

local weights, state = KEYS[1], KEYS[2]
local batch, halfLife = tonumber(ARGV[1]), tonumber(ARGV[2])

local epoch = tonumber(redis.call('HGET', state, 'epoch') or ARGV[4] or 0)
if batch <= tonumber(redis.call('HGET', state, 'batch') or -1) then
  return 0
end
for i = 3, #ARGV, 2 do
  local halfLives = (tonumber(ARGV[i + 1]) - epoch) / halfLife
  if halfLives > 500 then -- 2^1024 is no number
    redis.call('ZUNIONSTORE', weights, 1, weights, 'WEIGHTS', string.format('%.17g', 2 ^ -halfLives))
    epoch, halfLives = tonumber(ARGV[i + 1]), 0
  end
  redis.call('ZINCRBY', weights, string.format('%.17g', 2 ^ halfLives), ARGV[i])
end
redis.call('HSET', state, 'epoch', string.format('%.0f', epoch), 'batch', batch)
return 1
