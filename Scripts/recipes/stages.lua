-- A whole small life in one recipe: a constant phase, a decay that goes on from it, and questions
-- with answers.
--
--   nightjar check Scripts/recipes/stages.lua                 # each phase's plan
--   nightjar train Scripts/recipes/stages.lua                 # writes runs/stages/constant, ...
--   nightjar train Scripts/recipes/stages.lua --resume        # goes on in the phase under way
--   nightjar inspect runs/stages                              # the stages and the curves
--   nightjar chat runs/stages@post
--
-- The rows of the last phase come from: python3 Scripts/experiments/induction.py prepare FOLDER
local nj = require "nightjar"

return nj.recipe {
  name = "stages",
  seed = 1,

  -- What stands here is what every phase has, unless it says otherwise.
  model = nj.model.init {
    hidden_size = 128,
    intermediate_size = 344,
    num_hidden_layers = 3,
    num_attention_heads = 4,
    max_position_embeddings = 256,
    tie_word_embeddings = true,
  },
  tokenizer = "byte",
  data = nj.data.folder {
    path = "../../runs/demo-data",
    pattern = { "*.txt", "*.md" },
    split = "blank_line",
  },
  sequence_length = 128,
  batch = { size = 16 },
  optimizer = nj.optim.adamw { lr = 2e-3, weight_decay = 0.05 },
  evaluate = { every_steps = 50, batches = 8 },
  checkpoint = { every_steps = 100, keep_last = 2 },

  phases = {
    -- The rate stays up: this part can be made longer at any time, and any decay can begin from its
    -- end. That end is the stage `pre`.
    { name = "constant", steps = 200, schedule = nj.schedule.constant { warmup_steps = 20 } },

    -- With `continue` the optimizer, the place in the data and the count of steps go on: 250 steps
    -- in all are 50 more. The rate falls over those 50; the end is `mid`. Text that matters most
    -- would stand here, in a `data` of the phase's own.
    {
      name = "decay",
      continue = true,
      steps = 250,
      schedule = nj.schedule.wsd { warmup_steps = 20, decay_steps = 50 },
    },

    -- Another objective: a fresh optimizer, steps from 0, other data. The end is `post`.
    {
      name = "answers",
      method = "sft",
      steps = 300,
      data = nj.data.chat {
        path = "../../runs/induction/train.jsonl",
        format = "messages",
        bad_row = "stop",
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
      optimizer = nj.optim.adamw { lr = 1e-3, weight_decay = 0.01 },
      schedule = nj.schedule.cosine { warmup_steps = 20, final = 0.05 },
    },
  },
}
