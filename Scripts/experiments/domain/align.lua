-- Alignment of the base model to questions and answers: its end is `post`.
local nj = require "nightjar"
local shared = require "shared"

return nj.recipe {
  name = "domain-post",
  out = "runs/domain/post",
  stage = "post",
  method = "sft",
  model = "runs/domain/base@mid",
  chat_template = shared.template,
  data = nj.data.mix {
    instruct = { percent = 50, nj.data.chat { path = shared.folder .. "/train/instruct.jsonl", validation = 0 } },
    replay = shared.replay(),
  },
  sequence_length = 256,
  batch = { size = 32 },
  steps = 150,
  precision = "bf16",
  optimizer = nj.optim.adamw { lr = 5e-4 },
  schedule = nj.schedule.cosine { warmup_steps = 10 },
}
