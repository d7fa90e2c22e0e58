#!lua name=kindling
-- version: 1
--[[
Serves model hashes (docs/format/model-v1.md) inside Redis; the contract is docs/functions.md.

KEYS   one: the hash of a model, kindling:model:{name}. Only HGET and HMGET are called, on that key.
ARGV   [@vN] features..., by function.
Needs  Redis 7.0 or Valkey. No function writes, so each works through FCALL_RO on a replica.
Cost   O(trees x depth) a row; a call compiles one slice at most.

In reading order: the numbers that bound a call, errors, features, the source of trees, the bytes of a model, the
cache, the answers, the functions. Why it is fast:

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
local tonumber, tostring, type, pairs, ipairs, unpack, pcall, error, loadstring, unpackStruct, unpackLimit, decodeJson

local function fetchGlobals()
  byte, find, format, gmatch, gsub = string.byte, string.find, string.format, string.gmatch, string.gsub
  match, sub, concat, floor, exp = string.match, string.sub, table.concat, math.floor, math.exp
  sort, collectGarbage = table.sort, _G.collectgarbage
  tonumber, tostring, type, pairs, ipairs, unpack = _G.tonumber, _G.tostring, _G.type, _G.pairs, _G.ipairs, _G.unpack
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
  return (gsub(text, '[%c\128-\255]', '?'))
end

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
  if not isMap and count ~= model.features then
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
    fail('KINDLINGDAMAGED', 'version %s cannot be compiled: %s', load.version, problem)
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

local function readChunk(load, key)
  local field, sha = load.version .. ':' .. load.numRead, load.chunks[load.numRead + 1]
  local chunk = redis.call('HGET', key, field)
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

-- Sees to it that so many bytes are at hand, unless the model ends before.
local function want(load, key, count)
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

local function readDoubles(load, key, count)
  local values = {}
  want(load, key, 8 * count)
  for i = 1, count do
    values[i] = f64()
  end
  return values
end

local function readHead(model, load, key)
  want(load, key, 36)
  if #buf < 36 or sub(buf, 1, 4) ~= 'KNDL' then
    fail('KINDLINGDAMAGED', 'version %s does not begin as a model does', load.version)
  end
  local formatVersion, kind = byte(buf, 5, 6)
  if formatVersion ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has format %d, this library reads 1', load.version, formatVersion)
  elseif kind ~= 1 then
    fail('KINDLINGFORMAT', 'version %s has kind %d, this library reads 1 (forest)', load.version, kind)
  end
  local aggregation, leafEncoding, flags = byte(buf, 13, 15)
  at = 16
  model.features, model.classes, model.trees, load.nodes, load.splits = u32(), u32(), u32(), u32(), u32()
  if aggregation < 1 or aggregation > 5 then
    fail('KINDLINGFORMAT', 'version %s has aggregation %d, this library reads 1 to 5', load.version, aggregation)
  elseif model.classes > MAX_CLASSES then
    fail('KINDLINGLIMIT', 'version %s has %s classes, allowed are %d', load.version, whole(model.classes), MAX_CLASSES)
  elseif model.trees > MAX_TREES then
    fail('KINDLINGLIMIT', 'version %s has %s trees, allowed are %d', load.version, whole(model.trees), MAX_TREES)
  end
  model.aggregation, load.isInteger = aggregation, leafEncoding == 1
  model.width = aggregation > 3 and 1 or model.classes
  model.thresholds = flags % 2 == 1 and readDoubles(load, key, model.classes)
  load.weights = flags >= 2 and readDoubles(load, key, model.trees)
  local groupTrees = floor(GROUP_ZERO_VALUES / model.width)
  model.groupTrees = groupTrees > GROUP_TREES and GROUP_TREES or groupTrees < GROUP_TREES / 4 and GROUP_TREES / 4 or groupTrees
  load.leafNodes = 1 + floor((aggregation == 3 and 1 or model.width) / CLASSES_A_NODE)
  load.nodeBytes = 8 + 8 * model.width
  load.form = newForm(model, load)
  model.run = newRun(model, load.form)
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
    fail('KINDLINGDAMAGED', 'a threshold of version %s is NaN', load.version)
  end
  keepSplit(load, load.numSlots, threshold, false)
  if threshold < 0 then
    load.zeroOf[load.numSlots] = load.numSplits + 1
  end
end

-- A categorical split becomes a look-up in the set of the categories that part from all others, or a comparison.
local function readCategories(model, load, key)
  local head = varint()
  local arity, othersLeft = floor(head / 2), head % 2 == 1
  want(load, key, floor((arity + 7) / 8))
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

local function readSplits(model, load, key, budget)
  while budget > 0 and load.numSplits < load.splits do
    want(load, key, 32)
    if load.left > 0 and not load.isCategorical then
      readThreshold(load)
      load.left, budget = load.left - 1, budget - 1
    elseif load.left > 0 then
      local condition, zeroLeft, cost = readCategories(model, load, key)
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
      fail('KINDLINGDAMAGED', 'a leaf of version %s votes for no class', load.version)
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
local function readTree(model, load, key, budget)
  local parts, numParts, depth, tree, size = load.parts, load.numParts, load.depth, load.tree, load.treeNodes
  local starts, sizes, isRight, isZero, zeroLeft = load.starts, load.sizes, load.isRight, load.isZero, load.goesLeft
  local slotOf, sourceOf = load.slotOf, load.sourceOf
  repeat
    if #buf - at < load.nodeBytes then
      want(load, key, load.nodeBytes)
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
        fail('KINDLINGDAMAGED', 'a path of version %s holds over 100 splits', load.version)
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

-- One slice, which a small version always is. Returns whether the version is complete.
local function advance(model, load, key)
  local isSmall = model.nodes < SMALL_NODES and #load.chunks <= SMALL_CHUNKS
  local budget = readSplits(model, load, key, isSmall and 1 / 0 or SLICE_COST)
  while budget > 0 do
    local isRead = load.tree > model.trees and not load.waiting
    if load.groupTrees > 0 and (isRead or load.waiting and (
        (load.tree - 1) % model.groupTrees == 1 or load.groupNodes + load.waitingNodes > GROUP_NODES)) then
      if load.groupNodes > budget then
        return false
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
      if load.base + at ~= load.bytes - 4 or load.numNodes ~= load.nodes then
        fail('KINDLINGDAMAGED', 'version %s does not end where its last tree does', load.version)
      end
      -- Sets about as many marks as there are trees: more are not worth it.
      model.maxSet = load.zero.count < MAX_ZERO_SPLITS and load.numSlots * model.trees / load.zero.count or 0
      return true
    else
      if load.numParts == 0 then
        beginTree(model, load)
      end
      budget = readTree(model, load, key, budget)
      if load.depth == 0 then
        finishTree(model, load)
        load.numParts = 0
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

-- Raises what reading a version failed with, which is ours, Redis's own or, of bytes that make no sense, Lua's.
local function failReading(version, problem)
  if type(problem) == 'string' and not find(problem, '^%-?%u+ ') then
    fail('KINDLINGDAMAGED', 'version %s cannot be read: %s', version, problem)
  end
  error(problem, 0)
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
  local model = {
    id = id, ready = false, used = 0, bound = MAX_CACHED_NODES,
    slots = {}, also = {}, groups = {}, marks = {}, markOf = {}, pieces = {}, leaves = {}, sets = {},
  }
  if type(meta.maxNodes) == 'number' and meta.maxNodes > MAX_CACHED_NODES then
    model.bound = meta.maxNodes
  end
  local load = {
    version = version, chunks = meta.chunks, bytes = meta.bytes, numRead = 0, base = 0,
    numSlots = 0, featureOf = {}, thresholds = {}, firstOf = {}, zeroOf = {}, up = {}, down = {}, numFinished = 0,
    zero = { count = 0, rank = {}, tree = {}, next = {} },
    numSplits = 0, left = 0, isCategorical = true, feature = -1, slotOf = {}, sourceOf = {}, zeroLeft = {},
    slotHalf = {}, rankHalf = {},
    tree = 1, numNodes = 0, parts = {}, numParts = 0, values = {}, valueSources = {}, numValueSources = 0,
    starts = {}, sizes = {}, isRight = {}, isZero = {}, goesLeft = {},
    group = {}, groupTrees = 0, groupNodes = 0, steps = 0,
  }
  buf, at = '', 0
  local read, problem = pcall(readHead, model, load, key)
  if not read then
    failReading(version, problem)
  end
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
  collectGarbage('stop') -- a slice makes a few megabytes; collecting while it does costs a tenth of its time
  local went, complete = pcall(advance, model, load, key)
  collectGarbage('restart')
  collectGarbage('step', GARBAGE_STEP)
  load.buf, load.at = buf, at
  buf, at = '', 0
  if not went then
    drop(model.id)
    failReading(version, complete)
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

-- The sums of a row into A.
local function addUp(model, text)
  local set, also = readRow(model, text), model.also
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
        problem = gsub(problem, '^KINDLINGARG ', 'KINDLINGARG row ' .. row .. ': ')
      end
      error(problem, 0)
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
register('kindling_warm', warm)
register('kindling_version', function()
  return 1
end)
