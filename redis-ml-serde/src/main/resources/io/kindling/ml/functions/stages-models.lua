
---------------------------------------------------------------------------------------- stages that are models

do
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
