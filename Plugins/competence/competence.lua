-- Competence-based pacing (Platanios et al., 2019): the difficulty up to which rows are taught grows
-- with the root of progress, from `easiest` to `hardest`; everything is taught from `until_progress` on.
-- With a probe, competence is what the probe says instead: a value between `from_value` and `to_value`.
local function competence(ctx)
  local settings = ctx.settings
  if settings.probe ~= "" then
    local probe = ctx.probes and ctx.probes[settings.probe]
    local value = probe and probe[settings.value]
    if not value then return settings.begin end
    local share = (value - settings.from_value) / (settings.to_value - settings.from_value)
    return math.min(1, math.max(settings.begin, share))
  end
  local share = math.min(1, ctx.progress / settings.until_progress)
  return math.sqrt(share * (1 - settings.begin ^ 2) + settings.begin ^ 2)
end

return {
  name = "competence",
  api = 1,
  summary = "Teaches rows up to a difficulty that grows with the model's competence.",
  settings = {
    easiest = 0.0, -- the least difficulty of the rows
    hardest = 1.0, -- the greatest
    begin = 0.1, -- competence at the beginning, as a share
    until_progress = 0.6, -- the share of the run after which every row is taught
    stages = 20, -- how often the bound moves; each move plans the data again
    probe = "", -- a probe that tells the competence, in the place of progress
    value = "accuracy", -- its number
    from_value = 0.0, -- where it counts as none
    to_value = 1.0, -- and as all
  },
  curricula = {
    pace = function(ctx)
      local settings = ctx.settings
      local now = competence(ctx)
      local stage = math.floor(now * settings.stages + 1e-9)
      -- What was taught once stays taught.
      stage = math.max(stage, ctx.state.stage or 0)
      if stage == ctx.state.stage then return nil end
      ctx.state.stage = stage
      if stage >= settings.stages then return { ["data.max_difficulty"] = "none" } end
      local share = stage / settings.stages
      return { ["data.max_difficulty"] = settings.easiest + share * (settings.hardest - settings.easiest) }
    end,
  },
  examples = {
    {
      call = "curricula.pace",
      settings = { stages = 10 },
      gives = { ["data.max_difficulty"] = 0.1 },
      leaves = { stage = 1 },
    },
    {
      call = "curricula.pace",
      settings = { stages = 10 },
      with = { progress = 0.6 },
      state = { stage = 4 },
      gives = { ["data.max_difficulty"] = "none" },
      leaves = { stage = 10 },
    },
  },
}
