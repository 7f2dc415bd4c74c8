-- Trains until held-out loss has stopped falling, then goes back to the best weights.
--
--   nightjar run Scripts/examples/early-stopping.lua [RECIPE] [EVERY] [PATIENCE]
--
-- EVERY steps held-out text is scored; after PATIENCE scores without a new best the run ends. It
-- shows: evaluate, save, rollback and a stage, and what Ctrl-C does to a program.
local nj = require "nightjar"

local recipe, every, patience = ...
recipe = recipe or "../recipes/tiny.lua"
every, patience = tonumber(every) or 20, tonumber(patience) or 3
local least = 0.002 -- what counts as better

local run = nj.run.open(recipe, {
  name = "early-stopping", fresh = true, quiet = true,
  -- The checkpoint with the lowest held-out loss is never thrown away.
  set = { ["checkpoint.keep_best"] = 1 },
})

local best = { loss = math.huge }
local waited = 0

-- Looks at held-out text; true while it is worth going on.
local function improves()
  local scored = run:evaluate()
  if not scored then return true end -- Ctrl-C, or nothing is held out
  local mark = ""
  if scored.loss < best.loss - least then
    -- A checkpoint of every new best, so that there is something to go back to.
    best = { loss = scored.loss, step = run:step_count(), checkpoint = run:save() }
    waited, mark = 0, "  best so far"
  else
    waited = waited + 1
  end
  print(string.format("step %4d  held-out loss %.4f%s", run:step_count(), scored.loss, mark))
  return waited < patience
end

-- After Ctrl-C `active` is false and `step` gives nil: the loop ends, and what follows still runs.
while run:active() do
  local report = run:step()
  if report and report.step % every == 0 and not improves() then
    print(string.format("no better for %d looks; stopping at step %d", waited, report.step))
    break
  end
end

-- Whatever came after the best score is left behind. A run that was interrupted keeps its place,
-- so that nothing is lost: nightjar train RECIPE --set name=early-stopping --resume.
if best.checkpoint and best.step < run:step_count() and (waited >= patience) then
  run:rollback { to = best.checkpoint, reason = "held-out loss stalled" }
  print("back to the weights of " .. best.checkpoint)
end
run:save "pre"

local summary = run:finish()
local told = best.step and string.format("best held-out loss %.4f at step %d", best.loss, best.step)
print(string.format(
  "%s after %d steps; %s", summary.ending, summary.steps, told or "no held-out text was scored"))
print("listen to it:  nightjar generate " .. summary.folder)
