
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
