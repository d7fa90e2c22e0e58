
----------------------------------------------------------------------------------------------------- features

--[[
A row is read into T and V, the slots of what it sets to other than 0 and their values; each reader returns how
many. A feature has a slot only if a split looks at it. A reader that meets anything unusual leaves the row to a
slow one, which either finds it in order or fails with what is wrong.
]]

local T, V = {}, {}

local function failOutOfRange(model, index)
  fail('KINDLINGARG', 'index %s is out of range, allowed are 0 to %s', whole(index), whole(model.features - 1))
end

local function failPair(pair, text)
  local index, value = match(text, '^([^:]*):([^:]*)$')
  if find(text, '%s') then
    fail('KINDLINGARG', "pair %d '%s' contains a space", pair, shown(text))
  elseif not index then
    fail('KINDLINGARG', "pair %d '%s' is not index:value", pair, shown(text))
  elseif not find(index, '^%d+$') then
    fail('KINDLINGARG', "index '%s' of pair %d is not a decimal integer", shown(index), pair)
  end
  fail('KINDLINGARG', "value '%s' of pair %d is not a decimal number, nan, inf or -inf", shown(value), pair)
end

local WORDS = { ['nan'] = 0 / 0, ['inf'] = 1 / 0, ['-inf'] = -1 / 0 }

local function textValue(text)
  return WORDS[text] or (find(text, '^[%d.-][%d.eE+-]*$') and tonumber(text))
end

local function readTextSlowly(model, text)
  local set, pair, seen = 0, 0, {}
  for piece in gmatch(text .. ',', '([^,]*),') do
    pair = pair + 1
    local digits, written = match(piece, '^(%d+):(.+)$')
    local value = written and textValue(written)
    if not value then
      failPair(pair, piece)
    end
    local index = tonumber(digits)
    if index >= model.features then
      failOutOfRange(model, index)
    elseif seen[index] then
      fail('KINDLINGARG', 'index %s comes twice', whole(index))
    end
    seen[index] = true
    local slot = model.slots[index]
    if slot and value ~= 0 then
      set = set + 1
      T[set], V[set] = slot, value
    end
  end
  return set
end

local DIGIT = {}
for digit = 0, 9 do
  DIGIT[48 + digit] = digit
end
local COMMA, COLON, DOT, MINUS = 44, 58, 46, 45

