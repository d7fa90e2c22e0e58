-- Pushes a command under its idempotency key, if there is room: once, however often it is called.
--
-- KEYS[1] ingress list of the tenant
-- KEYS[2] string of the idempotency key
-- KEYS[3] list that wakes drivers
--           and the hash meta, what the tenant has ready, and the record, which have the same hash tag and are only read:
--           a client need not have the right to write them, as it must for every key that is declared
-- ARGV[1] id                         ARGV[2] digest            ARGV[3] payload
-- ARGV[4] ms that the key lives until a driver admits the command
-- ARGV[5] most that may wait of the tenant                     ARGV[6] most that may wait of all
-- ARGV[7] ms to live of the wake list
-- ARGV[8] the queue's prefix         ARGV[9] tenant
-- Reply   {outcome, ...}; outcome is one of
--           OK             pushed
--           WAITS          pushed before, and still in the list
--           STATE, state   there is a record
--           KEY, id        the key stands for another command of the same content
--           CONFLICT, id   the key stands for a command of other content
--           FULL, n, max   n of the tenant wait already
--           BUSY, n, max   n of all tenants wait already
--           FORMAT, n      the queue has another format
-- O(n) in the length of the list where the key is known and the record is not, else O(1). Redis 6.2. All keys in one slot.

local inbox, idem, wake = unpack(KEYS)
local id, digest, payload, base = ARGV[1], ARGV[2], ARGV[3], ARGV[8]

local known = redis.call('HMGET', base .. 'meta', 'format', 'depth')
if known[1] and known[1] ~= '1' then
  return {'FORMAT', known[1]}
end
local holder = redis.call('GET', idem)
if holder then
  local holder_id, holder_digest = holder:match('^(%S+) (%S+)$')
  if holder_digest ~= digest then
    return {'CONFLICT', holder_id or ''}
  elseif holder_id ~= id then
    return {'KEY', holder_id}
  end
end
local state = redis.call('HGET', base .. 'cmd:' .. id, 'state')
if state then
  return {'STATE', state}
end
if holder and redis.call('LPOS', inbox, payload) then
  redis.call('PEXPIRE', idem, ARGV[4])
  return {'WAITS'}
end
local depth = redis.call('LLEN', inbox) + redis.call('ZCARD', base .. 'ready:' .. ARGV[9])
if depth >= tonumber(ARGV[5]) then
  return {'FULL', tostring(depth), ARGV[5]}
end
if math.max(depth, tonumber(known[2] or '0')) >= tonumber(ARGV[6]) then
  return {'BUSY', known[2] or tostring(depth), ARGV[6]}
end

redis.call('SET', idem, id .. ' ' .. digest, 'PX', ARGV[4])
redis.call('RPUSH', inbox, payload)
redis.call('LPUSH', wake, '1')
redis.call('LTRIM', wake, 0, 0)
redis.call('PEXPIRE', wake, ARGV[7])
return {'OK'}
