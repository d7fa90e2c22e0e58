#!lua name=kindling
-- version: 1
--[[
Serves model hashes (docs/format/model-v1.md) inside Redis; the contract is docs/functions.md.

KEYS   one: the hash of a model, kindling:model:{name}. Only HGET and HMGET are called, on that key.
ARGV   [@vN] features..., by function.
Needs  Redis 7.0 or Valkey. No function writes, so each works through FCALL_RO on a replica.
Cost   O(trees x depth) a row; a call compiles one slice at most.

In reading order: the numbers that bound a call, errors, features, the compiler, the decoder, the cache, the
answers, the functions. What makes it fast:

- Trees become Lua functions generated from decoded numbers, about 4,000 nodes each: `if X[7]<=0.5 then ...`. A
  function adds up its trees in order, so a tree costs no call, and its trees share constants, which are the
  larger part of the memory.
- X holds the current row, 0 where it names nothing. A feature has a slot in X only if a split looks at it.
- In most trees a sparse row takes the path that the zero row takes. The splits on that path stand in lists by
  slot. What a row sets marks the trees whose path may be another; the others answer with the zero row's leaf,
  which their function holds too. Sums stay in tree order, so answers stay exact.
]]

local SLICE_NODES = 4000
local CUT_NODES = 2000 -- a finished subtree of this size becomes a function of its own
local GROUP_TREES = 64
local SMALL_CLASSES = 64 -- with more, a leaf is a table and sums do not stand in registers
local CLASSES_A_NODE = 8 -- a leaf counts as a node more for each so many classes
local MAX_CACHED_NODES = 2000000
local MAX_BATCH_COST = 4000000
local MAX_FEATURE_BYTES = 262144
local MAX_CLASSES = 10000
local MAX_TREES = 100000
local MAX_METADATA_BYTES = 1000000
local MAX_CHUNK_BYTES = 60000
local MAX_ZERO_SPLITS = 500000
local MAX_KEPT_CONDITIONS = 65536
local PORTION = 1000 -- pairs of msgpack unpacked at once; Lua's C stack holds 8,000 values
local PAGE = 4096 -- entries of a table that may grow to millions and must not be rehashed at once

-- While a library loads no global exists but redis; these are fetched by the first call.
local byte, find, format, gmatch, match, sub, concat, floor, exp
local tonumber, tostring, type, pairs, pcall, error, loadstring, unpackStruct, unpackLimit, decodeJson

local function fetchGlobals()
  byte, find, format, gmatch = string.byte, string.find, string.format, string.gmatch
  match, sub, concat, floor, exp = string.match, string.sub, table.concat, math.floor, math.exp
  tonumber, tostring, type, pairs = _G.tonumber, _G.tostring, _G.type, _G.pairs
  pcall, error, loadstring = _G.pcall, _G.error, _G.loadstring
  unpackStruct, unpackLimit, decodeJson = struct.unpack, cmsgpack.unpack_limit, cjson.decode
end

------------------------------------------------------------------------------------------------------- errors

local function fail(code, text, ...)
  error(code .. ' ' .. format(text, ...), 0)
end

-- A caller's text inside an error line.
local function shown(text)
  if #text > 60 then
    text = sub(text, 1, 57) .. '...'
  end
  return (string.gsub(text, '[%c\128-\255]', '?'))
end

local function whole(number)
  return format('%.0f', number)
end

----------------------------------------------------------------------------------------------------- features

local X = {} -- the row: slot -> value, all 0 between calls
local T = {} -- the slots that the row sets; those of earlier rows may stand behind them

local function clean()
  for i = 1, #T do
    X[T[i]] = 0
  end
end

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

-- Each reader puts a row into X and T and returns how many slots it set.

local function readText(model, text)
  if text == '' then
    return 0
  end
  local slots, features, set, pair, last, seen = model.slots, model.features, 0, 0, -1, nil
  for piece in gmatch(text .. ',', '([^,]*),') do
    pair = pair + 1
    local digits, written = match(piece, '^(%d+):([%w.+-]+)$')
    local value = written and (WORDS[written] or (find(written, '^[%d.-][%d.eE+-]*$') and tonumber(written)))
    if not value then
      failPair(pair, piece)
    end
    local index = tonumber(digits)
    if index >= features then
      failOutOfRange(model, index)
    end
    if index <= last and not seen then
      seen = {}
      local earlier = 0
      for before in gmatch(text, '(%d+):') do
        earlier = earlier + 1
        if earlier == pair then
          break
        end
        seen[tonumber(before)] = true
      end
    end
    if seen then
      if seen[index] then
        fail('KINDLINGARG', 'index %s comes twice', whole(index))
      end
      seen[index] = true
    end
    last = index
    local slot = slots[index]
    if slot and value ~= 0 then
      set = set + 1
      T[set] = slot
      X[slot] = value
    end
  end
  return set
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

