-- Lowers the learning rate when held-out loss stops falling.
return {
  name = "plateau",
  api = 1,
  summary = "Lowers the learning rate when held-out loss stalls.",
  settings = {
    patience = 3, -- measurements without a better one before the rate is lowered
    factor = 0.5, -- what the rate is multiplied with each time
    least = 0.01, -- the schedule's factor never falls below this
    threshold = 0.001, -- better means lower by this share
  },
  curricula = {
    rate = function(ctx)
      local state, settings = ctx.state, ctx.settings
      -- Asked at every step; only a new measurement is news.
      if not ctx.held_out_loss or ctx.held_out_step == state.seen then return nil end
      state.seen = ctx.held_out_step
      if ctx.held_out_loss < (state.best or math.huge) * (1 - settings.threshold) then
        state.best, state.stalled = ctx.held_out_loss, 0
        return nil
      end
      state.stalled = (state.stalled or 0) + 1
      if state.stalled < settings.patience then return nil end
      state.stalled = 0
      local now = ctx.dials["schedule.factor"]
      local lower = math.max(settings.least, now * settings.factor)
      if lower < now then return { ["schedule.factor"] = lower } end
    end,
  },
  examples = {
    {
      call = "curricula.rate",
      with = { step = 10, held_out_loss = 2.0, held_out_step = 10 },
      leaves = { seen = 10, best = 2.0, stalled = 0 },
    },
    {
      call = "curricula.rate",
      state = { seen = 30, best = 2.0, stalled = 2 },
      with = {
        step = 40, held_out_loss = 2.1, held_out_step = 40, dials = { ["schedule.factor"] = 1.0 },
      },
      gives = { ["schedule.factor"] = 0.5 },
      leaves = { seen = 40, best = 2.0, stalled = 0 },
    },
  },
}
