-- Writes a report of a run, finished or not: what it was, how it went, a picture of its losses.
--
--   nightjar run --out runs/reports Scripts/examples/report.lua [RUN]
--
-- RUN is a run's folder; the first one below runs/ is taken where it is left out. It shows: what a
-- run records, read back as tables. Nothing is trained here.
local nj = require "nightjar"

local folder = ... or nj.run.list()[1]
if not folder then
  print "there is no run below runs/ yet; name a run's folder"
  return
end
local run = assert(nj.run.read(folder))
local name = run.config and run.config.name or folder

-- metrics.jsonl has a line for each step, and one for each look at held-out text.
local steps, losses, rates, speeds = {}, {}, {}, {}
local looks, heldout = {}, {}
for _, row in ipairs(run.metrics) do
  if row.type == "step" then
    steps[#steps + 1], losses[#losses + 1] = row.step, row.loss
    rates[#rates + 1], speeds[#speeds + 1] = row.learning_rate, row.tokens_per_second
  elseif row.type == "evaluation" then
    looks[#looks + 1], heldout[#heldout + 1] = row.step, row.eval_loss
  end
end
if #steps == 0 then
  print(folder .. " has recorded no step yet")
  return
end

local function median(values)
  local sorted = table.move(values, 1, #values, 1, {})
  table.sort(sorted)
  return sorted[(#sorted + 1) // 2]
end

-- The report, line by line.
local lines = {}
local function say(...) lines[#lines + 1] = string.format(...) end

say("# %s", name)
say("")
say("| | |")
say("|---|---|")
say("| steps | %d |", steps[#steps])
say("| training loss, first and last | %.4f, %.4f |", losses[1], losses[#losses])
if #heldout > 0 then
  local best, at = heldout[1], looks[1]
  for i, loss in ipairs(heldout) do
    if loss < best then best, at = loss, looks[i] end
  end
  say("| best held-out loss | %.4f, at step %d |", best, at)
end
say("| tokens a second, median | %.0f |", median(speeds))
local highest = rates[1]
for _, rate in ipairs(rates) do highest = math.max(highest, rate) end
say("| highest learning rate | %.2e |", highest)
say("| checkpoints | %s |", table.concat(run.checkpoints, ", "))
say("")
say("![losses](losses.svg)")
say("")

-- What happened on the way: the journal has a line for each event.
say("## Events")
say("")
for _, event in ipairs(run.events) do
  say("- step %d: %s%s", event.step, event.event, event.reason and " (" .. event.reason .. ")" or "")
end

local series = { { name = "training", x = steps, y = losses } }
if #heldout > 0 then series[2] = { name = "held-out", x = looks, y = heldout } end
local picture = nj.plot.lines {
  title = name, x_label = "step", y_label = "loss (nats a token)", series = series,
}

local text = table.concat(lines, "\n") .. "\n"
local path, why = nj.file.save("report.md", text)
if path then
  nj.file.save("losses.svg", picture)
  print("the report is in " .. path)
else
  print(text)
  print(nj.plot.text { series = series })
  print("nothing is written: " .. why)
end
