-- Trains a small population side by side. Now and then the worse half takes over the dials of the
-- best, changed a little, so that the settings improve while the runs go on.
--
--   nightjar run Scripts/examples/population.lua [RECIPE] [STEPS] [SIZE]
--
-- It shows: several runs in one script, evaluate, dials (Jaderberg et al. 2017, without copying
-- weights: every run keeps what it has learned).
local nj = require "nightjar"

local recipe, steps, size = ...
recipe = recipe or "../recipes/tiny.lua"
steps, size = tonumber(steps) or 60, tonumber(size) or 4
local rounds = 4

-- Each member begins with another learning rate: 1e-3, 2e-3, 4e-3 and so on.
local members = {}
for i = 1, size do
  local run = nj.run.open(recipe, {
    name = "population-" .. i, fresh = true, quiet = true,
    set = { steps = steps, ["optimizer.lr"] = 1e-3 * 2 ^ (i - 1) },
  })
  members[i] = { run = run, number = i, loss = math.huge }
end

-- What is passed on, and by how much it may change on the way.
local inherited = { "optimizer.lr", "optimizer.weight_decay" }
local function inherit(from, to)
  local dials, changes = from.run:dials(), {}
  for _, name in ipairs(inherited) do
    -- nj.random gives the same numbers in every run of this program.
    changes[name] = dials[name] * (nj.random.chance(0.5, "explore") and 1.25 or 0.8)
  end
  to.run:set(changes)
end

local made = 0
for round = 1, rounds do
  local goal = steps * round // rounds
  local is_whole = true
  for _, member in ipairs(members) do
    while member.run:active() and member.run:step_count() < goal do
      local report = member.run:step()
      member.last = report or member.last
    end
    -- Held-out text tells who is best; a recipe that holds nothing out is judged by its training.
    local scored = member.run:evaluate()
    is_whole = is_whole and member.run:step_count() >= goal
    member.loss = scored and scored.loss or member.last and member.last.loss_mean or math.huge
  end

  -- Ctrl-C ends the runs: a round that was not made says nothing.
  if not is_whole then break end
  made = round
  table.sort(members, function(a, b) return a.loss < b.loss end)
  local line = {}
  for i, member in ipairs(members) do
    line[i] = string.format("#%d %.4f", member.number, member.loss)
  end
  print(string.format("step %d: %s", goal, table.concat(line, ", ")))

  if round < rounds and members[1].run:active() then
    for i = size // 2 + 1, size do
      if i > 1 then inherit(members[1], members[i]) end
    end
  end
end

-- The best one goes on from here with --resume; the others only showed the way.
local best = members[1]
local dials, words = best.run:dials(), {}
for i, name in ipairs(inherited) do
  words[i] = string.format("--set %s=%.3g", name, dials[name])
end
local folder = best.run:path()
for _, member in ipairs(members) do member.run:finish() end
if made == 0 then
  print("stopped before the first round was made: none is the best yet")
else
  print("the best is #" .. best.number .. " in " .. folder)
  print("its dials: " .. table.concat(words, " "))
end
