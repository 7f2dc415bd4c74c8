-- Domain text, alone or blended with replay, from one of the stages. Every arm reads the same domain
-- tokens in the same number of updates: what is blended in comes on top, in rows of its own.
local nj = require "nightjar"
local shared = require "shared"

return nj.recipe {
  name = "domain-adapt",
  model = "runs/domain/post",
  stage = "mid",
  data = nj.data.mix {
    science = { percent = 50, shared.text("train", "science") },
    replay = shared.replay(),
  },
  sequence_length = 256,
  batch = { size = 32 },
  steps = 240,
  precision = "bf16",
  optimizer = nj.optim.adamw { lr = 1e-3 },
  schedule = nj.schedule.linear { warmup_steps = 10 },
}
