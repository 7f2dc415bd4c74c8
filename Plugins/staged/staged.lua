-- A curriculum in stages, from simple to complex: as in moderation, where clear cases come first, then
-- those that depend on a rule, then those that people argue about. A stage ends after its share of the
-- run, or before that, once a probe has come as far as the stage wants.

-- What may stand in a stage beside `share` and `until_value`: the dials that it turns.
local function dials_of(stage, settings)
  local dials = {}
  for path, value in pairs(stage.dials or {}) do dials[path] = value end
  if stage.difficulty then dials["data.max_difficulty"] = stage.difficulty end
  if settings.forgets_easy and stage.from_difficulty then
    dials["data.min_difficulty"] = stage.from_difficulty
  end
  return dials
end

local function is_mastered(stage, ctx)
  local probe = ctx.probes and ctx.probes[ctx.settings.probe]
  local value = probe and probe[ctx.settings.value]
  if not (value and stage.until_value) then return false end
  if ctx.settings.higher_is_better then return value >= stage.until_value end
  return value <= stage.until_value
end

return {
  name = "staged",
  api = 1,
  summary = "Teaches in stages from simple to complex, each with its own dials.",
  settings = {
    -- Of each stage: its share of the run, the difficulty up to which it teaches ("none" for all),
    -- the probe's value that ends it early, and dials of its own.
    stages = {
      { share = 0.3, difficulty = 1 },
      { share = 0.4, difficulty = 2 },
      { share = 0.3, difficulty = "none" },
    },
    forgets_easy = false, -- whether a stage with from_difficulty leaves easier rows out
    probe = "", -- the probe whose value may end a stage
    value = "accuracy", -- its number
    higher_is_better = true, -- false for losses
  },
  curricula = {
    stages = function(ctx)
      local stages, state = ctx.settings.stages, ctx.state
      local index = state.stage or 0
      local began = state.began or 0
      -- A stage that ended early leaves its time to those after it.
      while index == 0 or (index < #stages
        and (ctx.progress - began >= stages[index].share - 1e-9 or is_mastered(stages[index], ctx)))
      do
        local early = index > 0 and ctx.progress - began < stages[index].share - 1e-9
        index = index + 1
        began = ctx.progress
        if index == 1 or early then break end
      end
      if index == state.stage then return nil end
      state.stage, state.began = index, began
      return dials_of(stages[index], ctx.settings)
    end,
  },
  examples = {
    {
      call = "curricula.stages",
      gives = { ["data.max_difficulty"] = 1 },
      leaves = { stage = 1, began = 0.0 },
    },
    {
      call = "curricula.stages",
      with = { progress = 0.2 },
      state = { stage = 1, began = 0.0 },
      leaves = { stage = 1, began = 0.0 },
    },
    {
      call = "curricula.stages",
      with = { progress = 0.3 },
      state = { stage = 1, began = 0.0 },
      gives = { ["data.max_difficulty"] = 2 },
      leaves = { stage = 2, began = 0.3 },
    },
  },
}
