#!lua name=kindling
-- version: 2
--[[
Serves model hashes (docs/format/model-v1.md) inside Redis; the contract is docs/functions.md.

KEYS   one: the hash of a model, kindling:model:{name}. Only HGET and HMGET are called, on that key.
ARGV   [@vN], then features, or names and values of fields, by function.
Needs  Redis 7.0 or Valkey. No function writes, so each works through FCALL_RO on a replica.
Cost   O(trees x depth) a row, and of a pipeline O(numbers of its stages); a call compiles one slice at most.

In reading order: the numbers that bound a call, errors, features, the source of trees, the bytes of a forest, the cache,
the answers of a forest; vectors, fields, stages, the bytes and answers of a pipeline; the functions. Why forests are fast:

- Trees become Lua functions generated from decoded numbers, thousands of nodes each: `if x1[7]<=3 then ...`. A
  function adds up its trees in order, so a tree costs no call.
- An instruction of Lua addresses a number directly as long as its function has no more than 256 constants, and
  constants are the larger part of a function's memory. So the numbers of a function are small integers that its splits
  and leaves share. A value is replaced by its rank among the thresholds of its feature, counted from where 0 stands.
  Leaves of unweighted classes hold their counts, and are divided by their sum when a row reaches them, as Spark does.
- In most trees a sparse row takes the path that the zero row takes. The splits on that path stand in lists by
  feature. What a row sets marks the trees whose path is another; the others add the zero row's leaf, which their
  function holds too. Sums stay in tree order, so answers stay exact.
]]

local SLICE_COST = 5000 -- of what a call compiles of a version: a unit for reading a node, another for compiling it
local SMALL_NODES = 4000 -- below that, a version is one slice
local SMALL_CHUNKS = 4 -- of a version below SMALL_NODES at most, unless it holds huge sets of categories
local CUT_NODES = 2000 -- a finished subtree of this size becomes a function of its own
local GROUP_NODES = 4000 -- nodes of a function of whole trees at most
local GROUP_TREES = 32 -- trees of a function at most, and at least a quarter of that
local GROUP_ZERO_VALUES = 160 -- values of zero rows' leaves of a function at most, within these bounds
local SPLIT_PAGE = 4096 -- splits of a page of the split table
local PAGE_SLOTS = 64 -- slots of a page of the row; also the step of the registers that make up larger counts
local MAX_PAGES = 44 -- that a function has in registers
local MAX_STEPS = 15 -- likewise
local SMALL_CLASSES = 64 -- with more, a leaf is a table and sums do not stand in registers
local CLASSES_A_NODE = 8 -- a leaf counts as a node more for each so many classes
local GARBAGE_STEP = 10 -- after a slice; Redis collects in every 50th call, and would free 100 MB at once there
local MAX_CACHED_NODES = 2000000
local MAX_BATCH_COST = 4000000
local MAX_FEATURE_BYTES = 262144
local MAX_CLASSES = 10000
local MAX_TREES = 100000
local MAX_METADATA_BYTES = 1000000
local MAX_CHUNK_BYTES = 60000
local MAX_ZERO_SPLITS = 500000
local LINEAR = 16 -- thresholds up to which looking at one after the other is as fast as a search
local PORTION = 1000 -- values that C hands over at once; Lua's C stack holds 8,000

-- While a library loads no global exists but redis; these are fetched by the first call.
local byte, find, format, gmatch, gsub, match, sub, concat, sort, floor, exp, collectGarbage
local log, pow, sqrt, abs, newCoroutine, resume, pause, status
local tonumber, tostring, type, pairs, ipairs, unpack, pcall, error, loadstring
local packStruct, unpackStruct, unpackMsgpack, unpackLimit, decodeJson

local function fetchGlobals()
  byte, find, format, gmatch, gsub = string.byte, string.find, string.format, string.gmatch, string.gsub
  match, sub, concat, floor, exp = string.match, string.sub, table.concat, math.floor, math.exp
  sort, collectGarbage = table.sort, _G.collectgarbage
  tonumber, tostring, type, pairs, ipairs, unpack = _G.tonumber, _G.tostring, _G.type, _G.pairs, _G.ipairs, _G.unpack
  pcall, error, loadstring = _G.pcall, _G.error, _G.loadstring
  packStruct, unpackStruct, decodeJson = struct.pack, struct.unpack, cjson.decode
  unpackMsgpack, unpackLimit = cmsgpack.unpack, cmsgpack.unpack_limit
  log, pow, sqrt, abs = math.log, math.pow, math.sqrt, math.abs
  newCoroutine, resume, pause, status = coroutine.create, coroutine.resume, coroutine.yield, coroutine.status
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
  return (gsub(text, '[%c\128-\255]', '?'))
end

-- The version that is being read: its key and name, the digests of its chunks and how many are read, its length, and how
-- many of its bytes are behind us.
local origin

local function whole(number)
  return format('%.0f', number)
end

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

---------------------------------------------------------------------------------------------- source of trees

--[[
X is the row in pages, all 0 between calls: the rank of each slot, for a slot of categories the value itself. Trees
arrive in preorder and leave as source. A function of whole trees is

  function(X,D,n,a1,...,aW)
    local x1,x7=X[1],X[7]
    local p1,...,pW,t
    if D[1]==n then
      if x1[7]<=3 then p1=12 ... else ... end     the leaf's counts
      t=p1+...+pW a1=a1+p1/t ... aW=aW+pW/t
    else
      a1=a1+0.25 ...                              the zero row's leaf
    end
    if D[2]==n then ...
    return a1,...,aW
  end

D[i]==n holds where the i-th tree is marked. A leaf of a VOTE tree is the position of a sum, a leaf of many classes
a table; then the sums stand in a table A. A large subtree becomes a function C[i] that returns its leaf.
]]

local X = {}

local function pageOf(slot)
  return (slot - 1 - (slot - 1) % PAGE_SLOTS) / PAGE_SLOTS + 1
end

