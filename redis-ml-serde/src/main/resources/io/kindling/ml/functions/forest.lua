
------------------------------------------------------------------------------------------- bytes of a model

local buf, at = '', 0 -- bytes of the version that is being read, and how many of them are used

local function readChunk()
  local field, sha = origin.version .. ':' .. origin.numRead, origin.chunks[origin.numRead + 1]
  local chunk = redis.call('HGET', origin.key, field)
  if not chunk then
    fail('KINDLINGMISSING', "chunk %s of model '%s' is missing", field, shown(origin.key))
  elseif #chunk > MAX_CHUNK_BYTES then
    fail('KINDLINGDAMAGED', 'chunk %s has %d bytes, allowed are %d', field, #chunk, MAX_CHUNK_BYTES)
  elseif redis.sha1hex(chunk) ~= sha then
    fail('KINDLINGDAMAGED', 'chunk %s does not match its SHA-1', field)
  end
  origin.numRead = origin.numRead + 1
  origin.base = origin.base + at
  buf = sub(buf, at + 1) .. chunk
  at = 0
end

-- Sees to it that so many bytes are at hand, unless the model ends before.
local function want(count)
  while #buf - at < count and origin.chunks[origin.numRead + 1] do
    readChunk()
  end
end

local function u32()
  at = at + 4
  return (unpackStruct('<I4', buf, at - 3))
end

local function f64()
  at = at + 8
  return (unpackStruct('<d', buf, at - 7))
end

local function varint()
  local octet, second = byte(buf, at + 1, at + 2)
  if octet < 128 then
    at = at + 1
    return octet
  elseif second < 128 then
    at = at + 2
    return octet - 128 + second * 128
  end
  local value, unit = octet - 128, 128
  at = at + 1
  repeat
    at = at + 1
    octet = byte(buf, at)
    value = value + octet % 128 * unit
    unit = unit * 128
  until octet < 128
  return value
end

local function readDoubles(count)
  local values = {}
  want(8 * count)
  for i = 1, count do
    values[i] = f64()
  end
  return values
end

-- Returns whether it is a forest; else it is a pipeline.
local function readEnvelope()
  want(36)
  if #buf < 13 or sub(buf, 1, 4) ~= 'KNDL' then
    fail('KINDLINGDAMAGED', 'version %s does not begin as a model does', origin.version)
  end
  local formatVersion, kind = byte(buf, 5, 6)
  if formatVersion ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has format %d, this library reads 1', origin.version, formatVersion)
  elseif kind ~= 1 and kind ~= 2 then
    fail('KINDLINGFORMAT', 'version %s has kind %d, this library reads 1 (forest) and 2 (pipeline)', origin.version, kind)
  end
  at = 12
  return kind == 1
end

-- What a forest is compiled into, and what is known of it until then; its bytes stop at `finish`.
local function newForest(finish)
  return {
    slots = {}, also = {}, groups = {}, marks = {}, markOf = {}, pieces = {}, leaves = {}, sets = {},
  }, {
    finish = finish,
    numSlots = 0, featureOf = {}, thresholds = {}, firstOf = {}, zeroOf = {}, up = {}, down = {}, numFinished = 0,
    zero = { count = 0, rank = {}, tree = {}, next = {} },
    numSplits = 0, left = 0, isCategorical = true, feature = -1, slotOf = {}, sourceOf = {}, zeroLeft = {},
    slotHalf = {}, rankHalf = {},
    tree = 1, numNodes = 0, parts = {}, numParts = 0, values = {}, valueSources = {}, numValueSources = 0,
    starts = {}, sizes = {}, isRight = {}, isZero = {}, goesLeft = {},
    group = {}, groupTrees = 0, groupNodes = 0, steps = 0,
  }
end

local function readHead(model, load)
  want(24)
  if #buf - at < 24 then
    fail('KINDLINGDAMAGED', 'version %s ends within the head of a forest', origin.version)
  end
  local aggregation, leafEncoding, flags = byte(buf, at + 1, at + 3)
  at = at + 4
  model.features, model.classes, model.trees, load.nodes, load.splits = u32(), u32(), u32(), u32(), u32()
  if aggregation < 1 or aggregation > 5 then
    fail('KINDLINGFORMAT', 'version %s has aggregation %d, this library reads 1 to 5', origin.version, aggregation)
  elseif model.classes > MAX_CLASSES then
    fail('KINDLINGLIMIT', 'version %s has %s classes, allowed are %d', origin.version, whole(model.classes), MAX_CLASSES)
  elseif model.trees > MAX_TREES then
    fail('KINDLINGLIMIT', 'version %s has %s trees, allowed are %d', origin.version, whole(model.trees), MAX_TREES)
  end
  model.aggregation, load.isInteger = aggregation, leafEncoding == 1
  model.width = aggregation > 3 and 1 or model.classes
  model.thresholds = flags % 2 == 1 and readDoubles(model.classes)
  load.weights = flags >= 2 and readDoubles(model.trees)
  local groupTrees = floor(GROUP_ZERO_VALUES / model.width)
  model.groupTrees = groupTrees > GROUP_TREES and GROUP_TREES or groupTrees < GROUP_TREES / 4 and GROUP_TREES / 4 or groupTrees
  load.leafNodes = 1 + floor((aggregation == 3 and 1 or model.width) / CLASSES_A_NODE)
  load.nodeBytes = 8 + 8 * model.width
  load.form = newForm(model, load)
  model.run = newRun(model, load.form)
  model.nodes = load.nodes + (load.nodes + model.trees) / 2 * (load.leafNodes - 1)
  model.cost = load.nodes + model.trees * (model.classes > 0 and model.classes or 1)
end

--[[
The split table, by the number of a split, in pages: Lua moves, marks and frees a table in one go, and a large one would
hold the server. The thresholds of a slot stand one behind the other, ascending; firstOf and zeroOf tell which split is
the slot's first, and which its first that is not negative. A threshold's rank is its distance from there. A slot of
categories has no zeroOf.
]]

local function keepSplit(load, slot, threshold, source)
  local k = load.numSplits + 1
  local i = k % SPLIT_PAGE
  local page = (k - i) / SPLIT_PAGE
  if i == 0 or k == 1 then
    load.slotOf[page], load.sourceOf[page], load.thresholds[page] = {}, {}, {}
  end
  load.numSplits, load.slotOf[page][i], load.sourceOf[page][i], load.thresholds[page][i] = k, slot, source, threshold
end

local function thresholdOf(load, k)
  local i = k % SPLIT_PAGE
  return load.thresholds[(k - i) / SPLIT_PAGE][i]
end

local function readThreshold(load)
  local threshold
  if load.isFloat then
    threshold = unpackStruct('<f', buf, at + 1)
    at = at + 4
  else
    threshold = f64()
  end
  if threshold ~= threshold then
    fail('KINDLINGDAMAGED', 'a threshold of version %s is NaN', origin.version)
  end
  keepSplit(load, load.numSlots, threshold, false)
  if threshold < 0 then
    load.zeroOf[load.numSlots] = load.numSplits + 1
  end
end

-- A categorical split becomes a look-up in the set of the categories that part from all others, or a comparison.
local function readCategories(model, load)
  local head = varint()
  local arity, othersLeft = floor(head / 2), head % 2 == 1
  want(floor((arity + 7) / 8))
  local set, size, only, zeroLeft = {}, 0, nil, nil
  for first = 0, arity - 1, 8 do
    at = at + 1
    local bits = byte(buf, at)
    for category = first, first + 7 < arity and first + 7 or arity - 1 do
      local isLeft = bits % 2 == 1
      bits = floor(bits / 2)
      if category == 0 then
        zeroLeft = isLeft
      end
      if isLeft ~= othersLeft then
        set[category], size, only = true, size + 1, category
      end
    end
  end
  local slot = slotSource(load.categorySlot)
  if size == 1 then
    return slot .. (othersLeft and '~=' or '==') .. only, zeroLeft, floor(arity / 8)
  end
  local sets = model.sets
  sets[#sets + 1] = set
  return (othersLeft and 'not ' or '') .. 'Q[' .. #sets .. '][' .. slot .. ']', zeroLeft, floor(arity / 8)
end

local function readSplits(model, load, budget)
  while budget > 0 and load.numSplits < load.splits do
    want(32)
    if load.left > 0 and not load.isCategorical then
      readThreshold(load)
      load.left, budget = load.left - 1, budget - 1
    elseif load.left > 0 then
      local condition, zeroLeft, cost = readCategories(model, load)
      keepSplit(load, load.categorySlot, false, 'if ' .. condition .. ' then ')
      load.zeroLeft[load.numSplits] = zeroLeft
      load.left, budget = load.left - 1, budget - 1 - cost
    else
      load.feature = load.feature + varint()
      local head = varint()
      load.left, load.isFloat, load.isCategorical = floor(head / 2), head % 2 == 1, false
      if load.left > 0 then
        local slot = newSlot(load)
        load.featureOf[slot] = load.feature
        load.firstOf[slot], load.zeroOf[slot] = load.numSplits + 1, load.numSplits + 1
      end
    end
    if load.left == 0 and not load.isCategorical then
      load.left, load.isCategorical = varint(), true
      if load.left > 0 then
        load.categorySlot = newSlot(load)
        load.featureOf[load.categorySlot] = load.feature
        load.firstOf[load.categorySlot], load.zeroOf[load.categorySlot] = load.numSplits + 1, false
      end
    end
  end
  return budget
end

-- A split's condition as source, made when a tree first asks for it, from halves that many splits share.
local function splitSource(load, k, slot)
  local slotHalf, rankHalf = load.slotHalf, load.rankHalf
  local rank = k - load.zeroOf[slot]
  slotHalf[slot] = slotHalf[slot] or 'if ' .. slotSource(slot) .. '<='
  rankHalf[rank] = rankHalf[rank] or rank .. ' then '
  return slotHalf[slot] .. rankHalf[rank]
end

-- The splits on the zero row's paths, as lists by slot: `up` of those that the zero row passes to the left, which a
-- value above leaves, `down` of the others.
local function keepZeroSplit(load, heads, slot, rank, tree)
  local zero = load.zero
  local i = zero.count + 1
  if i <= MAX_ZERO_SPLITS then
    zero.count, zero.rank[i], zero.tree[i], zero.next[i] = i, rank, tree, heads[slot]
    heads[slot] = i
  end
end

-- The source that sets the i-th value of a leaf; h1 is 64, h2 is 128 and so on.
local function valueSource(load, i, value)
  local steps = value > PAGE_SLOTS and value % 1 == 0 and floor(value / PAGE_SLOTS) or MAX_STEPS + 1
  local source
  if steps <= MAX_STEPS then
    source = load.form.set[i] .. value % PAGE_SLOTS .. '+h' .. steps .. ' '
    load.steps = steps > load.steps and steps or load.steps
  else
    source = load.form.set[i] .. number(value) .. ' '
  end
  load.numValueSources = load.numValueSources + 1
  if load.numValueSources > SMALL_NODES then
    load.valueSources, load.numValueSources = {}, 0
  end
  local sources = load.valueSources[i] or {}
  load.valueSources[i], sources[value] = sources, source
  return source
end

-- Appends the source of the leaf that stands next; returns the number of parts.
local function readLeaf(model, load, parts, numParts)
  local isInteger, values, set = load.isInteger, load.values, load.form.set
  local aggregation, width = model.aggregation, model.width
  if aggregation == 3 then
    values[1] = (isInteger and varint or f64)() + 1
    if not (values[1] >= 1 and values[1] <= width and values[1] % 1 == 0) then
      fail('KINDLINGDAMAGED', 'a leaf of version %s votes for no class', origin.version)
    end
    parts[numParts + 1] = 'p=' .. whole(values[1]) .. ' '
    return numParts + 1
  end
  if not set then
    values = {}
  end
  local total = 0
  for i = 1, width do
    local value
    if isInteger then
      value = byte(buf, at + 1)
      if value < 128 then -- varint() without a call
        at = at + 1
      else
        value = varint()
      end
    else
      value = f64()
    end
    values[i], total = value, total + value
  end
  load.hasEmptyLeaf = load.hasEmptyLeaf or total == 0
  if aggregation == 5 and load.weights then
    values[1] = values[1] * load.weights[load.tree]
  elseif aggregation == 2 and total ~= 0 and not load.form.isDivided then
    for i = 1, width do
      values[i] = values[i] / total
    end
  end
  if not set then
    local leaves = model.leaves
    leaves[#leaves + 1] = values
    parts[numParts + 1] = 'p=L[' .. #leaves .. '] '
    return numParts + 1
  end
  for i = 1, width do
    local sources, value = load.valueSources[i], values[i]
    parts[numParts + i] = sources and sources[value] or valueSource(load, i, value)
  end
  return numParts + width
end

-- The source that adds the zero row's leaf, which was read last.
local function zeroLeafSource(model, load, parts, from, to)
  local values, form = load.values, load.form
  if model.aggregation == 3 then
    return 'A[' .. whole(values[1]) .. ']=A[' .. whole(values[1]) .. ']+' .. load.weight .. ' '
  elseif not form.set then
    return concat(parts, '', from, to) .. form.addLeaf
  end
  local total, source = 0, {}
  for i = 1, model.width do
    total = total + values[i]
  end
  for i = 1, model.width do
    source[i] = form.add[i] .. number(form.isDivided and total ~= 0 and values[i] / total or values[i]) .. ' '
  end
  return concat(source)
end

local function beginTree(model, load)
  local tree = load.tree
  load.numParts, load.depth, load.treeNodes, load.firstNode, load.hasEmptyLeaf = 0, 0, 0, load.numNodes, false
  load.weight = model.aggregation == 3 and number(load.weights and load.weights[tree] or 1)
  if tree % model.groupTrees == 1 then
    local marks = {}
    for i = 1, model.groupTrees do
      marks[i] = 0
    end
    load.treeMarks = marks
  end
  model.markOf[tree] = load.treeMarks
end

-- Reads nodes of the current tree until it is complete or the budget is used up; returns the budget left.
local function readTree(model, load, budget)
  local parts, numParts, depth, tree, size = load.parts, load.numParts, load.depth, load.tree, load.treeNodes
  local starts, sizes, isRight, isZero, zeroLeft = load.starts, load.sizes, load.isRight, load.isZero, load.goesLeft
  local slotOf, sourceOf = load.slotOf, load.sourceOf
  repeat
    if #buf - at < load.nodeBytes then
      want(load.nodeBytes)
    end
    local k = byte(buf, at + 1)
    if k < 128 then
      at = at + 1
    else
      k = varint()
    end
    load.numNodes = load.numNodes + 1
    local onZeroPath = depth == 0 or (isZero[depth] and zeroLeft[depth] ~= isRight[depth])
    if k > 0 then
      if depth == 100 then
        fail('KINDLINGDAMAGED', 'a path of version %s holds over 100 splits', origin.version)
      end
      local i = k % SPLIT_PAGE
      local page = (k - i) / SPLIT_PAGE
      local slot, source = slotOf[page][i], sourceOf[page][i]
      if not source then
        source = splitSource(load, k, slot)
        sourceOf[page][i] = source
      end
      depth, numParts = depth + 1, numParts + 1
      parts[numParts] = source
      starts[depth], sizes[depth], isRight[depth], isZero[depth] = numParts, size, false, onZeroPath
      if onZeroPath then
        local zero = load.zeroOf[slot]
        if zero then
          zeroLeft[depth] = k >= zero
          keepZeroSplit(load, k >= zero and load.up or load.down, slot, k - zero, tree)
        else
          zeroLeft[depth] = load.zeroLeft[k]
          keepZeroSplit(load, load.up, slot, 0, tree)
        end
      end
      size, budget = size + 1, budget - 1
    else
      local from = numParts + 1
      numParts = readLeaf(model, load, parts, numParts)
      size, budget = size + load.leafNodes, budget - load.leafNodes
      if onZeroPath then
        load.zeroLeaf = zeroLeafSource(model, load, parts, from, numParts)
      end
      while depth > 0 and isRight[depth] do
        numParts = numParts + 1
        parts[numParts] = 'end '
        if size - sizes[depth] >= CUT_NODES and depth > 1 then
          load.numParts = numParts
          compilePiece(model, load, starts[depth])
          numParts = load.numParts
          budget = budget - (size - sizes[depth])
          size = sizes[depth] + 1
        end
        depth = depth - 1
      end
      if depth > 0 then
        isRight[depth] = true
        numParts = numParts + 1
        parts[numParts] = 'else '
      end
    end
  until depth == 0 or budget <= 0
  load.numParts, load.depth, load.treeNodes = numParts, depth, size
  return budget
end

-- The finished tree as source, waiting to be put into a group.
local function finishTree(model, load)
  local source, add = load.zeroLeaf, load.form.addLeaf
  if load.numNodes - load.firstNode > 1 then -- treeNodes does not tell: what was cut out counts as one
    if model.aggregation == 3 then
      add = 'A[p]=A[p]+' .. load.weight .. ' '
    elseif load.form.isDivided and load.hasEmptyLeaf then
      add = gsub(add, '^(t=%S+ )(.*)$', '%1if t~=0 then %2end ')
    end
    local mark = (load.tree - 1) % model.groupTrees + 1
    source = 'if D[' .. mark .. ']==n then ' .. concat(load.parts, '', 1, load.numParts) .. add .. 'else ' .. source .. 'end '
  end
  load.waiting, load.waitingNodes = source, load.treeNodes
  load.tree = load.tree + 1
end

--[[
What placing a row needs of a slot, in one table, which model.slots gives by feature:

  1, 2   page of X, position in it
  3      where the splits stand that a value above 0 leaves: rank, marks and position in them of the tree, ascending by
         rank, then infinity. A value of rank r marks all with a rank below r.
  4      where `below` stands, or false if there are no negative thresholds
  5      false; how many thresholds follow if a search is worth it; true for categories, of which all mark
  6...   thresholds that are not negative, ascending, then infinity

below:
  +0     where the splits stand that a negative value leaves, as above, by rank -1 - rank
  +1     as 5
  +2...  negative thresholds, descending, then NaN
]]

local function putZeroSplits(model, load, parts, i, isUp)
  local zero, n = load.zero, #parts
  local ranks, trees, order = zero.rank, zero.tree, {}
  while i do
    order[#order + 1] = i
    i = zero.next[i]
  end
  if order[2] then
    sort(order, function(one, other)
      return isUp == (ranks[one] < ranks[other]) and ranks[one] ~= ranks[other]
    end)
  end
  for k = 1, #order do
    local rank, tree = ranks[order[k]], trees[order[k]]
    parts[n + 1] = isUp and rank or -1 - rank
    parts[n + 2], parts[n + 3] = model.markOf[tree], (tree - 1) % model.groupTrees + 1
    n = n + 3
  end
  parts[n + 1] = 1 / 0
end

local function finishSlot(model, load, slot)
  local first, zero = load.firstOf[slot], load.zeroOf[slot]
  local last = (load.firstOf[slot + 1] or load.numSplits + 1) - 1
  local parts, n = {
    X[pageOf(slot)], (slot - 1) % PAGE_SLOTS + 1, 0, false, not zero or (last - zero >= LINEAR and last - zero + 1),
  }, 5
  for i = zero or 1, zero and last or 0 do
    n = n + 1
    parts[n] = thresholdOf(load, i)
  end
  parts[3], parts[n + 1] = n + 2, 1 / 0
  putZeroSplits(model, load, parts, load.up[slot], true)
  if zero and zero > first then
    local below = #parts + 1
    parts[4], parts[below], parts[below + 1] = below, 0, zero - first > LINEAR and zero - first
    n = below + 1
    for i = zero - 1, first, -1 do
      n = n + 1
      parts[n] = thresholdOf(load, i)
    end
    parts[below], parts[n + 1] = n + 2, 0 / 0
    putZeroSplits(model, load, parts, load.down[slot], false)
  end
  parts = #parts <= 4 * PORTION and { unpack(parts) } or parts -- of exactly the size
  local slots, feature = model.slots, load.featureOf[slot]
  if slots[feature] then
    model.also[slots[feature]], model.hasAlso = parts, true
  else
    slots[feature] = parts
  end
  return #parts
end

-- Goes on as far as the budget reaches. Returns whether the forest is complete, and the budget left.
local function advance(model, load, budget)
  budget = readSplits(model, load, budget)
  while budget > 0 do
    local isRead = load.tree > model.trees and not load.waiting
    if load.groupTrees > 0 and (isRead or load.waiting and (
        (load.tree - 1) % model.groupTrees == 1 or load.groupNodes + load.waitingNodes > GROUP_NODES)) then
      if load.groupNodes > budget then
        return false, 0
      end
      budget = budget - load.groupNodes
      compileGroup(model, load)
    elseif load.waiting then
      load.groupTrees, load.groupNodes = load.groupTrees + 1, load.groupNodes + load.waitingNodes
      load.group[load.groupTrees], load.waiting = load.waiting, nil
    elseif isRead and load.numFinished < load.numSlots then
      load.numFinished = load.numFinished + 1
      budget = budget - finishSlot(model, load, load.numFinished)
    elseif isRead then
      if origin.base + at ~= load.finish or load.numNodes ~= load.nodes then
        fail('KINDLINGDAMAGED', 'version %s does not end where its last tree does', origin.version)
      end
      -- Sets about as many marks as there are trees: more are not worth it.
      model.maxSet = load.zero.count < MAX_ZERO_SPLITS and load.numSlots * model.trees / load.zero.count or 0
      return true, budget
    else
      if load.numParts == 0 then
        beginTree(model, load)
      end
      budget = readTree(model, load, budget)
      if load.depth == 0 then
        finishTree(model, load)
        load.numParts = 0
      end
    end
  end
  return false, 0
end

-- One slice, which a small forest always is. Returns whether it is complete.
local function advanceForest(model, load)
  local isSmall = model.nodes < SMALL_NODES and #origin.chunks <= SMALL_CHUNKS
  return (advance(model, load, isSmall and 1 / 0 or SLICE_COST))
end
