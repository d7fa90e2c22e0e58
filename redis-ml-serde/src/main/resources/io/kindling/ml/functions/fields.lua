
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