local function newSlot(load)
  local slot = load.numSlots + 1
  local page = pageOf(slot)
  X[page] = X[page] or {}
  X[page][(slot - 1) % PAGE_SLOTS + 1] = 0
  load.numSlots = slot
  load.up[slot], load.down[slot] = false, false
  return slot
end

local function slotSource(slot)
  local page = pageOf(slot)
  return (page > MAX_PAGES and 'X[' .. page .. '][' or 'x' .. page .. '[') .. (slot - 1) % PAGE_SLOTS + 1 .. ']'
end

-- What Lua reads back as the same double.
local function number(value)
  if value ~= value or value == 1 / 0 or value == -1 / 0 then
    fail('KINDLINGDAMAGED', 'a value of a leaf is not finite')
  end
  return format('%.17g', value)
end

-- 'a1,a2,a3' and the like: the template for 1 to count, # standing for the number.
local function list(count, template, separator)
  local parts = {}
  for i = 1, count do
    parts[i] = gsub(template, '#', i)
  end
  return concat(parts, separator)
end

-- What the functions of a version have in common.
local function newForm(model, load)
  local aggregation, width = model.aggregation, model.width
  local form = { locals = 'p', sums = 'A', answer = '' }
  if aggregation ~= 3 and width > SMALL_CLASSES then
    form.addLeaf = 'for j=1,' .. width .. ' do A[j]=A[j]+p[j] end '
  elseif aggregation ~= 3 then
    form.locals, form.sums, form.answer = list(width, 'p#', ','), list(width, 'a#', ','), 'return ' .. list(width, 'a#', ',')
    form.set, form.add = {}, {}
    for i = 1, width do
      form.set[i], form.add[i] = 'p' .. i .. '=', 'a' .. i .. '=a' .. i .. '+'
    end
    form.isDivided = aggregation == 2 and load.isInteger
    form.addLeaf = form.isDivided
      and 't=' .. list(width, 'p#', '+') .. ' ' .. list(width, 'a#=a#+p#/t ', '')
      or list(width, 'a#=a#+p# ', '')
  end
  return form
end

-- What calls a version's functions one after the other and leaves the sums in A.
local function newRun(model, form)
  local body
  if form.set then
    body = 'local S=' .. list(model.width, '0', ',') .. ' for g=1,#F do S=F[g](X,all or D[g],n,S) end '
      .. list(model.width, 'A[#]', ',') .. '=S'
  else
    body = 'for j=1,' .. model.width .. ' do A[j]=0 end for g=1,#F do F[g](X,all or D[g],n,A) end'
  end
  return loadstring('local F,D,X,n,A,all=... ' .. gsub(body, 'S', form.sums), '=r')
end

local function compile(model, load, parameters, body)
  local pages, form = load.numSlots > 0 and pageOf(load.numSlots) or 0, load.form
  pages = pages < MAX_PAGES and pages or MAX_PAGES
  local chunk, problem = loadstring(
    'local C,L,Q=... return function(X' .. parameters .. ')'
      .. (load.steps > 0 and ' local ' .. list(load.steps, 'h#', ',') .. '=' .. list(load.steps, PAGE_SLOTS .. '*#', ',') or '')
      .. (pages > 0 and ' local ' .. list(pages, 'x#', ',') .. '=' .. list(pages, 'X[#]', ',') or '')
      .. ' local ' .. form.locals .. ',t ' .. body .. ' end', '=t')
  if not chunk then
    fail('KINDLINGDAMAGED', 'version %s cannot be compiled: %s', origin.version, problem)
  end
  return chunk(model.pieces, model.leaves, model.sets)
end

local function compilePiece(model, load, from)
  local form, parts, pieces = load.form, load.parts, model.pieces
  pieces[#pieces + 1] = compile(
    model, load, '', concat(parts, '', from, load.numParts) .. 'return ' .. form.locals)
  parts[from] = form.locals .. '=C[' .. #pieces .. '](X) '
  load.numParts = from
end

