
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
    if fields > count then
      fail('KINDLINGDAMAGED', 'version %s has %s fields of %s columns', origin.version, whole(fields), whole(count))
    end
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
