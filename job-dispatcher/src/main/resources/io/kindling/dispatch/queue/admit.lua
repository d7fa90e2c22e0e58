-- Moves payloads from the head of a tenant's ingress list to records, as the caller has read them: ready, or refused. Stops
-- at the first that is not the head: another driver was faster.
--
-- KEYS[1] hash meta
-- KEYS[2] ingress list of the tenant
-- KEYS[3] zset of what the tenant has ready
-- KEYS[4] zset of deadlines
-- KEYS[5] zset of refused entries
-- KEYS[6..] for each payload: record, record to use if that one is taken, string of the idempotency key (the record again if
--           there is none)
--           and the records of refused entries that are one too many, which have the same hash tag
-- ARGV[1] the queue's prefix          ARGV[2] tenant
-- ARGV[3] 1 / weight                  ARGV[4] ms that a finished record lives
-- ARGV[5] most refused entries        ARGV[6] ms to live of keys
-- ARGV[7...] for each payload 9: payload as peek returned it, its length, kind, id, id to use if that one is taken,
--           command, key or empty, digest, ms to the deadline; of a refused one: message instead of the command
--           kind is C (has an id), M (one was made for it) or X (refused)
-- Reply   {'OK', n}: n were moved
-- O(n log ready). Redis 6.2. All keys in one slot.

local meta, inbox, ready, deadlines, refused = unpack(KEYS)
local base, tenant, ttl, key_ttl = ARGV[1], ARGV[2], ARGV[4], ARGV[6]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', meta, 'virtual', 'finish:' .. tenant)
local finish = math.max(tonumber(known[1] or '0'), tonumber(known[2] or '0'))
local admitted, turned_away = 0, 0

local function refuse(record, id, payload, message)
  redis.call('HSET', record, 'tenant', tenant, 'state', 'FAILED', 'error', message, 'payload', payload:sub(1, 1024),
    'submitted', now, 'finished', now)
  redis.call('ZADD', refused, now, tenant .. '/' .. id)
  redis.call('PEXPIRE', record, ttl)
  redis.pcall('PUBLISH', base .. 'done', id)
  turned_away = turned_away + 1
end

-- Why a command cannot be admitted; false if it can, true if it is a push that was seen before.
local function objection(kind, id, key, digest, record, idem)
  local holder = key ~= '' and redis.pcall('GET', idem)
  if type(holder) == 'string' then
    local holder_id, holder_digest = holder:match('^(%S+) (%S+)$')
    if holder_digest ~= digest then
      return "Cannot accept command '" .. id .. "': its key '" .. key .. "' stands for command '" .. (holder_id or '?')
        .. "' with other content"
    elseif holder_id == id then
      return redis.call('EXISTS', record) == 1
    elseif kind == 'M' then
      return true
    end
    return "Cannot accept command '" .. id .. "': its key '" .. key .. "' stands for the same command with id '"
      .. holder_id .. "'"
  elseif redis.call('EXISTS', record) == 1 then
    local other = redis.pcall('HMGET', record, 'tenant', 'key', 'digest')
    if key ~= '' and not other.err and other[1] == tenant and other[2] == key and other[3] == digest then
      return true
    end
    return "Cannot accept command '" .. id .. "': there is one with this id already"
  end
  return false
end

-- LPOS compares without a copy of the head, of which only the beginning of a payload that is too large needs one.
local function is_head(payload, length)
  if #payload == length then
    return redis.call('LPOS', inbox, payload, 'MAXLEN', 1) == 0
  end
  local head = redis.call('LINDEX', inbox, 0)
  return head and #head == length and head:sub(1, #payload) == payload
end

local moved = 0
for i = 7, #ARGV, 9 do
  local payload, length, kind, id, spare, command, key, digest, timeout = unpack(ARGV, i, i + 8)
  local record, spare_record, idem = unpack(KEYS, 6 + 3 * moved, 8 + 3 * moved)
  if not is_head(payload, tonumber(length)) then
    break
  end
  if kind == 'X' then
    if redis.call('EXISTS', record) == 1 then
      refuse(spare_record, spare, payload, command)
    else
      refuse(record, id, payload, command)
    end
  else
    local why = objection(kind, id, key, digest, record, idem)
    if not why then
      finish = finish + tonumber(ARGV[3])
      local order, entry = string.format('%.17g', finish), tenant .. '/' .. id
      local lives = tonumber(timeout) + tonumber(ttl)
      redis.call('HSET', record, 'tenant', tenant, 'command', command, 'payload', payload, 'digest', digest,
        'state', 'QUEUED', 'submitted', now, 'deadline', now + tonumber(timeout), 'order', order,
        'recoveries', '0', 'attempts', '0')
      redis.call('PEXPIRE', record, lives)
      if key ~= '' then
        redis.call('HSET', record, 'key', key)
        redis.call('SET', idem, id .. ' ' .. digest, 'PX', lives)
      end
      redis.call('ZADD', ready, order, entry)
      redis.call('ZADD', deadlines, now + tonumber(timeout), entry)
      admitted = admitted + 1
    elseif why ~= true then
      refuse(spare_record, spare, payload, why)
    end
  end
  redis.call('LTRIM', inbox, 1, -1) -- LPOP would copy the payload once more.
  moved = moved + 1
end

if admitted > 0 then
  redis.call('HSET', meta, 'finish:' .. tenant, string.format('%.17g', finish))
  redis.call('PEXPIRE', ready, key_ttl)
  redis.call('PEXPIRE', deadlines, key_ttl)
end
if turned_away > 0 then
  redis.call('HINCRBY', meta, 'count:' .. tenant .. ':REFUSED', turned_away)
  redis.call('PEXPIRE', refused, key_ttl)
  local excess = redis.call('ZCARD', refused) - tonumber(ARGV[5])
  if excess > 0 then
    for _, entry in ipairs(redis.call('ZRANGE', refused, 0, excess - 1)) do
      redis.call('UNLINK', base .. 'cmd:' .. entry:match('^.-/(.+)$'))
      redis.call('ZREM', refused, entry)
    end
  end
end
redis.call('PEXPIRE', meta, key_ttl)
return {'OK', moved}
