-- Finds a learning rate in one short run: raises it from tiny to huge, a little with every step,
-- and watches the loss. Where the loss falls fastest, the rate is good; where it climbs, too high.
--
--   nightjar run --out runs/plots Scripts/examples/learning-rate-range.lua [RECIPE] [STEPS]
--
-- It shows: the two halves of a step (forward_backward, optim_step), and plots.
local nj = require "nightjar"

local recipe, steps = ...
recipe = recipe or "../recipes/tiny.lua"
steps = tonumber(steps) or 100
local lowest, highest = 1e-6, 1.0

local run = nj.run.open(recipe, {
  name = "learning-rate-range", fresh = true, quiet = true,
  -- A loss that is no number ends this test rather than the program.
  set = { steps = steps, ["on.nan"] = "skip" },
})

local rates, losses = {}, {}
local smooth, best = nil, math.huge
local is_whole = true
while run:active() do
  -- The first half computes the gradients; nothing has been learned yet.
  local forward = run:forward_backward()
  if not forward then -- Ctrl-C
    is_whole = false
    break
  end

  -- The loss of single batches jumps about, so a running mean is what is judged.
  smooth = smooth and 0.8 * smooth + 0.2 * forward.loss or forward.loss
  local rate = lowest * (highest / lowest) ^ (#rates / math.max(1, steps - 1))
  rates[#rates + 1], losses[#losses + 1] = rate, smooth

  -- Once the loss has blown up there is nothing more to see. The comparison is written so that
  -- a loss that is no number ends the loop too.
  best = math.min(best, smooth)
  if not (smooth < 2 * best) then break end

  -- The second half moves the weights, at our rate instead of the schedule's.
  run:optim_step { lr = rate }
end
run:finish()
if not is_whole then
  print(string.format("stopped after %d of %d rates: too few to suggest one", #rates, steps))
  return
end

-- The steepest fall of the loss over the logarithm of the rate, a few points apart.
local window = math.max(1, #rates // 10)
local steepest, suggestion = 0, rates[1]
for i = 1, #rates - window do
  local fall = losses[i] - losses[i + window]
  if fall > steepest then
    steepest, suggestion = fall, rates[i + window // 2]
  end
end

local picture = {
  title = "loss against learning rate", x_label = "learning rate", y_label = "loss",
  log_x = true, series = { { name = "loss", x = rates, y = losses } },
}
print(nj.plot.text {
  title = picture.title, log_x = true, series = picture.series, width = 64, height = 14,
})
print(string.format("the loss falls fastest near a learning rate of %.1e", suggestion))
print(string.format("try it:  nightjar train RECIPE --set optimizer.lr=%.1e", suggestion))

-- Without --out there is no folder to write to, which is no reason to fail.
local path, why = nj.file.save("learning-rate-range.svg", nj.plot.lines(picture))
print(path and "the plot is in " .. path or "no picture: " .. why)
