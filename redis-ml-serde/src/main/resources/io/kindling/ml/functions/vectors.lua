
------------------------------------------------------------------------------------------------------ vectors

--[[
A pipeline's row is a table R: the value of each column, by its number from 1. Numbers and texts are Lua's, null is nil, a
vector is a table that its step fills anew for each row:

  size          number of elements
  dense         whether each of them has a place
  count         number of places
  index, value  by place from 1: the element's index from 0, ascending, unless it is dense; its value

Whether a vector is dense or sparse decides, as in Spark, which zeros take part in arithmetic.
]]

local readVector, compress, spread, newVector

do
  function newVector()
    return { size = 0, dense = true, count = 0, index = {}, value = {} }
  end

  -- All elements into a list.
  function spread(vector, list)
    local value = vector.value
    if vector.dense then
      for i = 1, vector.size do
        list[i] = value[i]
      end
      return list
    end
    for i = 1, vector.size do
      list[i] = 0
    end
    for k = 1, vector.count do
      list[vector.index[k] + 1] = value[k]
    end
    return list
  end

  -- Spark's Vector.compressed: sparse without zeros if that takes less room, else dense.
  function compress(vector)
    local value, index, kept = vector.value, vector.index, 0
    for k = 1, vector.count do
      if value[k] ~= 0 then
        kept = kept + 1
      end
    end
    if 1.5 * (kept + 1) >= vector.size then
      if not vector.dense then
        vector.value, vector.spare = spread(vector, vector.spare or {}), value
        vector.dense, vector.count = true, vector.size
      end
      return
    end
    kept = 0
    for k = 1, vector.count do
      if value[k] ~= 0 then
        kept = kept + 1
        index[kept], value[kept] = vector.dense and k - 1 or index[k], value[k]
      end
    end
    vector.dense, vector.count = false, kept
  end

  -- These fill a vector from what is in order, and return false or raise an error where anything is unusual. Comparing
  -- with a number what is none is such an error.
  local function readPairs(text, size, vector, count, offset)
    local before, indices, values = -1, vector.index, vector.value
    for first = 1, count, PORTION do
      local last = first + PORTION <= count and PORTION or count - first + 1
      local objects = { unpackLimit(text, 2 * last, offset) }
      offset = objects[1]
      for k = 1, last do
        local index, value = objects[2 * k], objects[2 * k + 1]
        local _ = value < 0
        if index <= before or index >= size or index % 1 ~= 0 then
          return false
        end
        before = index
        indices[first + k - 1], values[first + k - 1] = index, value
      end
    end
    vector.dense, vector.count = false, count
    return offset == -1
  end

  local function readElements(text, vector, count, offset)
    local values = vector.value
    for first = 1, count, PORTION do
      local last = first + PORTION <= count and PORTION or count - first + 1
      local objects = { unpackLimit(text, last, offset) }
      offset = objects[1]
      for k = 1, last do
        local value = objects[k + 1]
        local _ = value < 0
        values[first + k - 1] = value
      end
    end
    vector.dense, vector.count, vector.size = true, count, count
    return offset == -1
  end

  local function readPacked(text, head, size, vector)
    local isMap, offset = head < 0x90 or head >= 0xDE, head < 0xA0 and 1 or head % 2 == 0 and 3 or 5
    local count = offset == 1 and head % 16 or unpackStruct(offset == 3 and '>I2' or '>I4', text, 2)
    if isMap then
      return readPairs(text, size > 0 and size or 2147483647, vector, count, offset)
    end
    return (size == 0 or count == size) and readElements(text, vector, count, offset)
  end

  local function readPlaces(text, size, vector)
    local before, count, bytes, indices, values = -1, 0, 0, vector.index, vector.value
    size = size > 0 and size or 2147483647
    for digits, written in gmatch(text, '(%d+):([^,]+)') do
      local index, value = tonumber(digits), textValue(written)
      if index <= before or index >= size or not value then
        return false
      end
      before, count, bytes = index, count + 1, bytes + #digits + #written + 2
      indices[count], values[count] = index, value
    end
    vector.dense, vector.count = false, count
    return bytes == #text + 1 or text == ''
  end

  -- The same in any order; the readers of forests say what is wrong.
  local function readUnordered(text, isPacked, head, size, vector)
    local form = { features = size > 0 and size or 2147483647, anySize = size == 0, slots = {} }
    if isPacked then
      readMsgpack(form, text, head)
    else
      readTextSlowly(form, text)
    end
    local valueOf, indices, count = {}, {}, 0
    if isPacked and head >= 0x90 and head < 0xDE then -- an empty array
      vector.dense, vector.count, vector.size = true, 0, 0
      return
    elseif isPacked then
      valueOf = unpackMsgpack(text)
    else
      for index, value in gmatch(text, '(%d+):([^,]+)') do
        valueOf[tonumber(index)] = textValue(value)
      end
    end
    for index in pairs(valueOf) do
      count = count + 1
      indices[count] = index
    end
    sort(indices)
    for k = 1, count do
      vector.index[k], vector.value[k] = indices[k], valueOf[indices[k]]
    end
    vector.dense, vector.count = false, count
  end

  -- Features of a call into a vector of a size, or of any if that is 0.
  function readVector(text, size, vector)
    local head = byte(text)
    local isPacked = head and head >= 0x80 and (head < 0xA0 or (head >= 0xDC and head < 0xE0))
    local went, isInOrder
    if isPacked then
      went, isInOrder = pcall(readPacked, text, head, size, vector)
    else
      went, isInOrder = true, readPlaces(text, size, vector)
    end
    if not (went and isInOrder) then
      readUnordered(text, isPacked, head, size, vector)
    end
    if not vector.dense then
      vector.size = size > 0 and size or vector.count > 0 and vector.index[vector.count] + 1 or 0
    end
    return vector
  end
end
