-- Which of two answers is the harmless one, from pairs, with general text beside them:
--
--   nightjar train Scripts/experiments/domain/prefer.lua \
--     --set data.answers.path=DATA/preference/hh_harmless/pairs.jsonl --set data.answers.percent=50
--
-- It begins from what `Scripts/experiments/domain.py` leaves in runs/domain/post.
local nj = require "nightjar"
local shared = require "shared"

return nj.recipe {
  name = "domain-prefer",
  method = "dpo",
  model = "runs/domain/post",
  preference = { beta = 0.1 },
  data = nj.data.mix {
    answers = { percent = 50, nj.data.preference { path = "pairs.jsonl", validation = 0.1 } },
    replay = shared.replay(),
  },
  sequence_length = 256,
  batch = { size = 16 },
  steps = 300,
  precision = "bf16",
  optimizer = nj.optim.adamw { lr = 2e-4 },
  schedule = nj.schedule.linear { warmup_steps = 20 },
  evaluate = { sets = shared.sets(), batches = 64 },
  probes = { shared.general_probe() },
}