local function checkNumber(index, value)
  if type(value) ~= 'number' then
    fail('KINDLINGARG', 'msgpack value of index %s is a %s, allowed are numbers', whole(index), type(value))
  end
end

-- Reads a map again, slowly, to find what is wrong with it. Nothing is if its indices only do not ascend.
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
    checkNumber(index, value)
    seen[index] = true
  end
end

local function checkArray(text, count, offset)
  for index = 0, count - 1 do
    local value
    value, offset = nextObject(text, offset)
    checkNumber(index, value)
  end
end

-- Comparing what is not a number with one is an error of Lua's, which sends the row to the slow checks.
local function readMap(model, text, count, offset)
  local slots, features, set, last, good = model.slots, model.features, 0, -1, true
  for first = 1, count, PORTION do
    local pairsLeft = count - first + 1
    local last2 = 2 * (pairsLeft < PORTION and pairsLeft or PORTION)
    local objects = { unpackLimit(text, last2, offset) }
    offset = objects[1]
    for i = 2, last2, 2 do
      local index, value = objects[i], objects[i + 1]
      if index > last then
        last = index
      else
        good = false
      end
      local slot = slots[index]
      if value < 0 or value > 0 or value ~= value then
        if slot then
          set = set + 1
          T[set] = slot
          X[slot] = value
        end
      end
      if not slot and (index >= features or index % 1 ~= 0) then
        good = false
      end
    end
  end
  return set, offset, good
end

