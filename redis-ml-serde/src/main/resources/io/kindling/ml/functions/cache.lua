
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
