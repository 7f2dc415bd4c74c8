-- The task: the code of an activity, written by the model's own head. The same for every arm.
local nj = require "nightjar"
local shared = require "shared"

return nj.recipe {
  name = "domain-tune",
  model = "runs/domain/post",
  stage = "post",
  method = "sft",
  chat_template = shared.template,
  data = nj.data.mix {
    naics = { percent = 100, nj.data.chat { path = shared.folder .. "/train/naics.jsonl", validation = 0 } },
    replay = shared.replay(),
  },
  sequence_length = 256,
  batch = { size = 16 },
  steps = 400,
  precision = "bf16",
  optimizer = nj.optim.adamw { lr = 1e-3 },
  schedule = nj.schedule.linear { warmup_steps = 20 },
}
