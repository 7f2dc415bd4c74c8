-- Supervised fine-tuning: a model that continues text learns to answer.
--
--   nightjar train Scripts/recipes/tiny.lua                 # a base model, runs/tiny
--   python3 Scripts/experiments/induction.py prepare FOLDER  # the tasks of Instruction Induction
--   nightjar inspect mask Scripts/recipes/sft.lua           # look at what will be learned
--   nightjar train Scripts/recipes/sft.lua                  # writes runs/sft
--
-- Any JSONL file of conversations does as well: --set data.path=/path/to/rows.jsonl, with
-- --set evaluate.sets=nil --set data.validation=0.05 where no file of held-out rows stands beside it.
-- Rows are `messages`, `prompt` and `completion`, `text`, Alpaca's, ShareGPT's or Bedrock Converse's.
local nj = require "nightjar"

return nj.recipe {
  name = "sft",
  seed = 1,
  stage = "post",

  -- Only the assistant's words are learned, and the token that ends each of its turns. What the
  -- system and the user say is read, never imitated.
  method = "sft",

  -- The model to go on from: a run, a run's checkpoint (runs/tiny@step-200) or a model folder.
  model = "runs/tiny",

  -- How a conversation becomes text. A chat model brings its own template, and this key is left
  -- out. The base model here never saw a chat, so it is given one, in Jinja as everywhere; every
  -- checkpoint carries it on as chat_template.jinja. Three things matter:
  --   * the answer ends with a token of the vocabulary (eos_token): else nothing teaches it to stop;
  --   * add_generation_prompt writes exactly what stands before an answer in training;
  --   * no token spans the border between the two: after "A: ", "yes" would become part of " yes".
  -- A run checks all of them, on every row, and refuses to begin where one does not hold.
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

  -- A weight in a message ("weight": 0) leaves an answer as context; a weight beside the messages
  -- counts the whole row more or less.
  data = nj.data.chat {
    path = "../../runs/induction/train.jsonl",
    format = "messages",          -- "auto" tells by the keys of each row
    too_long = "cut",             -- end a long conversation after the last answer that fits whole
    bad_row = "stop",             -- an empty answer, a wrong role: say where, and stop
    validation = 0,               -- what is held out has a file of its own, below
  },

  -- Rows hold whole conversations, as many as fit, and none sees another (packing = "whole").
  sequence_length = 128,
  batch = { size = 16 },
  steps = 1500,                 -- some four passes over these rows; 4,000 learn to copy letters too

  -- A base that knows little needs more than the 1e-5 that is usual for large models.
  optimizer = nj.optim.adamw { lr = 2e-3, weight_decay = 0.01 },
  schedule = nj.schedule.cosine { warmup_steps = 30, final = 0.05 },

  -- Validation sets by name, each measured by itself.
  evaluate = {
    every_steps = 500,
    batches = 8,
    sets = { heldout = nj.data.chat { path = "../../runs/induction/heldout.jsonl" } },
  },
}
