-- A base model on general text, in a warmup-stable-decay run: `pre` is the end of its constant phase,
-- `mid` its end.
local nj = require "nightjar"
local shared = require "shared"

local data = {}
for name, source in pairs(shared.replay()) do
  data[name] = { weight = source.percent, source[1] }
end

return nj.recipe {
  name = "domain-base",
  out = "runs/domain/base",
  stage = "pre",
  tokenizer = shared.folder .. "/tokenizer",
  model = nj.model.init {
    hidden_size = 128, intermediate_size = 344, num_hidden_layers = 4, num_attention_heads = 4,
    max_position_embeddings = 256, tie_word_embeddings = true,
  },
  data = nj.data.mix(data),
  sequence_length = 256,
  batch = { size = 32 },
  steps = 1500,
  precision = "bf16",
  optimizer = nj.optim.adamw { lr = 2e-3 },
  schedule = nj.schedule.wsd { warmup_steps = 50, decay_share = 0.2 },
  evaluate = { sets = shared.sets(), every_steps = 250 },
}
