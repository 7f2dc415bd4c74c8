-- Which mix of sources teaches most in a few steps? Tries several plans, each in a short run of its
-- own from the same beginning, and names the one with the lowest held-out loss.
--
--   nightjar run Scripts/examples/curriculum-search.lua [FOLDER] [STEPS]
--
-- FOLDER holds one folder of texts for each source named below; a relative one begins at this file.
-- It shows: a recipe made by the program itself, and dials that change while a run goes on.
local nj = require "nightjar"

local folder, steps = ...
folder = folder or "../../runs/demo-data"
steps = tonumber(steps) or 60

-- What is tried: weights by source at the beginning and, where they change, from half way on.
local plans = {
  { name = "even", first = { dictionary = 1, handbooks = 1, fortunes = 1 } },
  { name = "mostly-handbooks", first = { dictionary = 0.5, handbooks = 2, fortunes = 0.5 } },
  {
    name = "short-texts-first",
    first = { dictionary = 2, handbooks = 0.2, fortunes = 2 },
    second = { dictionary = 0.5, handbooks = 2, fortunes = 0.5 },
  },
}

-- The recipe of a plan. Everything but the mix is the same, the seed included, so that the plans
-- begin with equal weights and differ in nothing else.
local function recipe(plan)
  local mix = {}
  for name, weight in pairs(plan.first) do
    local source = nj.data.folder {
      path = folder .. "/" .. name, pattern = "*.txt", split = "blank_line", validation = 0.1,
    }
    mix[name] = { weight = weight, source }
  end
  return nj.recipe {
    name = "plan-" .. plan.name, seed = 1, steps = steps, tokenizer = "byte",
    model = nj.model.init {
      hidden_size = 64, intermediate_size = 176, num_hidden_layers = 2, num_attention_heads = 2,
      max_position_embeddings = 128, tie_word_embeddings = true,
    },
    data = nj.data.mix(mix), sequence_length = 64, batch = { size = 8 },
    optimizer = nj.optim.adamw { lr = 3e-3 },
    schedule = nj.schedule.constant { warmup_steps = math.max(1, steps // 10) },
    evaluate = { batches = 8 },
  }
end

local results = {}
for _, plan in ipairs(plans) do
  local run = nj.run.open(recipe(plan), { fresh = true, quiet = true })
  while run:active() do
    if plan.second and run:step_count() == steps // 2 then
      local weights = {}
      for name, weight in pairs(plan.second) do weights["data." .. name .. ".weight"] = weight end
      run:set(weights)
    end
    if not run:step() then break end
  end
  local scored = run:evaluate()
  if not scored then -- Ctrl-C: what was not tried is not compared
    print("stopped in the plan " .. plan.name .. "; begin again to try it whole")
    break
  end
  results[#results + 1] = { plan = plan, loss = scored.loss, by_source = scored.by_source }
  run:finish()

  local parts = {}
  for name, loss in pairs(scored.by_source) do
    parts[#parts + 1] = string.format("%s %.3f", name, loss)
  end
  print(string.format("%-18s %.4f   %s", plan.name, scored.loss, table.concat(parts, "  ")))
end

table.sort(results, function(a, b) return a.loss < b.loss end)
if results[1] then
  print(string.format("the best plan after %d steps is %s", steps, results[1].plan.name))
end
