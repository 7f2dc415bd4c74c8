-- LoRA: a model learns through small matrices beside its own, which stay as they are.
--
--   nightjar train Scripts/recipes/tiny.lua                 # a base model, runs/tiny
--   python3 Scripts/experiments/induction.py prepare FOLDER  # the tasks of Instruction Induction
--   nightjar check Scripts/recipes/lora.lua                 # memory, and how little is trained
--   nightjar train Scripts/recipes/lora.lua                 # writes runs/lora
--   nightjar generate runs/lora --prompt "..."              # the adapter with its base
--   nightjar merge runs/lora --to merged                    # one whole model of the two
--
-- Data, template and course are those of Scripts/recipes/sft.lua, which explains them; what is
-- different is the model, and the learning rate.
local nj = require "nightjar"

return nj.recipe {
  name = "lora",
  seed = 1,
  stage = "post",
  method = "sft",

  model = {
    -- The base. Its weights are read and never moved: no gradient, no optimizer state, no copy in
    -- single precision is kept for them. Checkpoints name it by path and by what is in it, so that
    -- an adapter is never laid beside another model by mistake.
    from = "runs/tiny",

    lora = nj.lora {
      -- Beside a weight W two thin matrices are learned, A with `rank` rows and B with `rank`
      -- columns, and W + alpha / rank * B * A takes its place. A is drawn at random and B begins
      -- at zero, so that a run starts from exactly what the base says. A higher rank holds more
      -- and costs more; alpha at twice the rank is a sound habit.
      rank = 16,
      alpha = 32,

      -- Which weights. "all-linear" is every map of the layers, and learns best for its size.
      -- A list of names, { "q_proj", "v_proj" }, takes those in every layer; any other string is
      -- a pattern for whole names, such as "model\\.layers\\.[01]\\..*".
      targets = "all-linear",

      -- How the base is held meanwhile: "auto" as the run computes, "bf16" at half of f32, "int8"
      -- at a quarter, where each weight is rounded to 8 bits and adapters learn to live with it.
      base = "auto",

      -- Four switches more, each from a paper, each off:
      --   dropout = 0.05      drops a share of what adapters see, where rows are few
      --   rslora = true       alpha / sqrt(rank): high ranks learn as fast as low ones
      --   dora = true         lengths of a weight's rows are learned apart from directions; slower
      --   plus_ratio = 16     LoRA+: B learns at so many times the rate of A; lower lr with it
    },
  },

  chat_template = [[
{%- for message in messages -%}
{%- if message.role == 'user' -%}
{{ '\nQ: ' + message.content + '\nA:' }}
{%- elif message.role == 'assistant' -%}
{{ ' ' + message.content + eos_token }}
{%- else -%}
{{ raise_exception('this template knows user and assistant alone') }}
{%- endif -%}
{%- endfor -%}
]],

  data = nj.data.chat {
    path = "../../runs/induction/train.jsonl",
    format = "messages",
    bad_row = "stop",
    validation = 0,
  },
  sequence_length = 128,
  batch = { size = 16 },
  steps = 1500,

  -- Adapters take higher rates than whole models: some ten times what full training would have.
  -- Rows are few beside what a large model knows, so that little decay does no harm.
  optimizer = nj.optim.adamw { lr = 5e-3, weight_decay = 0.01 },
  schedule = nj.schedule.cosine { warmup_steps = 30, final = 0.05 },

  evaluate = {
    every_steps = 500,
    batches = 8,
    sets = { heldout = nj.data.chat { path = "../../runs/induction/heldout.jsonl" } },
  },
}
