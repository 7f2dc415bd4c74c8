-- A reward for short answers: 1 up to a floor, falling in a straight line to 0 at a ceiling. An
-- answer that was cut off never ended, and is worth nothing.
return {
  name = "brevity",
  api = 1,
  summary = "Rewards answers that end early.",
  settings = {
    floor_tokens = 16, -- as short as an answer need be
    ceiling_tokens = 256, -- an answer this long is worth nothing
  },
  rewards = {
    brevity = function(ctx)
      local floor, ceiling = ctx.settings.floor_tokens, ctx.settings.ceiling_tokens
      if not ctx.finished or ctx.tokens >= ceiling then return 0.0 end
      if ctx.tokens <= floor then return 1.0 end
      return (ceiling - ctx.tokens) / (ceiling - floor)
    end,
  },
  examples = {
    { call = "rewards.brevity", with = { tokens = 10, finished = true }, gives = 1.0 },
    { call = "rewards.brevity", with = { tokens = 136, finished = true }, gives = 0.5 },
    { call = "rewards.brevity", with = { tokens = 10, finished = false }, gives = 0.0 },
  },
}
