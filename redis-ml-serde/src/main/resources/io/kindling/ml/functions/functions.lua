
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
    elseif find(text, '^user_function:') then -- Bytes that no publisher wrote.
      text = "KINDLINGDAMAGED the model at '" .. shown(keys[1]) .. "' cannot be run: " .. text
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