local function compileGroup(model, load)
  local form, groups = load.form, model.groups
  groups[#groups + 1] = compile(
    model, load, ',D,n,' .. form.sums,
    concat(load.group, '', 1, load.groupTrees) .. form.answer)
  model.marks[#groups] = model.markOf[load.tree - 1 - (load.waiting and 1 or 0)]
  load.groupTrees, load.groupNodes = 0, 0
end

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

-------------------------------------------------------------------------------------------------------- cache

local cache, cachedNodes, clock = {}, 0, 0 -- identity -> model, compiled or compiling

local function drop(id)
  cachedNodes = cachedNodes - cache[id].nodes
  cache[id] = nil
end

-- Makes room for so many more nodes of a version, dropping other versions that were not used for longest.
local function admit(model, nodes)
  local bound, held = model.bound, cache[model.id] and model.nodes or 0
  for _, other in pairs(cache) do
    bound = other.bound > bound and other.bound or bound
  end
  if held + nodes > bound then
    fail('KINDLINGLIMIT', 'version %s has %s nodes, allowed are %s; maxNodes in its metadata raises the bound',
      origin.version, whole(held + nodes), whole(bound))
  end
  while cachedNodes + nodes > bound do
    local oldest
    for id, other in pairs(cache) do
      if other ~= model and (not oldest or other.used < cache[oldest].used) then
        oldest = id
      end
    end
    drop(oldest)
  end
  cache[model.id] = model
  model.nodes, cachedNodes = held + nodes, cachedNodes + nodes
end

-- Raises what reading a version failed with, which is ours, Redis's own or, of bytes that make no sense, Lua's.
local function failReading(version, problem)
  if type(problem) == 'string' and not find(problem, '^%-?%u+ ') then
    fail('KINDLINGDAMAGED', 'version %s cannot be read: %s', version, problem)
  end
  error(problem, 0)
end

local newPipeline

-- A forest or a pipeline, nothing compiled yet.
local function readBeginning()
  if not readEnvelope() then
    return newPipeline()
  end
  local model, load = newForest(origin.bytes - 4)
  readHead(model, load)
  model.load, load.advance, load.total = load, advanceForest, load.nodes + load.splits
  return model
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
  end
  local joined, digests = pcall(concat, meta.chunks)
  if not joined or redis.sha1hex(digests) ~= id then
    fail('KINDLINGDAMAGED', 'chunks of version %s do not match its id', version)
  end
  origin = { key = key, version = version, chunks = meta.chunks, bytes = meta.bytes, numRead = 0, base = 0 }
  buf, at = '', 0
  local read, model = pcall(readBeginning)
  if not read then
    failReading(version, model)
  end
  model.load.origin, model.load.buf, model.load.at = origin, buf, at
  model.id, model.ready, model.used, model.bound = id, false, 0, MAX_CACHED_NODES
  if type(meta.maxNodes) == 'number' and meta.maxNodes > MAX_CACHED_NODES then
    model.bound = meta.maxNodes
  end
  admit(model, model.nodes)
  return model
end

-- Goes one slice further; returns done and total.
local function slice(model, key, version)
  local load = model.load
  origin, buf, at = load.origin, load.buf, load.at
  origin.key, origin.version = key, version
  collectGarbage('stop') -- a slice makes a few megabytes; collecting while it does costs a tenth of its time
  local went, complete = pcall(load.advance, model, load)
  collectGarbage('restart')
  collectGarbage('step', GARBAGE_STEP)
  load.buf, load.at = buf, at
  buf, at = '', 0
  if not went then
    drop(model.id)
    failReading(version, complete)
  end
  local total = load.total
  if complete then
    model.load, model.ready, model.total = nil, true, total
    return total, total
  end
  local done = load.reading and origin.base + load.at or load.numNodes + load.numSplits
  return done < total and done or total - 1, total
end

local versionOf = {} -- key -> the version that was live when last asked, a guess that saves a command
local numKeys = 0

local function noVersion(key, version)
  if redis.call('HGET', key, 'last') then
    fail('KINDLINGMISSING', "model '%s' has no %s", shown(key), version and 'version ' .. shown(version) or 'live version')
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

-- The version that a call asks for, compiled or not, and its name.
local function wanted(key, pin)
  local version, id = resolve(key, pin)
  local model = cache[id] or begin(key, version, id)
  clock = clock + 1
  model.used = clock
  return model, version
end

-- The compiled version, or the error that tells how far it is.
local function compiled(key, pin)
  local model, version = wanted(key, pin)
  if not model.ready then
    local done, total = slice(model, key, version)
    if done < total then
      fail('KINDLINGCOLD', '%s/%s', whole(done), whole(total))
    end
  end
  return model, version
end

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

------------------------------------------------------------------------------------------------------- fields

local readFields, isUnnamed

do
  local READ = {} -- by the type of a column; each returns nil for what it does not know

  local NAMES = {
    [0] = 'true or false', 'an integer of 64 bits', 'a decimal number, nan, inf or -inf',
    'a decimal number, nan, inf or -inf',
  }

  READ[0] = function(text)
    return text == 'true' and 1 or text == 'false' and 0 or nil
  end

  READ[1] = function(text)
    local sign, digits = match(text, '^(%-?)0*(%d+)$')
    if digits and (#digits < 19 or #digits == 19 and digits <= (sign == '' and '9223372036854775807' or '9223372036854775808')) then
      return tonumber(text) + 0 -- which makes 0 of -0
    end
  end

  READ[2] = function(text)
    local value = textValue(text)
    return value and (unpackStruct('<f', packStruct('<f', value)))
  end

  READ[3] = function(text)
    return textValue(text) or nil
  end

  READ[4] = function(text, column)
    if byte(text) ~= 92 then
      return text
    elseif byte(text, 2) ~= 92 then
      fail('KINDLINGARG', "field '%s' is '%s', a text that begins with a backslash has one more in front",
        shown(column.name), shown(text))
    end
    return sub(text, 2)
  end

  READ[5] = function(text, column)
    local went, vector = pcall(readVector, text, column.size, column.vector)
    if not went then
      error(gsub(vector, '^KINDLINGARG ', function()
        return "KINDLINGARG field '" .. shown(column.name) .. "': "
      end), 0)
    end
    return vector
  end

  local function read(column, text)
    if text == '\\N' then
      return nil
    end
    local value = READ[column.type](text, column)
    if value == nil then
      fail('KINDLINGARG', "field '%s' is '%s', allowed is %s", shown(column.name), shown(text), NAMES[column.type])
    end
    return value
  end

  local function names(model)
    local list = {}
    for i = 1, model.fields do
      list[i] = model.columns[i].name
    end
    return shown(concat(list, ', '))
  end

  -- Whether a vector stands where the name of a pipeline's only field could.
  function isUnnamed(model, argument)
    return model.fields == 1 and model.columns[1].type == 5 and argument ~= model.columns[1].name
  end

  -- The arguments from first to last into the row.
  function readFields(model, args, first, last)
    local R, columns, given = model.row, model.columns, 0
    if first == last and isUnnamed(model, args[first]) then
      R[1] = read(columns[1], args[first])
      return
    end
    model.stamp = model.stamp + 1
    for i = first, last, 2 do
      local column = columns[model.fieldOf[args[i]]]
      if not column then
        fail('KINDLINGARG', "field '%s' is unknown, the model has %s", shown(args[i]), names(model))
      elseif column.stamp == model.stamp then
        fail('KINDLINGARG', "field '%s' comes twice", shown(args[i]))
      elseif i == last then
        fail('KINDLINGARG', "field '%s' has no value", shown(args[i]))
      end
      column.stamp, given = model.stamp, given + 1
      R[column.number] = read(column, args[i + 1])
    end
    for i = 1, given < model.fields and model.fields or 0 do
      if columns[i].stamp ~= model.stamp then
        fail('KINDLINGARG', "field '%s' is missing; \\N is null", shown(columns[i].name))
      end
    end
  end
end

-------------------------------------------------------------------------------------------- bytes of a pipeline

--[[
A pipeline is read by a coroutine, which pauses wherever the budget of a slice is used up. STAGES has by kind of step what
reads its parameters and returns what runs it on a row, with the arithmetic of Spark's stage in its order.
]]

local STAGES = {}
local toil, spend, claim, readByte, readVarint, readVarints, readNumber, readNumbers, readLabel, refuse, skip

do
  local MAX_NUMBERS = 500000 -- of the stages of a pipeline, which a row goes through
  local MAX_LABEL_BYTES = 60000
  local STEP_COST = 1000 -- of a step or a field, beside forests' nodes
  local NUMBER_COST = 8
  local reading, budget -- the pipeline that is read, and the units left to the slice

  local function settle()
    local nodes = reading.owed
    reading.owed = 0
    admit(reading, nodes)
  end

  -- Of the slice: a unit is about the time that a label takes, or four numbers.
  function toil(units)
    budget = budget - units
    if budget <= 0 then
      pause()
    end
  end

  -- Of the slice, and of the bound on nodes: of that, too, a label or four numbers take about as much as a node.
  function spend(units)
    reading.owed = reading.owed + units
    if reading.owed >= 1000 then
      settle()
    end
    toil(units)
  end

  local function position()
    return origin.base + at
  end

  function readByte()
    want(1)
    at = at + 1
    return (byte(buf, at))
  end

  function readVarint()
    want(8)
    return varint()
  end

  function readNumber()
    want(8)
    return f64()
  end

  -- Of arithmetic: a row goes through all of them.
  function claim(count)
    reading.numbers = reading.numbers + count
    if reading.numbers > MAX_NUMBERS then
      fail('KINDLINGLIMIT', 'stages of version %s have more than %d numbers', origin.version, MAX_NUMBERS)
    end
    reading.cost = reading.cost + NUMBER_COST * count
  end

  function readNumbers()
    local values, count = {}, readVarint()
    claim(count)
    for i = 1, count do
      if #buf - at < 8 then
        want(8)
      end
      values[i] = f64()
      if i % 400 == 0 then
        spend(100)
      end
    end
    spend(count % 400 / 4)
    return values, count
  end

  function readVarints()
    local values, count = {}, readVarint()
    for i = 1, count do
      values[i] = readVarint()
      spend(0.25)
    end
    return values, count
  end

  function readLabel()
    local bytes = readVarint()
    if bytes > MAX_LABEL_BYTES then
      fail('KINDLINGLIMIT', 'a label of version %s has %s bytes, allowed are %d', origin.version, whole(bytes), MAX_LABEL_BYTES)
    end
    want(bytes)
    if #buf - at < bytes then
      fail('KINDLINGDAMAGED', 'version %s ends within a label', origin.version)
    end
    at = at + bytes
    spend(1)
    return sub(buf, at - bytes + 1, at)
  end

  function refuse(step, text, ...)
    fail('KINDLINGROW', 'stage %s ' .. text, step.stage, ...)
  end

  function skip(step)
    fail('KINDLINGSKIP', 'stage %s leaves the row out, its handleInvalid is skip', step.stage)
  end

  local function readColumns(model)
    local count, fields = readVarint(), readVarint()
    for i = 1, count do
      local column = { number = i, name = readLabel(), type = readByte(), size = readVarint() }
      if i <= fields then
        if column.type > 5 then
          fail('KINDLINGFORMAT', "field '%s' of version %s has type %d, this library takes 0 to 5", shown(column.name),
            origin.version, column.type)
        elseif column.type == 5 then
          column.vector = newVector()
        end
        model.fieldOf[column.name] = i
      end
      model.columns[i] = column
    end
    model.fields, model.cost = fields, model.cost + STEP_COST * fields
  end

  local function readColumnNumbers()
    local numbers, count = readVarints()
    for i = 1, count do
      numbers[i] = numbers[i] + 1
    end
    return numbers
  end

  local function checkEnd(finish, what)
    if position() ~= finish then
      fail('KINDLINGDAMAGED', '%s of version %s does not end where it should', what, origin.version)
    end
  end

  local function readStep(model)
    local kind = readVarint()
    local step = { stage = shown(readLabel()), ins = readColumnNumbers(), outs = readColumnNumbers() }
    local bytes = readVarint()
    step.finish = position() + bytes
    if not STAGES[kind] then
      fail('KINDLINGFORMAT', 'stage %s of version %s has kind %s, which this library does not serve', step.stage,
        origin.version, whole(kind))
    end
    model.cost = model.cost + STEP_COST
    local run = STAGES[kind](step, step.ins[1], step.outs[1])
    checkEnd(step.finish, 'stage ' .. step.stage)
    return run
  end

  -- All of it; runs in a coroutine.
  local function readAll(model)
    readColumns(model)
    local steps = readVarint()
    for i = 1, steps do
      model.steps[i] = readStep(model)
      spend(1)
    end
    local outputs = { readVarint(), readVarint(), readVarint(), readVarint() }
    model.prediction, model.label, model.raw, model.probability = unpack(outputs)
    checkEnd(origin.bytes - 4, 'the body')
    settle()
  end

  local function advancePipeline(model, load)
    reading, budget = model, load.isBegun and SLICE_COST or 2 * SMALL_NODES
    load.isBegun = true
    local went, problem = resume(load.reading, model)
    reading = nil
    if not went then
      error(problem, 0)
    end
    return status(load.reading) == 'dead'
  end

  function newPipeline()
    return {
      nodes = 0, cost = 0, numbers = 0, owed = 0, stamp = 0, columns = {}, fieldOf = {}, steps = {}, row = {},
      load = { advance = advancePipeline, reading = newCoroutine(readAll), total = origin.bytes },
    }
  end

  -- A forest: its bytes are compiled as those of a forest alone.
  STAGES[7] = function(step, from, to)
    local forest, load = newForest(step.finish)
    readHead(forest, load)
    local splits, nothing = load.nodes > forest.trees, { count = 0 }
    admit(reading, forest.nodes)
    reading.cost = reading.cost + forest.cost
    local isComplete
    repeat
      isComplete, budget = advance(forest, load, budget)
      if not isComplete then
        pause()
      end
    until isComplete
    local rawOut, probabilityOut, raw, probability = step.outs[2], step.outs[3], newVector(), newVector()
    raw.size, raw.count, probability.size, probability.count = forest.classes, forest.classes, forest.classes, forest.classes
    return function(R)
      local vector, set, slots = R[from], 0, forest.slots
      if not vector then
        if splits then
          refuse(step, 'meets null in place of a vector')
        end
        vector = nothing -- trees of leaves alone look at no feature
      elseif vector.size ~= forest.features then
        refuse(step, 'meets a vector of size %s, allowed is %s', whole(vector.size), whole(forest.features))
      end
      local dense, index, values = vector.dense, vector.index, vector.value
      for k = 1, vector.count do
        local value = values[k]
        if value < 0 or value > 0 or value ~= value then
          local slot = slots[dense and k - 1 or index[k]]
          if slot then
            set = set + 1
            T[set], V[set] = slot, value
          end
        end
      end
      addUp(forest, set)
      R[to] = decide(forest)
      if rawOut then
        local isMargin = forest.aggregation == 5
        for i = 1, forest.classes do
          raw.value[i] = isMargin and (i == 1 and -A[1] or A[1]) or A[i]
        end
        R[rawOut] = raw
      end
      if probabilityOut then
        local ofClasses = probabilities(forest)
        for i = 1, forest.classes do
          probability.value[i] = ofClasses[i]
        end
        R[probabilityOut] = probability
      end
    end
  end
end

do
  -------------------------------------------------------------------------------------------- stages that make columns

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

  ------------------------------------------------------------------------------------------ stages that change vectors

  local function vectorOf(step, vector)
    if not vector then
      refuse(step, 'meets null in place of a vector')
    end
    return vector
  end

  local function vectorOfSize(step, vector, size)
    if vectorOf(step, vector).size ~= size then
      refuse(step, 'meets a vector of size %s, allowed is %s', whole(vector.size), whole(size))
    end
    return vector
  end

  -- A vector that becomes dense of this size, and its elements, to be filled.
  local function fillDense(vector, size)
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

  ------------------------------------------------------------------------------------------------------- linear models

  -- A linear function: returns what gives it of a vector, and the number of features. What sparse coefficients do not
  -- name is not multiplied.
  local function readLinear()
    local size, isSparse = readVarint(), readByte() == 1
    local indices, coefficients, count, intercept
    if isSparse then
      indices = readVarints()
    end
    coefficients, count = readNumbers()
    intercept = readNumber()
    if not isSparse then
      return function(vector)
        local sum, dense, index, value = 0, vector.dense, vector.index, vector.value
        for k = 1, vector.count do
          sum = sum + value[k] * coefficients[dense and k or index[k] + 1]
        end
        return sum + intercept
      end, size
    end
    return function(vector)
      local sum, index, value = 0, vector.index, vector.value
      if vector.dense then
        for i = 1, count do
          sum = sum + coefficients[i] * value[indices[i] + 1]
        end
        return sum + intercept
      end
      local i = 1
      for k = 1, vector.count do
        while i <= count and indices[i] < index[k] do
          i = i + 1
        end
        if i <= count and indices[i] == index[k] then
          sum = sum + value[k] * coefficients[i]
        end
      end
      return sum + intercept
    end, size
  end

  local function sigmoid(x)
    return 1 / (1 + exp(-x))
  end

  -- LinearRegression.
  STAGES[20] = function(step, from, to)
    local linear, size = readLinear()
    return function(R)
      R[to] = linear(vectorOfSize(step, R[from], size))
    end
  end

  -- LinearSVC, and LogisticRegression of two classes.
  STAGES[21] = function(step, from, to)
    local linear, size = readLinear()
    local compared, threshold, raw, probability = readByte(), readNumber(), newVector(), newVector()
    fillDense(raw, 2)
    fillDense(probability, 2)
    return function(R)
      local margin = linear(vectorOfSize(step, R[from], size))
      local first = sigmoid(-margin)
      local value = compared == 0 and margin or compared == 1 and 1 - first or sigmoid(margin)
      R[to] = value > threshold and 1 or 0
      if step.outs[2] then
        raw.value[1], raw.value[2] = -margin, margin
        R[step.outs[2]] = raw
      end
      if step.outs[3] then
        probability.value[1], probability.value[2] = first, 1 - first
        R[step.outs[3]] = probability
      end
    end
  end

  -- Which class: that of the largest raw prediction or probability or, with thresholds, probability / threshold.
  local function readDecision()
    local byProbability, thresholds, count = readByte() == 1, readNumbers()
    if count == 0 then
      return function(raw, probability, classes)
        local scores, best = byProbability and probability or raw, 1
        for i = 2, classes do
          best = scores[i] > scores[best] and i or best
        end
        return best - 1
      end
    end
    return function(_, probability, classes)
      local best, highest = 1, -1 / 0 -- so that NaN in the first class loses, unlike above
      for i = 1, classes do
        local score = probability[i] / thresholds[i]
        if score > highest then
          best, highest = i, score
        end
      end
      return best - 1
    end
  end

  -- Of the differences from the largest; returns their sum.
  local function exponentials(raw, probability, classes)
    local most, sum = -1.7976931348623157e308, 0
    for i = 1, classes do
      most = raw[i] > most and raw[i] or most
    end
    for i = 1, classes do
      probability[i] = exp(raw[i] - most)
      sum = sum + probability[i]
    end
    return sum
  end

  -- Of a perceptron's last layer: an infinite one makes NaN of all.
  local function softmaxOfLayer(raw, probability, classes)
    local sum = exponentials(raw, probability, classes)
    for i = 1, classes do
      probability[i] = probability[i] / sum
    end
  end

  -- Of other classifiers: the first infinite one takes all; a sum is divided by through its reciprocal.
  local function softmax(raw, probability, classes)
    for i = 1, classes do
      if raw[i] == 1 / 0 then
        for k = 1, classes do
          probability[k] = k == i and 1 or raw[k] * 0
        end
        return
      end
    end
    local factor = 1 / exponentials(raw, probability, classes)
    for i = 1, classes do
      probability[i] = probability[i] * factor
    end
  end

  -- The outputs of a classifier from its raw predictions, which stand in the first result; call the second on a row.
  local function readClasses(step, classes, normalize)
    local decide, raw, probability = readDecision(), newVector(), newVector()
    fillDense(raw, classes)
    fillDense(probability, classes)
    return raw.value, function(R)
      normalize(raw.value, probability.value, classes)
      R[step.outs[1]] = decide(raw.value, probability.value, classes)
      if step.outs[2] then
        R[step.outs[2]] = raw
      end
      if step.outs[3] then
        R[step.outs[3]] = probability
      end
    end
  end

  -- LogisticRegression of several classes; NaiveBayes of counts.
  STAGES[22] = function(step, from)
    local classes, functions, size = readVarint(), {}, nil
    for i = 1, classes do
      functions[i], size = readLinear()
    end
    local admitted, isLessLogSum = readByte(), readByte() == 1
    local raw, answer = readClasses(step, classes, softmax)
    return function(R)
      local vector = vectorOfSize(step, R[from], size)
      for k = 1, admitted > 0 and vector.count or 0 do
        local value = vector.value[k]
        if not (admitted == 1 and value >= 0 or value == 0 or value == 1) then
          refuse(step, 'meets the feature %.17g, allowed are %s', value, admitted == 2 and '0 and 1' or 'numbers from 0')
        end
      end
      for i = 1, classes do
        raw[i] = functions[i](vector)
      end
      if isLessLogSum then
        local most, sum = raw[1], 0
        for i = 2, classes do
          most = (raw[i] > most or raw[i] ~= raw[i]) and raw[i] or most
        end
        for i = 1, classes do
          sum = sum + exp(raw[i] - most)
        end
        local logSum = log(sum) + most
        for i = 1, classes do
          raw[i] = raw[i] - logSum
        end
      end
      answer(R)
    end
  end

  -- GeneralizedLinearRegression: inverse links and ranges of the mean by their codes.
  do
    -- Abramowitz and Stegun 7.1.6 below 3; 7.1.14, a continued fraction, above.
    local function erf(x)
      local size, value = abs(x), 1
      if x ~= x then
        return x
      elseif size < 3 then
        local term, sum, n = size, size, 1
        while n < 500 and term > sum * 2 ^ -60 do
          term = term * (2 * size * size / (2 * n + 1))
          sum, n = sum + term, n + 1
        end
        value = 2 / sqrt(3.141592653589793) * exp(-size * size) * sum
      elseif size < 6 then
        local fraction = size
        for n = 80, 1, -1 do
          fraction = size + n / 2 / fraction
        end
        value = 1 - exp(-size * size) / (sqrt(3.141592653589793) * fraction)
      end
      return (x < 0 or 1 / x < 0) and -value or value
    end

    local MEAN = {
      [0] = function(x) return x end,
      function(x) return exp(x) end,
      function(x) return 1 / x end,
      function(x) return x * x end,
      sigmoid,
      function(x) return 0.5 * (1 + erf(x / sqrt(2))) end,
      function(x) return 1 - exp(-1 * exp(x)) end,
      function(x, power) return pow(x, 1 / power) end,
    }

    local LARGEST = 1.7976931348623157e308

    local NEAREST = {
      [0] = function(mean)
        return mean == 1 / 0 and LARGEST or mean == -1 / 0 and -LARGEST or mean
      end,
      function(mean)
        return mean < 1e-16 and 1e-16 or mean > 1 - 1e-16 and 1 - 1e-16 or mean
      end,
      function(mean)
        return mean < 1e-16 and 1e-16 or mean == 1 / 0 and LARGEST or mean
      end,
    }

    STAGES[23] = function(step, from, to)
      local linear, size = readLinear()
      local mean, power, nearest = MEAN[readByte()], readNumber(), NEAREST[readByte()]
      if not mean or not nearest then
        fail('KINDLINGFORMAT', 'stage %s of version %s has a link that this library does not know', step.stage, origin.version)
      end
      local offset, predictorOut = step.ins[2], step.outs[2]
      return function(R)
        if offset and R[offset] == nil then
          R[to] = nil
          if predictorOut then
            R[predictorOut] = nil
          end
          return
        end
        local predictor = linear(vectorOfSize(step, R[from], size)) + (offset and R[offset] or 0)
        R[to] = nearest(mean(predictor, power))
        if predictorOut then
          R[predictorOut] = predictor
        end
      end
    end
  end

  -------------------------------------------------------------------------------------------------------- other models

  -- NaiveBayes with normal distributions.
  STAGES[24] = function(step, from)
    local count, classes, features = readVarint(), {}, {}
    for i = 1, count do
      classes[i] = { prior = readNumber(), logs = readNumber(), means = readNumbers(), variances = readNumbers() }
    end
    local raw, answer = readClasses(step, count, softmax)
    local size = #classes[1].means
    return function(R)
      spread(vectorOfSize(step, R[from], size), features)
      for c = 1, count do
        local class, sum = classes[c], 0
        local means, variances = class.means, class.variances
        for i = 1, size do
          local difference = features[i] - means[i]
          sum = sum + difference * difference / variances[i]
        end
        raw[c] = class.prior - (sum + class.logs) / 2
      end
      answer(R)
    end
  end

  -- MultilayerPerceptron: weights stand by input, then by output, then the biases; they are kept by output.
  STAGES[25] = function(step, from)
    local sizes, last = readVarints()
    local values, weights, biases = {}, {}, {}
    claim(readVarint())
    for layer = 2, last do
      local rows, outputs = {}, sizes[layer]
      for o = 1, outputs do
        rows[o] = {}
      end
      for i = 1, sizes[layer - 1] do
        for o = 1, outputs do
          rows[o][i] = readNumber()
        end
        spend(outputs / 4)
      end
      weights[layer], biases[layer] = rows, {}
      for o = 1, outputs do
        biases[layer][o] = readNumber()
      end
      spend(outputs)
    end
    local raw, answer = readClasses(step, sizes[last], softmaxOfLayer)
    for layer = 1, last do
      values[layer] = layer == last and raw or {}
    end
    return function(R)
      spread(vectorOfSize(step, R[from], sizes[1]), values[1])
      for layer = 2, last do
        local given, made, inputs = values[layer - 1], values[layer], sizes[layer - 1]
        for o = 1, sizes[layer] do
          local sum, row = 0, weights[layer][o]
          for i = 1, inputs do
            sum = sum + given[i] * row[i]
          end
          sum = biases[layer][o] + sum
          made[o] = layer < last and sigmoid(sum) or sum
        end
      end
      answer(R)
    end
  end

  --[[
  KMeans. Of few centers Spark knows for each two a reach, a distance within which a point to the one is not nearer to the
  other, on the diagonal to none; with that, or with norms that differ by more, it leaves out centers. Distances of sparse
  points come from norms and dot product where that is precise enough.
  ]]
  do
    local EPSILON, PRECISION, MANY_CENTERS, MANY_TERMS = 2 ^ -52, 1e-6, 1000, 1000000

    local function norm(values, count)
      local sum = 0
      for k = 1, count do
        sum = sum + values[k] * values[k]
      end
      return sqrt(sum)
    end

    local function dot(center, point)
      local sum, dense, index, value = 0, point.dense, point.index, point.value
      for k = 1, point.count do
        sum = sum + value[k] * center[dense and k or index[k] + 1]
      end
      return sum
    end

    local function termByTerm(center, point)
      local sum, value = 0, point.value
      if not point.dense then
        value = spread(point, {})
      end
      for i = 1, point.size do
        local difference = value[i] - center[i]
        sum = sum + difference * difference
      end
      return sum
    end

    local function squaredDistance(center, centerNorm, point, pointNorm)
      if point.dense then
        return termByTerm(center, point)
      end
      local squaredNorms, difference = centerNorm * centerNorm + pointNorm * pointNorm, centerNorm - pointNorm
      local product, off = dot(center, point), 2 * EPSILON * squaredNorms / (difference * difference + EPSILON)
      local squared = squaredNorms - 2 * product
      if off < PRECISION then
        return squared
      end
      squared = squared < 0 and 0 or squared
      off = EPSILON * (squaredNorms + 2 * abs(product)) / (squared + EPSILON)
      return off > PRECISION and termByTerm(center, point) or squared
    end

    local function angle(center, centerNorm, point, pointNorm)
      return 1 - dot(center, point) / centerNorm / pointNorm
    end

    local function newReaches(centers, norms, count, size, isCosine)
      local reaches, point = {}, newVector()
      fillDense(point, size)
      for i = 1, count do
        reaches[i] = reaches[i] or {}
        for k = 1, count do
          reaches[i][k] = count == 1 and 0 / 0 or 1 / 0
        end
        spend(count / 4)
      end
      for i = 1, count do
        for k = i + 1, count do
          local reach
          point.value = centers[k]
          if isCosine then
            reach = 1 - sqrt(1 - angle(centers[i], norms[i], point, norms[k]) / 2)
          else
            local apart = sqrt(squaredDistance(centers[i], norms[i], point, norms[k]))
            reach = 0.25 * apart * apart
          end
          reaches[i][k], reaches[k][i] = reach, reach
          reaches[i][i] = reach < reaches[i][i] and reach or reaches[i][i]
          reaches[k][k] = reach < reaches[k][k] and reach or reaches[k][k]
        end
        toil((count - i) * (20 + size) / 20)
      end
      return reaches
    end

    STAGES[26] = function(step, from, to)
      local isCosine, count, centers, norms, allHaveAngles = readByte() == 1, readVarint(), {}, {}, true
      for c = 1, count do
        centers[c] = readNumbers()
        norms[c] = norm(centers[c], #centers[c])
        allHaveAngles = allHaveAngles and norms[c] > 0
      end
      local size = #centers[1]
      local reaches = count < MANY_CENTERS and count * count * size < MANY_TERMS
        and newReaches(centers, norms, count, size, isCosine)
      local distance = isCosine and angle or squaredDistance

      local function isLeftOut(c, length, least, nearest)
        local difference = norms[c] - length
        return not (isCosine or difference * difference < least) or (reaches and not (reaches[c][nearest] < least))
      end

      return function(R)
        local point = vectorOfSize(step, R[from], size)
        local length = norm(point.value, point.count)
        if isCosine and not (allHaveAngles and length > 0) then
          refuse(step, 'meets a vector or a center of norm 0 or NaN, which has no angle, norm %.17g', length)
        elseif not isCosine and reaches and length ~= length then
          refuse(step, 'meets a vector with NaN, allowed are numbers')
        end
        local least, nearest, first = 1 / 0, 1, 1
        if reaches then -- the first center is looked at in any case
          least, first = distance(centers[1], norms[1], point, length), 2
          if least < reaches[1][1] then
            R[to] = 0
            return
          end
        end
        for c = first, count do
          if not isLeftOut(c, length, least, nearest) then
            local away = distance(centers[c], norms[c], point, length)
            if reaches and away < reaches[c][c] then
              R[to] = c - 1
              return
            elseif away < least then
              least, nearest = away, c
            end
          end
        end
        R[to] = nearest - 1
      end
    end
  end
end

-------------------------------------------------------------------------------------------- answers of a pipeline

local answerOf, explanationOf, transformationOf

do
  local function run(model, args, first, last)
    readFields(model, args, first, last)
    local R, steps = model.row, model.steps
    for i = 1, #steps do
      steps[i](R)
    end
    return R
  end

  local function elements(vector)
    local list = vector and spread(vector, {}) or {}
    for i = 1, #list do
      list[i] = written(list[i])
    end
    return list
  end

  local function checkPredicts(model, version)
    if model.prediction == 0 then
      fail('KINDLINGARG', 'version %s has no prediction, kindling_transform gives what its stages make', version)
    end
  end

  -- The label, or the prediction as text.
  function answerOf(model, version, args, first, last)
    checkPredicts(model, version)
    local R = run(model, args, first, last)
    return R[model.label] or written(R[model.prediction] or 0 / 0)
  end

  function explanationOf(model, version, args, first, last)
    checkPredicts(model, version)
    local R = run(model, args, first, last)
    local reply = {
      'prediction', written(R[model.prediction] or 0 / 0), 'raw', elements(R[model.raw]),
      'probability', elements(R[model.probability]), 'version', version,
    }
    if model.label > 0 then
      reply[9], reply[10] = 'label', R[model.label] or false
    end
    return reply
  end

  local function shownValue(value)
    if type(value) == 'number' then
      return written(value)
    elseif type(value) ~= 'table' then
      return value or false
    elseif value.dense then
      return elements(value)
    end
    local places = {}
    for k = 1, value.count do
      places[k] = whole(value.index[k]) .. ':' .. written(value.value[k])
    end
    return concat(places, ',')
  end

  -- All that steps make, by the names of the columns.
  function transformationOf(model, args, first, last)
    local R, reply = run(model, args, first, last), {}
    for i = model.fields + 1, #model.columns do
      reply[#reply + 1] = model.columns[i].name
      reply[#reply + 1] = shownValue(R[i])
    end
    return reply
  end
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

local function checkAllBytes(args, first)
  local bytes = 0
  for i = first, #args do
    bytes = bytes + #args[i]
  end
  checkBytes(bytes)
end

local function predict(keys, args)
  local pin, first = pinned(args)
  if #keys ~= 1 then
    arity('kindling_predict', keys)
  end
  local model, version = compiled(keys[1], pin)
  if model.steps then
    checkAllBytes(args, first)
    return answerOf(model, version, args, first, #args)
  elseif #args ~= first then
    arity('kindling_predict', keys, '[@version] features', args)
  end
  checkBytes(#args[first])
  addUp(model, readRow(model, args[first]))
  return prediction(model)
end

local function explain(keys, args)
  local pin, first = pinned(args)
  arity('kindling_explain', keys, '', args, true)
  local model, version = compiled(keys[1], pin)
  if model.steps then
    checkAllBytes(args, first)
    return explanationOf(model, version, args, first, #args)
  end
  arity('kindling_explain', keys, '[@version] features', args, #args == first)
  checkBytes(#args[first])
  addUp(model, readRow(model, args[first]))
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

local function transform(keys, args)
  local pin, first = pinned(args)
  arity('kindling_transform', keys, '', args, true)
  local model, version = compiled(keys[1], pin)
  if not model.steps then
    fail('KINDLINGARG', 'version %s is a forest, kindling_transform is for pipelines', version)
  end
  checkAllBytes(args, first)
  return transformationOf(model, args, first, #args)
end

local function checkCost(model, rows)
  if rows > 1 and rows * model.cost > MAX_BATCH_COST then
    fail('KINDLINGLIMIT', 'batch costs %s (%d rows x %s), allowed are %d', whole(rows * model.cost), rows,
      whole(model.cost), MAX_BATCH_COST)
  end
end

-- An error of one row of several.
local function failInRow(row, problem)
  if type(problem) == 'string' then
    problem = gsub(gsub(problem, '^KINDLINGARG ', '%0row ' .. row .. ': '), '^KINDLINGROW ', '%0row ' .. row .. ': ')
  end
  error(problem, 0)
end

local function batchOfFields(model, version, args, first)
  local width = isUnnamed(model, args[first]) and 1 or 2 * model.fields
  local rows, replies = (#args - first + 1) / width, {}
  if rows < 1 or rows % 1 ~= 0 then
    fail('KINDLINGARG', 'kindling_batch takes %d arguments a row, a name and a value of each field, got %d arguments', width,
      #args - first + 1)
  end
  checkCost(model, rows)
  checkAllBytes(args, first)
  for row = 1, rows do
    local went, answer = pcall(answerOf, model, version, args, first, first + width - 1)
    if not went then
      if type(answer) ~= 'string' or not find(answer, '^KINDLINGSKIP ') then
        failInRow(row, answer)
      end
      answer = false
    end
    replies[row], first = answer, first + width
  end
  return replies
end

local function scoreRow(model, text)
  addUp(model, readRow(model, text))
end

local function batch(keys, args)
  local pin, first = pinned(args)
  arity('kindling_batch', keys, '[@version] features...', args, #args >= first)
  local model, version = compiled(keys[1], pin)
  if model.steps then
    return batchOfFields(model, version, args, first)
  end
  local rows, replies = #args - first + 1, {}
  checkCost(model, rows)
  checkAllBytes(args, first)
  for row = 1, rows do
    local went, problem = pcall(scoreRow, model, args[first + row - 1])
    if not went then
      failInRow(row, problem)
    end
    replies[row] = prediction(model)
  end
  return replies
end

local function warm(keys, args)
  arity('kindling_warm', keys, '[@version]', args, #args == 0 or (#args == 1 and byte(args[1]) == 64))
  local model, version = wanted(keys[1], args[1])
  if model.ready then
    return { model.total, model.total }
  end
  return { slice(model, keys[1], version) }
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
register('kindling_transform', transform)
register('kindling_warm', warm)
register('kindling_version', function()
  return 2
end)
