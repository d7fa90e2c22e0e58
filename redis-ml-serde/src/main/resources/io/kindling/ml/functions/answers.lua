
------------------------------------------------------------------------------------------------------ answers

local A = {} -- the sums of a row, one a class
local ALL = {} -- marks of a group whose trees all are to be walked
local mark = 0 -- a new number for each row, so that marks need not be wiped
for i = 1, GROUP_TREES do
  ALL[i] = true
end

-- How many thresholds from data[first] on a value is beyond, by bisection of `count` that ascend or descend.
local function beyond(data, first, count, value)
  local low, high = 0, count
  while low < high do
    local middle = low + high
    middle = (middle - middle % 2) / 2
    local threshold = data[first + middle]
    if (value <= threshold) == (value < 0) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

-- Places what is negative, NaN, a category, or has many thresholds. Returns where marks stand, and below which rank.
local function placeOther(slot, value)
  local kind, rank = slot[5], 0
  if kind == true then
    slot[1][slot[2]] = value
    return slot[3], 1
  elseif not (value < 0) then -- NaN is beyond all thresholds
    rank = kind and beyond(slot, 6, kind, value) or slot[3] - 7
    slot[1][slot[2]] = rank
    return slot[3], rank
  end
  local below = slot[4]
  if not below then
    return slot[3], 0
  elseif slot[below + 1] then
    rank = beyond(slot, below + 2, slot[below + 1], value)
  else
    while slot[below + 2 + rank] >= value do
      rank = rank + 1
    end
  end
  slot[1][slot[2]] = -rank
  return slot[below], rank
end

-- Puts the row into X and, if asked, marks the trees whose path may differ from the zero row's.
local function place(set, marking)
  local T, V, n = T, V, mark
  for k = 1, set do
    local slot, value, i, rank = T[k], V[k], 5, 0
    if value > 0 and not slot[5] then
      repeat
        i = i + 1
      until not (slot[i] < value)
      if i > 6 then
        rank = i - 6
        slot[1][slot[2]] = rank
        i = slot[3]
      end
    else
      i, rank = placeOther(slot, value)
    end
    if rank > 0 and marking then
      while slot[i] < rank do
        slot[i + 1][slot[i + 2]] = n
        i = i + 3
      end
    end
  end
end

local isClean = true

-- The sums of a row, of which so many slots are in T and V, into A.
local function addUp(model, set)
  local also = model.also
  for k = 1, model.hasAlso and set or 0 do
    if also[T[k]] then
      set = set + 1
      T[set], V[set] = also[T[k]], V[k]
    end
  end
  mark = mark + 1
  isClean = false
  if set < model.maxSet then
    place(set, true)
    model.run(model.groups, model.marks, X, mark, A)
  else
    place(set, false)
    model.run(model.groups, model.marks, X, true, A, ALL)
  end
  for k = 1, set do
    local slot = T[k]
    slot[1][slot[2]] = 0
  end
  isClean = true
end

-- After an error in the midst of a row.
local function clean()
  for page = 1, isClean and 0 or #X do
    for i = 1, #X[page] do
      X[page][i] = 0
    end
  end
  isClean = true
end

-- Spark's LogLoss.computeProbability and ProbabilisticClassificationModel.normalizeToProbabilitiesInPlace.
local function probabilities(model)
  local probability, aggregation = {}, model.aggregation
  if aggregation == 5 then
    probability[1] = 1 / (1 + exp(2 * A[1]))
    probability[2] = 1 - probability[1]
    return probability
  end
  local sum = 0
  for i = 1, model.classes do
    sum = sum + A[i]
  end
  for i = 1, model.classes do
    probability[i] = sum ~= 0 and A[i] / sum or A[i]
  end
  return probability
end

local CLASS = {} -- '0', '1', ... from 0 on

local function class(index)
  local text = CLASS[index]
  if not text then
    text = whole(index)
    CLASS[index] = text
  end
  return text
end

local function written(value)
  return value ~= value and 'nan' or format('%.17g', value)
end

-- The prediction from the sums in A.
local function decide(model)
  local classes = model.classes
  if classes == 0 then
    return model.aggregation == 4 and A[1] / model.trees or A[1]
  end
  local thresholds = model.thresholds
  if thresholds then -- probability2prediction: 0 / 0 is never the best
    local probability, best, most = probabilities(model), 1, -1 / 0
    for i = 1, classes do
      local scaled = probability[i] / thresholds[i]
      if scaled > most then
        best, most = i, scaled
      end
    end
    return best - 1
  elseif model.aggregation == 5 then
    return A[1] > 0 and 1 or 0
  end
  local best, most = 1, A[1]
  for i = 2, classes do
    if A[i] > most then
      best, most = i, A[i]
    end
  end
  return best - 1
end

local function prediction(model)
  local decided = decide(model)
  return model.classes == 0 and written(decided) or class(decided)
end
