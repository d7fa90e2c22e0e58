#!lua name=kindling
-- version: 2
--[[
Serves model hashes (docs/format/model-v1.md) inside Redis; the contract is docs/functions.md.

KEYS   one: the hash of a model, kindling:model:{name}. Only HGET and HMGET are called, on that key.
ARGV   [@vN], then features, or names and values of fields, by function.
Needs  Redis 7.0 or Valkey. No function writes, so each works through FCALL_RO on a replica.
Cost   O(trees x depth) a row, and of a pipeline O(numbers of its stages); a call compiles one slice at most.

One library, in files that follow each other: the numbers that bound a call and errors, here; features, the source of trees,
the bytes of a forest, the cache, the answers of a forest; vectors, fields, the bytes of a pipeline, its stages, its answers;
the functions. Lua allows 200 locals to all of them together. Why forests are fast:

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
