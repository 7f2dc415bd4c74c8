-- Which of two answers is the harmless one, from pairs, with general text beside them:
--
--   nightjar sweep Scripts/experiments/domain/prefer.lua --mix answers=100,75,50,25 \
--     --set data.answers.path=DATA/preference/hh_harmless/pairs.jsonl
--
-- It begins from what `Scripts/experiments/domain.py` leaves in runs/domain/post.
local nj = require "nightjar"
local shared = require "shared"
local measure = require "measure"

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
  probes = { measure.probes.general or measure.probes[1] },
}
