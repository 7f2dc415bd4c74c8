-- Keeps a readable diary of the run in its log: where it stands, what it learned, what went wrong.
local nj = require "nightjar"

local function mean(values)
  local sum = 0
  for _, value in ipairs(values) do sum = sum + value end
  return sum / #values
end

-- One sentence about the steps since the last note.
local function note(ctx)
  local state = ctx.state
  local now = mean(state.losses)
  local text = ("step %d of %d: loss %.4f"):format(ctx.step, ctx.total_steps, now)
  if state.last then
    local change = now - state.last
    text = text .. (", %s by %.4f"):format(change < 0 and "down" or "up", math.abs(change))
  end
  if state.skipped > 0 then
    text = text .. ("; %d of %d updates left out"):format(state.skipped, state.count)
  end
  return text, now
end

local function begin(state)
  state.losses, state.skipped, state.count = {}, 0, 0
end

return {
  name = "progress-notes",
  api = 1,
  summary = "Keeps a readable diary of the run in its log.",
  settings = {
    every_steps = 100, -- steps between two notes
  },
  hooks = {
    on_start = function(ctx)
      nj.log.info(("begins: %d parameters, %d steps"):format(ctx.parameters, ctx.total_steps))
    end,
    on_step_end = function(ctx)
      local state = ctx.state
      if not state.losses then begin(state) end
      state.count = state.count + 1
      if ctx.skipped then
        state.skipped = state.skipped + 1
      else
        table.insert(state.losses, ctx.loss)
      end
      if ctx.step % ctx.settings.every_steps ~= 0 or #state.losses == 0 then return end
      local text, now = note(ctx)
      nj.log.info(text)
      begin(state)
      state.last = now
    end,
    on_evaluate = function(ctx)
      local state = ctx.state
      local text = ("step %d: held-out loss %.4f"):format(ctx.step, ctx.loss)
      if state.best and ctx.loss < state.best then text = text .. ", the lowest so far" end
      state.best = math.min(state.best or math.huge, ctx.loss)
      nj.log.info(text)
    end,
    on_rollback = function(ctx)
      nj.log.warn(("step %d: back to the weights of step %d: %s"):format(
        ctx.step, ctx.target, ctx.reason))
    end,
    on_error = function(ctx)
      nj.log.warn(("step %d: the run failed: %s"):format(ctx.step, ctx.message))
    end,
    on_end = function(ctx)
      nj.log.info(("%s after %d steps and %d tokens"):format(ctx.ending, ctx.step, ctx.tokens))
    end,
  },
  examples = {
    {
      call = "hooks.on_step_end",
      with = { step = 7, total_steps = 10, loss = 2.5 },
      leaves = { losses = { 2.5 }, skipped = 0, count = 1 },
    },
    {
      call = "hooks.on_step_end",
      settings = { every_steps = 2 },
      with = { step = 2, total_steps = 10, loss = 2.0 },
      state = { losses = { 3.0 }, skipped = 0, count = 1, last = 3.5 },
      leaves = { losses = {}, skipped = 0, count = 0, last = 2.5 },
    },
  },
}
