
-------------------------------------------------------------------------------------- stages that make columns

do
  local ERROR, SKIP, KEEP = 0, 1, 2 -- handleInvalid

  --[[
  StringIndexer. Labels are looked up as they are; among numbers 0 and -0 are two, all NaN are one. Many labels stand in
  several tables, since Lua moves and marks a table in one go.
  ]]
  do
    local function newTables(count)
      local tables, number = {}, count > 1000 and 256 or 1
      for i = 0, number - 1 do
        tables[i] = {}
      end
      return tables, number
    end

    local function newRun(step, from, to, invalid, indexOf, count, known)
      return function(R)
        local value = R[from]
        local index = value and indexOf(value)
        if not index or (invalid == SKIP and value ~= value) then
          if invalid == SKIP then
            skip(step)
          elseif invalid == ERROR then
            local label = type(value) == 'number' and format('%.17g', value) or value
            refuse(step, 'does not know the label %s; its handleInvalid is error, it knows %d labels',
              label and "'" .. shown(label) .. "'" or 'null', known)
          end
          index = count
        end
        R[to] = index
      end
    end

    STAGES[1] = function(step, from, to)
      local invalid, known, count = readByte(), 0, readVarint()
      local tables, number = newTables(count)
      local function tableOf(label)
        local third, second, last = byte(label, -3, -1)
        return tables[((third or 0) * 31 + (second or 0) * 7 + (last or 0) + #label) % number]
      end
      for i = 0, count - 1 do
        local label = readLabel()
        local labels = tableOf(label)
        if not labels[label] then
          labels[label], known = i, known + 1
        end
      end
      return newRun(step, from, to, invalid, function(value)
        return tableOf(value)[value]
      end, count, known)
    end

    STAGES[2] = function(step, from, to)
      local invalid, known, count = readByte(), 0, readVarint()
      local tables, number = newTables(count)
      local function key(value)
        return value ~= value and 'nan' or value == 0 and 1 / value < 0 and '-0' or value
      end
      local function tableOf(value)
        return tables[abs(value) < 1e15 and floor(value * 8) % number or 0] -- NaN is below nothing
      end
      for i = 0, count - 1 do
        local value = readNumber()
        local labels, label = tableOf(value), key(value)
        if not labels[label] then
          labels[label], known = i, known + 1
        end
        spend(1)
      end
      return newRun(step, from, to, invalid, function(value)
        return tableOf(value)[key(value)]
      end, count, known)
    end
  end

  -- IndexToString: what is between two indices is the lower, NaN is 0, as a cast to int in Java.
  STAGES[3] = function(step, from, to)
    local pages, count = {}, readVarint()
    for i = 0, count - 1 do
      local place = i % SPLIT_PAGE
      if place == 0 then
        pages[i] = {}
      end
      pages[i - place][place] = readLabel()
    end
    return function(R)
      local value = R[from]
      if value then
        local index = value ~= value and 0 or value < 0 and -floor(-value) or floor(value)
        if index < 0 or index >= count then
          refuse(step, 'has no label for index %.17g, allowed are 0 to %d', value, count - 1)
        end
        local place = index % SPLIT_PAGE
        value = pages[index - place][place]
      end
      R[to] = value
    end
  end

  -- Imputer.
  STAGES[4] = function(_, from, to)
    local missing, surrogate = readNumber(), readNumber()
    return function(R)
      local value = R[from]
      local isMissing = value == nil or value == missing or (value ~= value and missing ~= missing)
      R[to] = isMissing and surrogate or value
    end
  end

  -- OneHotEncoder: a category that is not below the size gives zeros.
  STAGES[5] = function(step, from, to)
    local invalid, categories, size, vector = readByte(), readVarint(), readVarint(), newVector()
    vector.size, vector.dense, vector.value[1] = size, false, 1
    return function(R)
      local place = R[from]
      if not place then
        R[to] = nil
        return
      elseif not (place >= 0 and place < categories) then
        if invalid ~= KEEP then
          refuse(step, 'does not know the category %.17g; its handleInvalid is error, allowed are 0 to %d', place, categories - 1)
        end
        place = categories
      end
      vector.count, vector.index[1] = place < size and 1 or 0, floor(place)
      R[to] = vector
    end
  end

  -- VectorAssembler: leaves out zeros, so that -0 becomes 0.
  STAGES[6] = function(step, _, to)
    local invalid, ins, sizes, vector = readByte(), step.ins, {}, newVector()
    for i = 1, #ins do
      sizes[i] = readVarint() -- 0 a number, else a vector's size + 1
    end
    local function refuseOrSkip(seen)
      if invalid == SKIP then
        skip(step)
      end
      refuse(step, 'meets %s; its handleInvalid is error', seen)
    end
    return function(R)
      local index, value, count, offset = vector.index, vector.value, 0, 0
      for i = 1, #ins do
        local part = R[ins[i]]
        if part == nil then
          if invalid ~= KEEP then
            refuseOrSkip('null')
          end
          local size = sizes[i] == 0 and 1 or sizes[i] - 1
          for k = 0, size - 1 do
            count = count + 1
            index[count], value[count] = offset + k, 0 / 0
          end
          offset = offset + size
        elseif sizes[i] == 0 then
          if part ~= part and invalid ~= KEEP then
            refuseOrSkip('NaN')
          elseif part ~= 0 then
            count = count + 1
            index[count], value[count] = offset, part
          end
          offset = offset + 1
        else
          local dense, partIndex, partValue = part.dense, part.index, part.value
          for k = 1, part.count do
            if partValue[k] ~= 0 then
              count = count + 1
              index[count], value[count] = offset + (dense and k - 1 or partIndex[k]), partValue[k]
            end
          end
          offset = offset + part.size
        end
      end
      vector.size, vector.count, vector.dense = offset, count, false
      compress(vector)
      R[to] = vector
    end
  end
end
