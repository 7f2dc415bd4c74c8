-- Watches a probe of general ability. Where it has become worse than it was at the start by more than
-- the user tolerates, more of the mix becomes replay, or the learning rate falls where there is none
-- left to give; where it is far worse, the run goes back to its last checkpoint first.
local nj = require "nightjar"

-- How much worse the probe is than at the start, as a share; 0 or less for as good or better.
local function decline(now, start, settings)
  local change = now[settings.value] - start[settings.value]
  if settings.higher_is_better then change = -change end
  return change / math.max(math.abs(start[settings.value]), 1e-9)
end

-- Whether the decline is more than chance: the interval of now does not reach the start's value.
local function is_certain(now, start, settings)
  local value = start[settings.value]
  if settings.higher_is_better then
    local high = now[settings.value .. "_high"]
    return not high or high < value
  end
  local low = now[settings.value .. "_low"]
  return not low or low > value
end

-- The shares that are not replay, lowered; nil where none can be.
local function more_replay(ctx)
  local dials, found = {}, false
  for path, value in pairs(ctx.dials) do
    local is_own = path:find "^data%.[^.]+%.percent$"
    if is_own and value > ctx.settings.least_percent then
      dials[path] = math.max(ctx.settings.least_percent, value - ctx.settings.step_percent)
      found = true
    end
  end
  return found and dials or nil
end

-- How much worse the probe was when the checkpoint was saved that the run would go back to; nil where
-- that was not measured.
local function decline_at(step, seen)
  local last
  for _, entry in ipairs(seen) do
    if entry.step <= step then last = entry.worse end
  end
  return last
end

local function slower(ctx)
  local factor = ctx.dials["schedule.factor"] or 1
  if factor <= ctx.settings.least_factor then return nil end
  return { ["schedule.factor"] = math.max(ctx.settings.least_factor, factor / 2) }
end

return {
  name = "forgetting-guard",
  api = 1,
  summary = "Raises replay, lowers the rate or goes back where a general probe becomes worse.",
  settings = {
    probe = "general", -- the probe that is watched
    value = "loss", -- its number
    higher_is_better = false, -- true for accuracies
    tolerance = 0.015, -- the share by which it may become worse
    rollback_at = 0.06, -- from this share on the run goes back to its last checkpoint
    step_percent = 10.0, -- percentage points that each source beside replay gives up
    least_percent = 10.0, -- what each of them keeps
    least_factor = 0.1, -- the lowest schedule.factor
  },
  hooks = {
    on_probe = function(ctx)
      local settings = ctx.settings
      local now = ctx.probes and ctx.probes[settings.probe]
      local start = ctx.start and ctx.start[settings.probe]
      if ctx.step == 0 and not now then
        nj.log.warn(("there is no probe %q to watch; set probe"):format(settings.probe))
      end
      if not (now and start and now[settings.value] and start[settings.value]) then return nil end
      local worse = decline(now, start, settings)
      nj.metric.log("forgetting", worse)
      local seen = ctx.state.seen or {}
      local back = ctx.rollback_step and decline_at(ctx.rollback_step, seen)
      if #seen == 64 then table.remove(seen, 1) end
      seen[#seen + 1] = { step = ctx.step, worse = worse }
      ctx.state.seen = seen
      if worse <= settings.tolerance or not is_certain(now, start, settings) then return nil end
      local reason = ("%s of %s is %.1f %% worse than at the start"):format(
        settings.value, settings.probe, 100 * worse)
      local dials = more_replay(ctx) or slower(ctx)
      local goes_back = worse >= settings.rollback_at and ctx.rollback_step
        and ctx.rollbacks < ctx.max_rollbacks and ctx.step < ctx.total_steps
        -- What was as bad then would be no help.
        and (not back or back < worse - settings.tolerance)
      if not dials and not goes_back then
        nj.log.warn(reason .. ", and there is nothing left to change")
        return nil
      end
      nj.log.info(reason)
      return { action = goes_back and "rollback" or "keep", dials = dials, reason = reason }
    end,
  },
  examples = {
    {
      call = "hooks.on_probe",
      with = {
        step = 100, total_steps = 1000, max_rollbacks = 3,
        probes = { general = { loss = 2.02, loss_low = 2.01, loss_high = 2.03 } },
        start = { general = { loss = 2.0 } },
        dials = { ["data.customer.percent"] = 60.0 },
      },
    },
    {
      call = "hooks.on_probe",
      with = {
        step = 100, total_steps = 1000, max_rollbacks = 3,
        probes = { general = { loss = 2.1, loss_low = 2.08, loss_high = 2.12 } },
        start = { general = { loss = 2.0 } },
        dials = { ["data.customer.percent"] = 60.0, ["data.replay.law.percent"] = 50.0 },
      },
      gives = {
        action = "keep",
        dials = { ["data.customer.percent"] = 50.0 },
        reason = "loss of general is 5.0 % worse than at the start",
      },
    },
    {
      call = "hooks.on_probe",
      settings = { value = "accuracy", higher_is_better = true },
      with = {
        step = 100, total_steps = 1000, max_rollbacks = 3, rollback_step = 50,
        probes = { general = { accuracy = 0.4, accuracy_low = 0.35, accuracy_high = 0.45 } },
        start = { general = { accuracy = 0.5 } },
        dials = { ["schedule.factor"] = 1.0 },
      },
      gives = {
        action = "rollback",
        dials = { ["schedule.factor"] = 0.5 },
        reason = "accuracy of general is 20.0 % worse than at the start",
      },
    },
    {
      -- The checkpoint was worse than now.
      call = "hooks.on_probe",
      state = { seen = { { step = 50, worse = 0.12 } } },
      with = {
        step = 60, total_steps = 1000, max_rollbacks = 3, rollback_step = 50,
        probes = { general = { loss = 2.2, loss_low = 2.19, loss_high = 2.21 } },
        start = { general = { loss = 2.0 } },
        dials = { ["data.customer.percent"] = 60.0 },
      },
      gives = {
        action = "keep",
        dials = { ["data.customer.percent"] = 50.0 },
        reason = "loss of general is 10.0 % worse than at the start",
      },
    },
  },
}
