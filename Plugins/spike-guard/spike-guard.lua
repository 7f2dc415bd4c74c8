-- Leaves out an update whose loss or gradient norm jumps far above the steps before it, and goes
-- back to the last checkpoint where leaving out does not help.
local nj = require "nightjar"

local function mean_and_deviation(values)
  local sum, squares = 0, 0
  for _, value in ipairs(values) do sum = sum + value end
  local mean = sum / #values
  for _, value in ipairs(values) do squares = squares + (value - mean) ^ 2 end
  return mean, math.sqrt(squares / #values)
end

-- How many standard deviations `value` stands above the last steps; 0 while they are too few.
local function height(value, history, settings)
  local recent = { table.unpack(history, math.max(1, #history - settings.window + 1)) }
  if #recent < settings.least_steps then return 0 end
  local mean, deviation = mean_and_deviation(recent)
  -- A history that hardly moves would call every change a spike.
  return (value - mean) / math.max(deviation, 0.02 * math.abs(mean), 1e-12)
end

local function spike(ctx)
  if not (ctx.loss and ctx.gradient_norm) then return "loss or gradient is not finite" end
  local settings = ctx.settings
  local loss = height(ctx.loss, ctx.losses, settings)
  local norm = height(ctx.gradient_norm, ctx.gradient_norms, settings)
  if loss > settings.deviations then
    return ("loss %.4g is %.1f deviations above the last steps"):format(ctx.loss, loss)
  elseif norm > settings.deviations then
    return ("gradient norm %.4g is %.1f deviations above the last steps"):format(
      ctx.gradient_norm, norm)
  end
end

return {
  name = "spike-guard",
  api = 1,
  summary = "Skips an update whose loss or gradient norm spikes; goes back if that does not help.",
  settings = {
    deviations = 6.0, -- how far above the mean of the last steps a spike begins
    window = 50, -- how many steps are looked back at
    least_steps = 20, -- with fewer steps than this nothing is a spike
    patience = 3, -- spikes in a row that are skipped; the next one goes back to a checkpoint
  },
  hooks = {
    on_gradients = function(ctx)
      local reason = spike(ctx)
      if not reason then
        ctx.state.in_a_row = 0
        return nil
      end
      nj.metric.add("spikes", 1)
      local in_a_row = (ctx.state.in_a_row or 0) + 1
      if in_a_row > ctx.settings.patience then
        ctx.state.in_a_row = 0
        return { action = "rollback", reason = reason }
      end
      ctx.state.in_a_row = in_a_row
      return { action = "skip", reason = reason }
    end,
  },
  examples = {
    {
      call = "hooks.on_gradients",
      settings = { least_steps = 4 },
      with = {
        loss = 3.0, gradient_norm = 1.0,
        losses = { 3.1, 3.0, 3.2, 3.1 }, gradient_norms = { 1.1, 0.9, 1.0, 1.0 },
      },
      leaves = { in_a_row = 0 },
    },
    {
      call = "hooks.on_gradients",
      settings = { least_steps = 4 },
      with = {
        loss = 9.0, gradient_norm = 1.0,
        losses = { 3.1, 3.0, 3.2, 3.1 }, gradient_norms = { 1.1, 0.9, 1.0, 1.0 },
      },
      gives = { action = "skip", reason = "loss 9 is 83.4 deviations above the last steps" },
      leaves = { in_a_row = 1 },
    },
  },
}