local function readArray(model, text, count, offset)
  local slots, set = model.slots, 0
  for first = 0, count - 1, PORTION do
    local objects = { unpackLimit(text, PORTION < count - first and PORTION or count - first, offset) }
    offset = objects[1]
    local before = first - 2
    for i = 2, (PORTION < count - first and PORTION or count - first) + 1 do
      local value = objects[i]
      if value < 0 or value > 0 or value ~= value then
        local slot = slots[before + i]
        if slot then
          set = set + 1
          T[set] = slot
          X[slot] = value
        end
      end
    end
  end
  return set, offset, true
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
  if not isMap and count ~= model.features then
    fail('KINDLINGARG', 'msgpack array has %s values, the model has %s features', whole(count), whole(model.features))
  elseif count > #text then
    fail('KINDLINGARG', 'msgpack is truncated')
  end
  local read, set, after, good = pcall(isMap and readMap or readArray, model, text, count, offset)
  if count == 0 then
    after = #text > offset and offset or -1
  end
  if not (read and good) then
    if isMap then
      checkMap(model, text, count, offset)
    else
      checkArray(text, count, offset)
    end
    if not read then
      error(set, 0)
    end
  end
  if after ~= -1 then
    fail('KINDLINGARG', 'msgpack is followed by %d more bytes', #text - after)
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

----------------------------------------------------------------------------------------------------- compiler

--[[
Trees arrive in preorder and leave as source: a split is `if X[slot]<=threshold then`, a leaf sets the values of
its classes, p1 to pW, or p alone where a leaf votes or is a table. A function of whole trees is

  function(X,D,n,a1,...,aW)
    local p1,...,pW
    if D[1]==n then <tree> else <leaf of the zero row> end  a1=a1+p1 ... aW=aW+pW
    if D[2]==n then ...
    return a1,...,aW
  end

D[i]==n holds where the i-th tree is marked. A large subtree becomes C[i], which returns its leaf's values.
]]

-- What Lua reads back as the same double.
local function number(value)
  if value ~= value then
    fail('KINDLINGDAMAGED', 'a number of the model is NaN')
  elseif value == 1 / 0 then
    return '1e999'
  elseif value == -1 / 0 then
    return '-1e999'
  end
  return format('%.17g', value)
end

local function names(prefix, count)
  local list = {}
  for i = 1, count do
    list[i] = prefix .. i
  end
  return concat(list, ',')
end

-- The parts of source that depend on how leaves are added up.
local function sourceForm(model)
  local width, form = model.classes, {}
  if model.aggregation == 4 or model.aggregation == 5 then
    width = 1
  end
  model.width = width
  if model.aggregation == 3 then -- a leaf is the position of a sum
    form.locals, form.sums, form.answer = 'p', 'A', ''
  elseif width > SMALL_CLASSES then -- a leaf is a table
    form.locals, form.sums, form.answer = 'p', 'A', ''
    form.add = 'for j=1,' .. width .. ' do A[j]=A[j]+p[j] end '
  else
    form.locals, form.sums, form.set = names('p', width), names('a', width), {}
    form.answer = 'return ' .. form.sums .. ' '
    local add = {}
    for i = 1, width do
      add[i] = 'a' .. i .. '=a' .. i .. '+p' .. i .. ' '
      form.set[i] = 'p' .. i .. '='
    end
    form.add = concat(add)
  end
  local run
  if form.set then
    run = format(
      'local F,D,X,n,A,all=... local %s=%s for g=1,#F do %s=F[g](X,all or D[g],n,%s) end %s=%s',
      form.sums, string.rep('0,', width - 1) .. '0', form.sums, form.sums,
      string.gsub(form.sums, 'a(%d+)', 'A[%1]'), form.sums)
  else
    run = 'local F,D,X,n,A,all=... for j=1,' .. width .. ' do A[j]=0 end for g=1,#F do F[g](X,all or D[g],n,A) end'
  end
  return form, loadstring(run, '=r')
end

local function compile(model, source)
  local chunk, problem = loadstring(source, '=t')
  if not chunk then
    fail('KINDLINGDAMAGED', 'a tree cannot be compiled: %s', problem)
  end
  return chunk(model.pieces, model.leaves, model.sets)
end

local HEAD = 'local C,L,Q=... return function(X'

-- Lua addresses the first 256 constants of a function directly and loads each of the others first, so those that
-- are used most come first, in a statement that is never run.
local function frequent(load)
  local list, count = {}, 0
  for constant, uses in pairs(load.uses) do
    if uses > 2 and count < 240 then
      count = count + 1
      list[count] = number(constant)
    end
  end
  load.uses = {}
  return count == 0 and '' or 'if not X then local p=' .. concat(list, ' p=') .. ' end '
end

local function compilePiece(model, load, from)
  local form, parts, pieces = load.form, load.parts, model.pieces
  local body = concat(parts, '', from, load.numParts)
  pieces[#pieces + 1] = compile(
    model, HEAD .. ') local ' .. form.locals .. ' ' .. body .. 'return ' .. form.locals .. ' end')
  parts[from] = form.locals .. '=C[' .. #pieces .. '](X) '
  load.numParts = from
end

local function compileGroup(model, load)
  local form, groups, marks = load.form, model.groups, {}
  for i = 1, GROUP_TREES do
    marks[i] = 0
  end
  groups[#groups + 1] = compile(
    model,
    HEAD .. ',D,n,' .. form.sums .. ') ' .. frequent(load) .. 'local ' .. form.locals .. ' '
      .. concat(load.group, '', 1, load.groupTrees) .. form.answer .. 'end')
  model.marks[#groups] = marks
  for tree = #model.markOf + 1, #model.markOf + load.groupTrees do
    model.markOf[tree] = marks
  end
  load.groupTrees, load.groupNodes = 0, 0
end

------------------------------------------------------------------------------------------------------ decoder

local buf, at = '', 0 -- bytes of the version that is being read, and how many of them are used

local function readChunk(load, key)
  local field = load.version .. ':' .. load.numRead
  local chunk = redis.call('HGET', key, field)
  local sha = load.chunks[load.numRead + 1]
  if not chunk then
    fail('KINDLINGMISSING', "chunk %s of model '%s' is missing", field, shown(key))
  elseif #chunk > MAX_CHUNK_BYTES then
    fail('KINDLINGDAMAGED', 'chunk %s has %d bytes, allowed are %d', field, #chunk, MAX_CHUNK_BYTES)
  elseif redis.sha1hex(chunk) ~= sha then
    fail('KINDLINGDAMAGED', 'chunk %s does not match its SHA-1', field)
  end
  load.numRead = load.numRead + 1
  load.base = load.base + at
  buf = sub(buf, at + 1) .. chunk
  at = 0
end

local function require(load, key, count)
  while #buf - at < count and load.chunks[load.numRead + 1] do
    readChunk(load, key)
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
  at = at + 1
  local octet = byte(buf, at)
  if octet < 128 then
    return octet
  end
  local value, unit = octet - 128, 128
  repeat
    at = at + 1
    octet = byte(buf, at)
    value = value + octet % 128 * unit
    unit = unit * 128
  until octet < 128
  return value
end

local function readHead(model, load, key)
  require(load, key, 36)
  if #buf < 36 or sub(buf, 1, 4) ~= 'KNDL' then
    fail('KINDLINGDAMAGED', 'version %s does not begin as a model does', load.version)
  end
  local formatVersion, kind = byte(buf, 5, 6)
  if formatVersion ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has format %d, this library reads 1', load.version, formatVersion)
  elseif kind ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has kind %d, this library reads 1 (forest)', load.version, kind)
  end
  local flags
  model.aggregation, load.integers, flags = byte(buf, 13, 15)
  at = 16
  model.features, model.classes, model.trees = u32(), u32(), u32()
  load.nodes, load.splits = u32(), u32()
  if model.aggregation < 1 or model.aggregation > 5 then
    fail('KINDLINGFORMAT', 'version %s has aggregation %d, this library reads 1 to 5', load.version, model.aggregation)
  elseif model.classes > MAX_CLASSES then
    fail('KINDLINGLIMIT', 'version %s has %s classes, allowed are %d', load.version, whole(model.classes), MAX_CLASSES)
  elseif model.trees > MAX_TREES then
    fail('KINDLINGLIMIT', 'version %s has %s trees, allowed are %d', load.version, whole(model.trees), MAX_TREES)
  end
  if flags % 2 == 1 then
    model.thresholds = {}
    require(load, key, 8 * model.classes)
    for i = 1, model.classes do
      model.thresholds[i] = f64()
    end
  end
  if flags >= 2 then
    load.weights = {}
    require(load, key, 8 * model.trees)
    for i = 1, model.trees do
      load.weights[i] = f64()
    end
  end
  load.form, model.run = sourceForm(model)
  load.leafNodes = 1 + floor(model.width / CLASSES_A_NODE)
  load.leafBytes = 8 + 8 * model.width
end

-- The split table: for each split the source of its condition, and what the zero row needs to know.

local function keepSplit(load, slot, threshold, condition)
  local k = load.numSplits
  local page = (k - k % PAGE) / PAGE
  if k % PAGE == 0 then
    load.slotOf[page], load.thresholdOf[page], load.sourceOf[page] = {}, {}, {}
  end
  load.slotOf[page][k % PAGE + 1] = slot
  load.thresholdOf[page][k % PAGE + 1] = threshold
  load.sourceOf[page][k % PAGE + 1] = condition and 'if ' .. condition .. ' then '
  load.numSplits = k + 1
end

-- The condition of a categorical split whose table of bits stands next, and whether 0 goes left.
local function readCategories(model, load, key, slot)
  require(load, key, 8)
  local arity = varint()
  local othersLeft = arity % 2 == 1
  arity = floor(arity / 2)
  local bytes = floor((arity + 7) / 8)
  require(load, key, bytes)
  local set, size, one, zeroLeft = {}, 0, nil, nil -- the categories that go another way than the others
  for first = 0, arity - 1, 8 do
    at = at + 1
    local bits = byte(buf, at)
    for category = first, first + 7 < arity and first + 7 or arity - 1 do
      local left = bits % 2 == 1
      bits = floor(bits / 2)
      if category == 0 then
        zeroLeft = left
      end
      if left ~= othersLeft then
        set[category] = true
        size, one = size + 1, category
      end
    end
  end
  if size == 1 then
    return 'X[' .. slot .. (othersLeft and ']~=' or ']==') .. one, zeroLeft, bytes
  end
  local sets = model.sets
  sets[#sets + 1] = set
  return (othersLeft and 'not ' or '') .. 'Q[' .. #sets .. '][X[' .. slot .. ']]', zeroLeft, bytes
end

local function readSplits(model, load, key, budget)
  local slots = model.slots
  while load.numSplits < load.splits and budget > 0 do
    require(load, key, 32)
    if load.left == 0 then
      load.feature = load.feature + varint()
      local count = varint()
      load.left, load.floatBytes = floor(count / 2), count % 2 == 1 and 4 or 8
      load.isCategorical = false
      model.numSlots = model.numSlots + 1
      slots[load.feature] = model.numSlots
      X[model.numSlots] = X[model.numSlots] or 0
    end
    local slot = model.numSlots
    if not load.isCategorical then
      local layout = load.floatBytes == 4 and '<f' or '<d'
      while load.left > 0 and budget > 0 do
        require(load, key, 8)
        local threshold = unpackStruct(layout, buf, at + 1)
        at = at + load.floatBytes
        load.left, budget = load.left - 1, budget - 1
        keepSplit(load, slot, threshold)
      end
      if load.left == 0 then
        require(load, key, 8)
        load.left, load.isCategorical = varint(), true
      end
    else
      local condition, zeroLeft, cost = readCategories(model, load, key, slot)
      load.left, budget = load.left - 1, budget - cost
      load.zeroLeft[load.numSplits] = zeroLeft
      keepSplit(load, slot, 0 / 0, condition)
    end
  end
  return budget
end

-- Trees.

-- The splits on the zero row's paths, as lists by slot: `up` of those that a value above the threshold (or NaN)
-- leaves, `down` of those that a value up to it leaves. A categorical split's threshold is NaN: every value marks.
local function keepZeroSplit(model, heads, slot, threshold, tree)
  local zero = model.zero
  local i = zero.count + 1
  zero.count, zero.threshold[i], zero.tree[i], zero.next[i] = i, threshold, tree, heads[slot] or false
  heads[slot] = i
end

local function splitSource(load, page, i, slot, threshold)
  local source = load.sourceOf[page][i]
  if not source then
    source = 'if X[' .. slot .. ']<=' .. number(threshold) .. ' then '
    if load.splits <= MAX_KEPT_CONDITIONS then
      load.sourceOf[page][i] = source
    end
  end
  return source
end

local function leafNumber(load, value)
  local text = load.numbers[value]
  if not text then
    text = number(value) .. ' '
    load.numNumbers = load.numNumbers + 1
    if load.numNumbers > SLICE_NODES then
      load.numbers, load.numNumbers = {}, 0
    end
    load.numbers[value] = text
  end
  return text
end

-- Reads a leaf's values and appends what sets them; returns the new number of parts.
local function readLeaf(model, load, parts, numParts)
  local read, aggregation, width, form = load.integers == 1 and varint or f64, model.aggregation, model.width, load.form
  if aggregation == 3 then
    local class = read()
    if not (class >= 0 and class < model.classes and class % 1 == 0) then
      fail('KINDLINGDAMAGED', 'a leaf of version %s votes for no class', load.version)
    end
    parts[numParts + 1] = 'p=' .. whole(class + 1) .. ' '
    return numParts + 1
  elseif width == 1 then
    local value = read()
    if aggregation == 5 and load.weights then
      value = value * load.weights[load.tree]
    elseif aggregation == 2 then
      value = value ~= 0 and value / value or 0
    end
    parts[numParts + 1], parts[numParts + 2] = 'p1=', leafNumber(load, value)
    return numParts + 2
  end
  local values, total = load.values, 0
  if not form.set then
    values = {}
  end
  for i = 1, width do
    local value = read()
    values[i] = value
    total = total + value
  end
  if aggregation == 2 and total ~= 0 then
    for i = 1, width do
      values[i] = values[i] / total
    end
  end
  if form.set then
    local set = form.set
    for i = 1, width do
      parts[numParts + 1], parts[numParts + 2] = set[i], leafNumber(load, values[i])
      numParts = numParts + 2
    end
    return numParts
  end
  local leaves = model.leaves
  leaves[#leaves + 1] = values
  parts[numParts + 1] = 'p=L[' .. #leaves .. '] '
  return numParts + 1
end

-- Reads nodes of the current tree until it is complete or the budget is used up; returns the budget left.
local function readTree(model, load, key, budget)
  local parts, numParts, depth, tree = load.parts, load.numParts, load.depth, load.tree
  local starts, sizes, isRight, onZero, zeroLeft = load.starts, load.sizes, load.isRight, load.onZero, load.zeroIsLeft
  local uses, leafBytes, size = load.uses, load.leafBytes, load.treeNodes
  repeat
    require(load, key, leafBytes)
    local token = varint()
    load.numNodes = load.numNodes + 1
    local isOnZero = depth == 0 or (onZero[depth] and zeroLeft[depth] ~= isRight[depth])
    if token > 0 then
      if depth == 100 then
        fail('KINDLINGDAMAGED', 'a path of version %s holds over 100 splits', load.version)
      end
      local k = token - 1
      local page, i = (k - k % PAGE) / PAGE, k % PAGE + 1
      local slot, threshold = load.slotOf[page][i], load.thresholdOf[page][i]
      depth = depth + 1
      starts[depth], sizes[depth], isRight[depth], onZero[depth] = numParts + 1, size, false, isOnZero
      uses[slot] = (uses[slot] or 0) + 1
      if threshold == threshold then
        uses[threshold] = (uses[threshold] or 0) + 1
      end
      if isOnZero then
        local left = 0 <= threshold
        if threshold ~= threshold then
          left = load.zeroLeft[k]
        end
        zeroLeft[depth] = left
        keepZeroSplit(model, (left or threshold ~= threshold) and model.zero.up or model.zero.down, slot, threshold, tree)
      end
      size, budget = size + 1, budget - 1
      numParts = numParts + 1
      parts[numParts] = splitSource(load, page, i, slot, threshold)
    else
      local from = numParts + 1
      numParts = readLeaf(model, load, parts, numParts)
      size, budget = size + load.leafNodes, budget - load.leafNodes
      if isOnZero then
        load.zeroLeaf = concat(parts, '', from, numParts)
      end
      while depth > 0 and isRight[depth] do
        numParts = numParts + 1
        parts[numParts] = 'end '
        if size - sizes[depth] >= CUT_NODES and depth > 1 then
          load.numParts = numParts
          compilePiece(model, load, starts[depth])
          numParts, uses = load.numParts, load.uses
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
  local body, mark = concat(load.parts, '', 1, load.numParts), (load.tree - 1) % GROUP_TREES + 1
  if body ~= load.zeroLeaf then
    body = 'if D[' .. mark .. ']==n then ' .. body .. 'else ' .. load.zeroLeaf .. 'end '
  end
  local add = load.form.add
  if model.aggregation == 3 then
    add = 'A[p]=A[p]+' .. number(load.weights and load.weights[load.tree] or 1) .. ' '
  end
  load.waiting, load.waitingNodes = body .. add, load.treeNodes
  load.numParts, load.treeNodes, load.tree = 0, 0, load.tree + 1
end

-- One slice: reading costs a unit a node, compiling another. Returns true when the version is complete.
local function advance(model, load, key)
  local budget = readSplits(model, load, key, 2 * SLICE_NODES)
  while budget > 0 do
    local isLast = load.tree > model.trees
    if load.groupTrees > 0 and (isLast or load.waiting)
        and (isLast or load.groupTrees == GROUP_TREES or load.groupNodes + load.waitingNodes > SLICE_NODES) then
      if load.groupNodes > budget then
        return false
      end
      budget = budget - load.groupNodes
      compileGroup(model, load)
    end
    if load.waiting then
      load.groupTrees, load.groupNodes = load.groupTrees + 1, load.groupNodes + load.waitingNodes
      load.group[load.groupTrees], load.waiting = load.waiting, nil
    elseif isLast then
      if load.base + at ~= load.bytes - 4 or load.numNodes ~= load.nodes then
        fail('KINDLINGDAMAGED', 'version %s does not end where its last tree does', load.version)
      end
      return true
    else
      budget = readTree(model, load, key, budget)
      if load.depth == 0 then
        finishTree(model, load)
      end
    end
  end
  return false
end

-------------------------------------------------------------------------------------------------------- cache

local cache, cachedNodes, clock = {}, 0, 0 -- identity -> model, compiled or compiling

local function drop(id)
  cachedNodes = cachedNodes - cache[id].nodes
  cache[id] = nil
end

-- Makes room for a version, dropping those that were not used for longest.
local function admit(model, version)
  local bound = model.bound
  for _, other in pairs(cache) do
    bound = other.bound > bound and other.bound or bound
  end
  if model.nodes > bound then
    fail('KINDLINGLIMIT', 'version %s has %s nodes, allowed are %s; maxNodes in its metadata raises the bound', version,
      whole(model.nodes), whole(bound))
  end
  while cachedNodes + model.nodes > bound do
    local oldest
    for id, other in pairs(cache) do
      if not oldest or other.used < cache[oldest].used then
        oldest = id
      end
    end
    drop(oldest)
  end
  cache[model.id] = model
  cachedNodes = cachedNodes + model.nodes
end

-- What begins to be compiled: the metadata read, the list of chunks compared with the identity, room made.
local function begin(key, version, id)
  local text = redis.call('HGET', key, version)
  if not text then
    fail('KINDLINGMISSING', "model '%s' has no version %s", shown(key), version)
  elseif #text > MAX_METADATA_BYTES then
    fail('KINDLINGLIMIT', 'metadata of version %s has %d bytes, allowed are %d', version, #text, MAX_METADATA_BYTES)
  end
  local decoded, meta = pcall(decodeJson, text)
  if not decoded or type(meta) ~= 'table' then
    fail('KINDLINGDAMAGED', 'metadata of version %s is not JSON', version)
  elseif meta.format ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has format %s, this library reads 1', version, shown(tostring(meta.format)))
  elseif type(meta.chunks) ~= 'table' or #meta.chunks == 0 or type(meta.bytes) ~= 'number' then
    fail('KINDLINGDAMAGED', 'metadata of version %s lacks bytes and chunks', version)
  elseif redis.sha1hex(concat(meta.chunks)) ~= id then
    fail('KINDLINGDAMAGED', 'chunks of version %s do not match its id', version)
  end
  local model = {
    id = id, ready = false, used = clock, numSlots = 0, slots = {}, groups = {}, marks = {}, markOf = {}, pieces = {},
    leaves = {}, sets = {}, bound = MAX_CACHED_NODES,
    zero = { count = 0, up = {}, down = {}, threshold = {}, tree = {}, next = {} },
  }
  if type(meta.maxNodes) == 'number' and meta.maxNodes > MAX_CACHED_NODES then
    model.bound = meta.maxNodes
  end
  local load = {
    version = version, chunks = meta.chunks, bytes = meta.bytes, numRead = 0, base = 0,
    numSplits = 0, left = 0, feature = -1, slotOf = {}, thresholdOf = {}, sourceOf = {}, zeroLeft = {},
    tree = 1, numNodes = 0, treeNodes = 0, parts = {}, numParts = 0, depth = 0, uses = {}, numbers = {}, numNumbers = 0,
    starts = {}, sizes = {}, isRight = {}, onZero = {}, zeroIsLeft = {}, values = {},
    group = {}, groupTrees = 0, groupNodes = 0,
  }
  buf, at = '', 0
  readHead(model, load, key)
  model.load = load
  model.nodes = load.nodes + (load.nodes + model.trees) / 2 * (load.leafNodes - 1)
  model.cost = load.nodes + model.trees * (model.classes > 0 and model.classes or 1)
  admit(model, version)
  return model
end

-- Goes one slice further; returns done and total.
local function slice(model, key, version)
  local load = model.load
  load.version = version
  buf, at = load.buf or buf, load.at or at
  local went, complete = pcall(advance, model, load, key)
  load.buf, load.at = buf, at
  buf, at = '', 0
  if not went then
    drop(model.id)
    if type(complete) == 'string' and not find(complete, '^%-?%u+ ') then -- neither ours nor Redis's own
      fail('KINDLINGDAMAGED', 'version %s cannot be read: %s', version, complete)
    end
    error(complete, 0)
  end
  local total = load.nodes + load.splits
  if complete then
    model.load, model.ready, model.total = nil, true, total
    return total, total
  end
  local done = load.numNodes + load.numSplits
  return done < total and done or total - 1, total
end

local versionOf = {} -- key -> the version that was live when last asked, a guess that saves a command
local numKeys = 0

local function noVersion(key, version)
  if redis.call('HGET', key, 'last') then
    fail('KINDLINGMISSING', "model '%s' has no %s", shown(key), version and 'version ' .. version or 'live version')
  end
  fail('KINDLINGMISSING', "key '%s' holds no model", shown(key))
end

-- The version that answers a call and its identity.
local function resolve(key, pin)
  if pin then
    local version = match(pin, '^@(v%d+)$')
    if not version then
      fail('KINDLINGARG', "version '%s' is not of the form @vN", shown(pin))
    end
    local id = redis.call('HGET', key, version .. ':id')
    return version, id or noVersion(key, version)
  end
  local guess = versionOf[key] or 'v1'
  local found = redis.call('HMGET', key, 'live', guess .. ':id')
  local version, id = found[1], found[2]
  if not version then
    noVersion(key)
  elseif version ~= guess then
    id = redis.call('HGET', key, version .. ':id')
    if not versionOf[key] then
      numKeys = numKeys + 1
      if numKeys > 1000 then
        versionOf, numKeys = {}, 1
      end
    end
    versionOf[key] = version
  end
  return version, id or noVersion(key, version)
end

-- The compiled version, or the error that tells how far it is.
local function compiled(key, pin)
  local version, id = resolve(key, pin)
  local model = cache[id]
  if not model or not model.ready then
    model = model or begin(key, version, id)
    local done, total = slice(model, key, version)
    if done < total then
      fail('KINDLINGCOLD', '%s/%s', whole(done), whole(total))
    end
  end
  clock = clock + 1
  model.used = clock
  return model, version
end

------------------------------------------------------------------------------------------------------ answers

local A = {} -- the sums of a row, one a class
local ALL = {} -- marks of a group whose trees all are to be walked
local mark = 0 -- a new number for each row, so that marks need not be wiped
for i = 1, GROUP_TREES do
  ALL[i] = true
end

-- Marks the trees whose path may differ from the zero row's; false if walking all is as good.
local function markTrees(model, set)
  local zero, trees = model.zero, model.trees
  if zero.count * set > trees * model.numSlots then
    return false
  end
  local up, down, thresholds, treeOf, next = zero.up, zero.down, zero.threshold, zero.tree, zero.next
  local markOf, n, count, most = model.markOf, mark, 0, trees * 0.8
  for k = 1, set do
    local slot = T[k]
    local value = X[slot]
    local i = up[slot]
    while i do
      if not (value <= thresholds[i]) then
        local tree = treeOf[i]
        markOf[tree][(tree - 1) % GROUP_TREES + 1] = n
        count = count + 1
      end
      i = next[i]
    end
    i = down[slot]
    while i do
      if value <= thresholds[i] then
        local tree = treeOf[i]
        markOf[tree][(tree - 1) % GROUP_TREES + 1] = n
        count = count + 1
      end
      i = next[i]
    end
    if count > most then
      return false
    end
  end
  return true
end

-- The sums of a row into A; the row is gone afterwards.
local function addUp(model, text)
  local set = readRow(model, text)
  mark = mark + 1
  if markTrees(model, set) then
    model.run(model.groups, model.marks, X, mark, A)
  else
    model.run(model.groups, model.marks, X, true, A, ALL)
  end
  for i = 1, set do
    X[T[i]] = 0
  end
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

local CLASS = {} -- '0', '1', ... from 1 on

local function class(position)
  local text = CLASS[position]
  if not text then
    text = whole(position - 1)
    CLASS[position] = text
  end
  return text
end

local function written(value)
  return value ~= value and 'nan' or format('%.17g', value)
end

-- The prediction as text from the sums in A.
local function prediction(model)
  local classes = model.classes
  if classes == 0 then
    return written(model.aggregation == 4 and A[1] / model.trees or A[1])
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
    return class(best)
  elseif model.aggregation == 5 then
    return A[1] > 0 and '1' or '0'
  end
  local best, most = 1, A[1]
  for i = 2, classes do
    if A[i] > most then
      best, most = i, A[i]
    end
  end
  return class(best)
end

---------------------------------------------------------------------------------------------------- functions

local function arity(name, keys, shape, args, fits)
  if #keys ~= 1 then
    fail('KINDLINGARG', '%s takes one key, got %d', name, #keys)
  elseif not fits then
    fail('KINDLINGARG', '%s takes %s, got %d arguments', name, shape, #args)
  end
end

-- The pin among the arguments, if there is one, and the position of what follows it.
local function pinned(args)
  local first = args[1]
  if first and byte(first) == 64 then
    return first, 2
  end
  return nil, 1
end

local function checkBytes(bytes)
  if bytes > MAX_FEATURE_BYTES then
    fail('KINDLINGLIMIT', 'features have %d bytes, allowed are %d', bytes, MAX_FEATURE_BYTES)
  end
end

local function predict(keys, args)
  local pin, first = pinned(args)
  if #keys ~= 1 or #args ~= first then
    arity('kindling_predict', keys, '[@version] features', args, #args == first)
  end
  local model = compiled(keys[1], pin)
  checkBytes(#args[first])
  addUp(model, args[first])
  return prediction(model)
end

local function explain(keys, args)
  local pin, first = pinned(args)
  arity('kindling_explain', keys, '[@version] features', args, #args == first)
  local model, version = compiled(keys[1], pin)
  checkBytes(#args[first])
  addUp(model, args[first])
  local raw, probability = {}, {}
  if model.classes > 0 and model.aggregation == 5 then
    raw[1], raw[2] = written(-A[1]), written(A[1])
  else
    for i = 1, model.classes do
      raw[i] = written(A[i])
    end
  end
  if model.classes > 0 and model.aggregation ~= 3 then
    probability = probabilities(model)
    for i = 1, model.classes do
      probability[i] = written(probability[i])
    end
  end
  return { 'prediction', prediction(model), 'raw', raw, 'probability', probability, 'version', version }
end

local function batch(keys, args)
  local pin, first = pinned(args)
  arity('kindling_batch', keys, '[@version] features...', args, #args >= first)
  local model = compiled(keys[1], pin)
  local rows, bytes, replies = #args - first + 1, 0, {}
  if rows > 1 and rows * model.cost > MAX_BATCH_COST then
    fail('KINDLINGLIMIT', 'batch costs %s (%d rows x %s), allowed are %d', whole(rows * model.cost), rows,
      whole(model.cost), MAX_BATCH_COST)
  end
  for i = first, #args do
    bytes = bytes + #args[i]
  end
  checkBytes(bytes)
  for row = 1, rows do
    local went, problem = pcall(addUp, model, args[first + row - 1])
    if not went then
      if type(problem) == 'string' then
        problem = string.gsub(problem, '^KINDLINGARG ', 'KINDLINGARG row ' .. row .. ': ')
      end
      error(problem, 0)
    end
    replies[row] = prediction(model)
  end
  return replies
end

local function warm(keys, args)
  arity('kindling_warm', keys, '[@version]', args, #args == 0 or (#args == 1 and byte(args[1]) == 64))
  local version, id = resolve(keys[1], args[1])
  local model = cache[id]
  if not model or not model.ready then
    model = model or begin(keys[1], version, id)
    model.used = clock
    return { slice(model, keys[1], version) }
  end
  return { model.total, model.total }
end

-- A function as Redis calls it: an error becomes the reply and leaves no row behind.
local function guarded(body)
  return function(keys, args)
    if not pcall then
      fetchGlobals()
    end
    local went, reply = pcall(body, keys, args)
    if went then
      return reply
    end
    clean()
    local text = type(reply) == 'table' and reply.err or tostring(reply) -- Redis's own are tables from 7.2 on
    if find(text, '^%-?WRONGTYPE') then
      text = "KINDLINGMISSING key '" .. shown(keys[1]) .. "' is not a hash"
    end
    return redis.error_reply(text)
  end
end

local function register(name, body)
  redis.register_function { function_name = name, callback = guarded(body), flags = { 'no-writes' } }
end

register('kindling_predict', predict)
register('kindling_explain', explain)
register('kindling_batch', batch)
register('kindling_warm', warm)
register('kindling_version', function()
  return 1
end)
