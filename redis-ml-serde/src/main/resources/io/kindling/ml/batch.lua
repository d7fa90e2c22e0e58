-- The version that scores a batch of a stream: the live one when the batch is asked for the first
-- time, and that one ever after, as long as it is remembered.
--
-- KEYS[1] hash of the model
-- KEYS[2] hash of what the model's streams remember: stream -> 'millis batch version batch version ...',
--         batches ascending; retire.lua spares these versions
-- ARGV[1] stream
-- ARGV[2] batch, digits, below 2^53
-- ARGV[3] how many batches of a stream are remembered
-- ARGV[4] how long a stream without a new batch is remembered, in milliseconds
-- Reply   {outcome, text}; outcome is one of
--           NEW        text is the live version
--           AGAIN      text is the version of the first time
--           FORGOTTEN  the batch is older than all that is remembered; text is the oldest
--           MISSING    the model has no live version
-- O(batches remembered + streams). Redis 6.2. Two keys of one slot.

local model, memory, stream = KEYS[1], KEYS[2], ARGV[1]
local batch, most, millis = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])

local batches, versions, place = {}, {}, 1
for known, version in (redis.call('HGET', memory, stream) or ''):gmatch(' (%d+) (v%d+)') do
  known = tonumber(known)
  if known == batch then
    return {'AGAIN', version}
  end
  batches[#batches + 1], versions[#versions + 1] = known, version
  if known < batch then
    place = #batches + 1
  end
end
if place == 1 and #batches >= most then
  return {'FORGOTTEN', string.format('%.0f', batches[1])}
end

local live = redis.call('HGET', model, 'live')
if not live then
  return {'MISSING', ''}
end
table.insert(batches, place, batch)
table.insert(versions, place, live)

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local text = {string.format('%.0f', now)}
for i = math.max(1, #batches - most + 1), #batches do
  text[#text + 1] = string.format('%.0f %s', batches[i], versions[i])
end
redis.call('HSET', memory, stream, table.concat(text, ' '))

local streams = redis.call('HGETALL', memory)
for i = 1, #streams, 2 do
  local last = tonumber(streams[i + 1]:match('^%d+'))
  if not last or now - last > millis then
    redis.call('HDEL', memory, streams[i])
  end
end
redis.call('PEXPIRE', memory, millis)
return {'NEW', live}
