-- A curriculum by length: short documents first, longer ones as the run goes on (Bengio et al.,
-- "Curriculum learning", 2009; the pace is the root of progress of Platanios et al., 2019).
local function limit(progress, settings)
  local share = math.min(1, progress / settings.until_progress)
  local from, to = settings.shortest_tokens, settings.longest_tokens
  -- Lengths spread over magnitudes, so the limit grows by equal ratios.
  return math.floor(from * (to / from) ^ math.sqrt(share) + 0.5)
end

return {
  name = "short-first",
  api = 1,
  summary = "Teaches short documents first, and longer ones as the run goes on.",
  settings = {
    shortest_tokens = 64, -- the limit at the beginning
    longest_tokens = 2048, -- the limit just before it is lifted
    until_progress = 0.5, -- the share of the run after which every length is taught
    stages = 8, -- how often the limit moves; each move plans the data again
  },
  curricula = {
    by_length = function(ctx)
      local settings = ctx.settings
      local path = "data.max_document_tokens"
      if ctx.progress >= settings.until_progress then
        if ctx.state.limit == "none" then return nil end
        ctx.state.limit = "none"
        return { [path] = "none" }
      end
      local stage = math.floor(ctx.progress / settings.until_progress * settings.stages)
      local now = limit(stage / settings.stages * settings.until_progress, settings)
      if ctx.state.limit == now then return nil end
      ctx.state.limit = now
      return { [path] = now }
    end,
  },
  examples = {
    {
      call = "curricula.by_length",
      gives = { ["data.max_document_tokens"] = 64 },
      leaves = { limit = 64 },
    },
    { call = "curricula.by_length", state = { limit = 64 }, leaves = { limit = 64 } },
    {
      call = "curricula.by_length",
      with = { progress = 0.9 },
      state = { limit = 1500 },
      gives = { ["data.max_document_tokens"] = "none" },
      leaves = { limit = "none" },
    },
  },
}
