-- Knowledge distillation: a small model learns from what a larger one expects, token by token.
--
--   nightjar train Scripts/recipes/demo.lua                 # a teacher, runs/demo
--   nightjar check Scripts/recipes/distill.lua              # sizes and memory, the teacher's too
--   nightjar train Scripts/recipes/distill.lua              # writes runs/distill
--
-- A label says which token came next; a teacher says how likely each of many would have been. That
-- is more to learn from in every token, so a student gets further on the same text.
local nj = require "nightjar"

return nj.recipe {
  name = "distill",
  seed = 1,

  method = "distill",

  -- Whom to learn from: a run, a checkpoint or a model folder. Its weights are read and stay as
  -- they are; they take memory, and a forward pass for every batch.
  teacher = {
    from = "runs/demo",
    top_k = 64,                   -- its likeliest tokens, one by one; all others count as one
    temperature = 1.0,            -- above 1 shows more of what the teacher thinks unlikely
    alpha = 0.1,                  -- the share of the labels: 0 learns from the teacher alone
    on_policy = 0,                -- the share of the rows that the student writes itself: slower,
                                  -- and what makes it go on well from its own words
  },

  -- The student: new weights here; a smaller model of the teacher's family does as well.
  model = nj.model.init {
    hidden_size = 128, intermediate_size = 344, num_hidden_layers = 3, num_attention_heads = 4,
    max_position_embeddings = 256, tie_word_embeddings = true,
  },

  -- Both must read the same tokens: the teacher's own tokenizer. Another one is refused, for its
  -- ids would mean something else.
  tokenizer = "../../runs/demo-data/tokenizer.json",

  -- Any text, or conversations (nj.data.chat), of which the answers alone are learned.
  data = nj.data.folder { path = "../../runs/demo-data", pattern = { "*.txt" }, split = "blank_line" },
  sequence_length = 256,
  batch = { size = 8 },
  steps = 300,

  optimizer = nj.optim.adamw { lr = 2e-3, weight_decay = 0.05 },
  schedule = nj.schedule.cosine { warmup_steps = 20, final = 0.1 },

  -- Held-out loss is the labels' cross-entropy, comparable with other runs; metrics.jsonl has `kl`,
  -- the divergence from the teacher, and `cross_entropy` for each step.
  evaluate = { every_steps = 100, batches = 8 },
}