-- Pairs of ascending index and plain decimal value, byte by byte; nil or an error for everything else.
local function readTextFast(model, text)
  local slots, features, set, before = model.slots, model.features, 0, -1
  local length, from = #text, 1
  repeat -- a portion that ends behind a pair
    local to = from + PORTION - 1
    if to >= length then
      to = length
    else
      while byte(text, to) ~= COMMA do
        to = to - 1
        if to < from then
          return nil
        end
      end
      to = to - 1
    end
    local bytes, i = { byte(text, from, to) }, 1
    bytes[#bytes + 1] = COMMA
    local last = #bytes
    repeat
      local index, octet = DIGIT[bytes[i]], bytes[i + 1]
      i = i + 1
      while octet ~= COLON do
        index = index * 10 + DIGIT[octet]
        i = i + 1
        octet = bytes[i]
      end
      local start = i + 1
      octet = bytes[start]
      i = start
      if octet == MINUS then
        i = i + 1
        octet = bytes[i]
      end
      local value = DIGIT[octet]
      i = i + 1
      octet = bytes[i]
      local digit = DIGIT[octet]
      while digit do
        value = value * 10 + digit
        i = i + 1
        octet = bytes[i]
        digit = DIGIT[octet]
      end
      if octet == DOT then
        local scale = 1
        i = i + 1
        octet = bytes[i]
        digit = DIGIT[octet]
        while digit do
          value, scale = value * 10 + digit, scale * 10
          i = i + 1
          octet = bytes[i]
          digit = DIGIT[octet]
        end
        if value < 9007199254740992 and scale <= 1e22 then
          value = value / scale -- of two exact numbers, so it is the nearest double
        else
          value = nil
        end
      elseif value >= 9007199254740992 then
        value = nil
      end
      if octet == COMMA and value then
        if bytes[start] == MINUS then
          value = -value
        end
      else
        while bytes[i] ~= COMMA do
          i = i + 1
        end
        value = textValue(sub(text, from + start - 1, from + i - 2))
      end
      if index <= before or index >= features then
        return nil
      end
      before = index
      if value < 0 or value > 0 or value ~= value then
        local slot = slots[index]
        if slot then
          set = set + 1
          T[set], V[set] = slot, value
        end
      end
      i = i + 1
    until i > last
    from = to + 2
  until from > length
  return text ~= '' and byte(text, length) ~= COMMA and set or nil
end

local function readText(model, text)
  if text == '' then
    return 0
  end
  local went, set = pcall(readTextFast, model, text)
  return went and set or readTextSlowly(model, text)
end

local function nextObject(text, offset)
  local unpacked, after, object = pcall(unpackLimit, text, 1, offset)
  if not unpacked or offset >= #text then
    if unpacked or find(after, 'Missing', 1, true) then
      fail('KINDLINGARG', 'msgpack is truncated')
    end
    fail('KINDLINGARG', 'msgpack has an unknown type at byte %d', offset)
  end
  return object, after == -1 and #text or after
end

local function checkValue(index, value)
  if type(value) ~= 'number' then
    fail('KINDLINGARG', 'msgpack value of index %s is a %s, allowed are numbers', whole(index), type(value))
  end
end

local function checkMap(model, text, count, offset)
  local seen = {}
  for _ = 1, count do
    local index, value
    index, offset = nextObject(text, offset)
    value, offset = nextObject(text, offset)
    if type(index) ~= 'number' or index ~= floor(index) then
      fail('KINDLINGARG', "msgpack key '%s' is not an integer", shown(tostring(index)))
    elseif index < 0 or index >= model.features then
      failOutOfRange(model, index)
    elseif seen[index] then
      fail('KINDLINGARG', 'index %s comes twice', whole(index))
    end
    checkValue(index, value)
    seen[index] = true
  end
  return offset
end

local function checkArray(_, text, count, offset)
  for index = 0, count - 1 do
    local value
    value, offset = nextObject(text, offset)
    checkValue(index, value)
  end
  return offset
end

-- Comparing with a number what is none is an error of Lua's, which readMsgpack expects.
local function readMap(model, text, count, offset)
  local slots, features, set, before, unusual = model.slots, model.features, 0, -1, false
  local T, V = T, V
  for first = 1, count, PORTION do
    local last = first + PORTION <= count and 2 * PORTION or 2 * (count - first + 1)
    local objects = { unpackLimit(text, last, offset) }
    offset = objects[1]
    for i = 2, last, 2 do
      local index, value = objects[i], objects[i + 1]
      if index <= before then
        unusual = true
      end
      before = index
      if value < 0 or value > 0 or value ~= value then
        local slot = slots[index]
        if slot then
          set = set + 1
          T[set], V[set] = slot, value
        elseif index >= features or index % 1 ~= 0 then
          unusual = true
        end
      elseif index >= features or index % 1 ~= 0 then
        unusual = true
      end
    end
  end
  return set, offset, unusual
end

local function readArray(model, text, count, offset)
  local slots, set = model.slots, 0
  for first = 0, count - 1, PORTION do
    local last = first + PORTION <= count and PORTION or count - first
    local objects = { unpackLimit(text, last, offset) }
    offset = objects[1]
    for i = 2, last + 1 do
      local value = objects[i]
      if value < 0 or value > 0 or value ~= value then
        local slot = slots[first + i - 2]
        if slot then
          set = set + 1
          T[set], V[set] = slot, value
        end
      end
    end
  end
  return set, offset, false
end

local function readMsgpack(model, text, head)
  local isMap, count, offset = head < 0x90 or head >= 0xDE, head % 16, 1
  if head >= 0xDC then
    offset = head % 2 == 0 and 3 or 5
    if #text < offset then
      fail('KINDLINGARG', 'msgpack is truncated')
    end
    count = unpackStruct(offset == 3 and '>I2' or '>I4', text, 2)
  end
  if not isMap and count ~= model.features and not model.anySize then
    fail('KINDLINGARG', 'msgpack array has %s values, the model has %s features', whole(count), whole(model.features))
  elseif count > #text then
    fail('KINDLINGARG', 'msgpack is truncated')
  end
  local read, set, after, unusual = pcall(isMap and readMap or readArray, model, text, count, offset)
  if not read or unusual or after ~= -1 then
    after = (isMap and checkMap or checkArray)(model, text, count, offset)
    if after < #text then
      fail('KINDLINGARG', 'msgpack is followed by %d more bytes', #text - after)
    elseif not read then
      error(set, 0)
    end
  end
  return set
end

local function readRow(model, text)
  local head = byte(text)
  if head and head >= 0x80 and (head < 0xA0 or (head >= 0xDC and head < 0xE0)) then
    return readMsgpack(model, text, head)
  end
  return readText(model, text)
end
