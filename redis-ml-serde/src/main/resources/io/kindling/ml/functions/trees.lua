
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
