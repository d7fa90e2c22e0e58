
------------------------------------------------------------------------------------ stages that change vectors

local vectorOf, vectorOfSize, fillDense

do
  local ERROR, SKIP, KEEP = 0, 1, 2 -- handleInvalid

  function vectorOf(step, vector)
    if not vector then
      refuse(step, 'meets null in place of a vector')
    end
    return vector
  end

  function vectorOfSize(step, vector, size)
    if vectorOf(step, vector).size ~= size then
      refuse(step, 'meets a vector of size %s, allowed is %s', whole(vector.size), whole(size))
    end
    return vector
  end

  -- A vector that becomes dense of this size, and its elements, to be filled.
  function fillDense(vector, size)
    vector.size, vector.count, vector.dense = size, size, true
    return vector.value
  end

  -- Bucketizer: of splits, -0 lies below 0. Wired to its own column, and with skip to the stage's others.
  STAGES[10] = function(step, from, to)
    local invalid, splits, count = readByte(), readNumbers()
    local ins = step.ins
    local function isBehind(split, value)
      return split < value or (split == value and (value ~= 0 or 1 / split <= 1 / value))
    end
    return function(R)
      for i = 1, invalid == SKIP and #ins or 0 do
        if R[ins[i]] == nil or R[ins[i]] ~= R[ins[i]] then
          skip(step)
        end
      end
      local value = R[from]
      if value == nil then
        R[to] = nil
      elseif value ~= value then
        if invalid ~= KEEP then
          refuse(step, 'meets NaN; its handleInvalid is error')
        end
        R[to] = count - 1
      elseif value == splits[count] then
        R[to] = count - 2
      else
        local low, high = 0, count -- how many splits value is not below
        while low < high do
          local middle = floor((low + high) / 2)
          if isBehind(splits[middle + 1], value) then
            low = middle + 1
          else
            high = middle
          end
        end
        if low == 0 or low == count then
          refuse(step, 'meets %.17g, allowed is %.17g to %.17g', value, splits[1], splits[count])
        end
        R[to] = low - 1
      end
    end
  end

  -- Binarizer of a number.
  STAGES[11] = function(_, from, to)
    local threshold = readNumber()
    return function(R)
      R[to] = R[from] and R[from] > threshold and 1 or 0
    end
  end

  -- Binarizer of a vector: NaN is above a threshold below 0, and not above another.
  STAGES[12] = function(step, from, to)
    local threshold, binary = readNumber(), newVector()
    return function(R)
      local vector = vectorOf(step, R[from])
      if threshold < 0 then
        local value = spread(vector, fillDense(binary, vector.size))
        for i = 1, vector.size do
          value[i] = value[i] <= threshold and 0 or 1
        end
      else
        local count = 0
        for k = 1, vector.count do
          if vector.value[k] > threshold then
            count = count + 1
            binary.index[count], binary.value[count] = vector.dense and k - 1 or vector.index[k], 1
          end
        end
        binary.size, binary.count, binary.dense = vector.size, count, false
      end
      compress(binary)
      R[to] = binary
    end
  end

  -- StandardScaler, RobustScaler, MaxAbsScaler, ElementwiseProduct: a shift makes a vector dense.
  STAGES[13] = function(step, from, to)
    local flags, size, scaled = readByte(), readVarint(), newVector()
    local shift = flags % 2 == 1 and readNumbers()
    local scale = flags >= 2 and readNumbers()
    if not shift and not scale then
      return function(R)
        R[to] = R[from]
      end
    elseif shift then
      return function(R)
        local value = spread(vectorOfSize(step, R[from], size), fillDense(scaled, size))
        for i = 1, size do
          value[i] = value[i] - shift[i]
          if scale then
            value[i] = value[i] * scale[i]
          end
        end
        R[to] = scaled
      end
    end
    return function(R)
      local vector = vectorOfSize(step, R[from], size)
      local dense, index, given, value = vector.dense, vector.index, vector.value, scaled.value
      scaled.size, scaled.count, scaled.dense, scaled.index = size, vector.count, dense, index
      for k = 1, vector.count do
        value[k] = given[k] * scale[dense and k or index[k] + 1]
      end
      R[to] = scaled
    end
  end

  -- MinMaxScaler: NaN stays.
  STAGES[14] = function(step, from, to)
    local least, constant, originalLeast, scale, scaled = readNumber(), readNumber(), readNumbers(), nil, newVector()
    scale = readNumbers()
    local size = #scale
    return function(R)
      local value = spread(vectorOfSize(step, R[from], size), fillDense(scaled, size))
      for i = 1, size do
        if value[i] == value[i] then
          value[i] = scale[i] == 0 and constant or (value[i] - originalLeast[i]) * scale[i] + least
        end
      end
      compress(scaled)
      R[to] = scaled
    end
  end

  -- Normalizer: an infinite norm passes by NaN.
  STAGES[15] = function(step, from, to)
    local p, normalized = readNumber(), newVector()
    local function norm(vector)
      local sum, values = 0, vector.value
      for k = 1, vector.count do
        local value = abs(values[k])
        if p == 1 then
          sum = sum + value
        elseif p == 2 then
          sum = sum + value * value
        elseif p ~= 1 / 0 then
          sum = sum + pow(value, p)
        elseif value > sum then
          sum = value
        end
      end
      return (p == 1 or p == 1 / 0) and sum or p == 2 and sqrt(sum) or pow(sum, 1 / p)
    end
    return function(R)
      local vector = vectorOf(step, R[from])
      local length = norm(vector)
      if length == 0 then
        R[to] = vector
        return
      end
      normalized.size, normalized.count, normalized.dense, normalized.index =
        vector.size, vector.count, vector.dense, vector.index
      for k = 1, vector.count do
        normalized.value[k] = vector.value[k] / length
      end
      R[to] = normalized
    end
  end

  -- VectorSlicer: only a dense vector can be too short.
  STAGES[16] = function(step, from, to)
    local slice, indices, count = newVector(), readVarints()
    local placeOf = {}
    return function(R)
      local vector = vectorOf(step, R[from])
      if vector.dense then
        local value = fillDense(slice, count)
        for i = 1, count do
          if indices[i] >= vector.size then
            refuse(step, 'takes the element at %s, allowed are 0 to %s of this vector', whole(indices[i]), whole(vector.size - 1))
          end
          value[i] = vector.value[indices[i] + 1]
        end
      else
        local kept = 0
        for k = 1, vector.count do
          placeOf[vector.index[k]] = k
        end
        for i = 1, count do
          local place = placeOf[indices[i]]
          if place then
            kept = kept + 1
            slice.index[kept], slice.value[kept] = i - 1, vector.value[place]
          end
        end
        for k = 1, vector.count do
          placeOf[vector.index[k]] = nil
        end
        slice.size, slice.count, slice.dense = count, kept, false
      end
      R[to] = slice
    end
  end

  -- VectorSizeHint.
  STAGES[17] = function(step, from, to)
    local invalid, size, checked = readByte(), readVarint(), newVector()
    return function(R)
      local vector = R[from]
      if not vector or vector.size > size or (vector.dense and vector.size ~= size) then
        if invalid == SKIP then
          skip(step)
        end
        refuse(step, 'meets %s, allowed is a vector of size %s',
          vector and 'a vector of size ' .. whole(vector.size) or 'null', whole(size))
      end
      checked.size, checked.count, checked.dense = size, vector.count, vector.dense
      checked.index, checked.value = vector.index, vector.value
      R[to] = checked
    end
  end

  -- VectorIndexer: 0 and -0 are one category, NaN equals none.
  STAGES[18] = function(step, from, to)
    local invalid, size, features, indexed = readByte(), readVarint(), {}, newVector()
    for _ = 1, readVarint() do
      local index, numberOf, known = readVarint(), {}, 0
      for number = 0, readVarint() - 1 do
        local category = readNumber()
        category = category ~= category and 'nan' or category
        known, numberOf[category] = numberOf[category] and known or known + 1, number
        spend(1)
      end
      features[index] = { numberOf = numberOf, known = known }
    end
    local function number(feature, index, value)
      local found = feature.numberOf[value]
      if not found and invalid == SKIP then
        skip(step)
      elseif not found and invalid == ERROR then
        refuse(step, 'does not know the category %.17g of the element at %s; its handleInvalid is error', value, whole(index))
      end
      return found or feature.known
    end
    return function(R)
      local vector = vectorOfSize(step, R[from], size)
      indexed.size, indexed.count, indexed.dense, indexed.index = size, vector.count, vector.dense, vector.index
      for k = 1, vector.count do
        local index, value = vector.dense and k - 1 or vector.index[k], vector.value[k]
        indexed.value[k] = features[index] and number(features[index], index, value) or value
      end
      R[to] = indexed
    end
  end
end
