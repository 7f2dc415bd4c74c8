-- A curriculum by loss: sources whose held-out loss is still far from a goal, or falls fastest, get
-- more of the mix. With `by = "excess"` a share follows exp(loss - goal), as in DoReMi (Xie et al.,
-- 2023) with the goals in the place of a reference model; with `by = "progress"` it follows how much
-- the loss has fallen since it was last measured (Graves et al., "Automated curriculum learning",
-- 2017). Shares are smoothed towards those that the recipe began with.

-- The sources' shares by name, with the paths of their dials.
local function shares(dials)
  local paths, values, sum = {}, {}, 0
  for path, value in pairs(dials) do
    local name = path:match "^data%.([^.]+)%.weight$" or path:match "^data%.replay%.([^.]+)%.percent$"
    if name then
      paths[name], values[name] = path, value
      sum = sum + value
    end
  end
  return paths, values, sum
end

local function signal(name, ctx)
  local loss = ctx.held_out_by_source[name]
  if not loss then return nil end
  if ctx.settings.by == "progress" then
    local before = ctx.state.losses and ctx.state.losses[name]
    return before and (before - loss) or 0
  end
  return loss - (ctx.settings.goals[name] or 0)
end

return {
  name = "loss-based",
  api = 1,
  summary = "Gives sources a larger share the more there is to learn from them.",
  settings = {
    by = "excess", -- or "progress"
    goals = {}, -- by source, the held-out loss that counts as learned; 0 where none is given
    sharpness = 1.0, -- how strongly differences of loss turn into differences of share
    smoothing = 0.5, -- the share of the recipe's own mix in the new one
  },
  curricula = {
    by_loss = function(ctx)
      local held = ctx.held_out_by_source
      if not held or ctx.held_out_step == ctx.state.step then return nil end
      local paths, values, sum = shares(ctx.dials)
      ctx.state.first = ctx.state.first or values
      local first, signals, weights, total = ctx.state.first, {}, {}, 0
      local most = -math.huge
      for name in pairs(paths) do
        local value = signal(name, ctx)
        if value and (first[name] or 0) > 0 then
          signals[name] = ctx.settings.sharpness * value
          most = math.max(most, signals[name])
        end
      end
      -- Against the largest: nothing overflows, and equal losses leave the mix exactly as it is.
      for name, value in pairs(signals) do
        weights[name] = first[name] * math.exp(value - most)
        total = total + weights[name]
      end
      ctx.state.losses, ctx.state.step = held, ctx.held_out_step
      local count = 0
      for _ in pairs(weights) do count = count + 1 end
      if count < 2 or total <= 0 or total == math.huge then return nil end
      local own = 0
      for name in pairs(weights) do own = own + first[name] end
      local dials, mixed = {}, ctx.settings.smoothing
      for name, weight in pairs(weights) do
        local share = mixed * first[name] / own + (1 - mixed) * weight / total
        dials[paths[name]] = share * own
      end
      return dials
    end,
  },
  examples = {
    { call = "curricula.by_loss" },
    {
      call = "curricula.by_loss",
      settings = { smoothing = 0.0 },
      with = {
        held_out_step = 10,
        held_out_by_source = { law = 2.0, fiction = 2.0 },
        dials = { ["data.law.weight"] = 1.0, ["data.fiction.weight"] = 3.0 },
      },
      gives = { ["data.law.weight"] = 1.0, ["data.fiction.weight"] = 3.0 },
    },
  },
}
