-- The smallest recipe that is worth running: a model with one character a token, which learns to
-- spell in well under a minute on two cores.
--
--   nightjar train Scripts/recipes/tiny.lua
--   nightjar train Scripts/recipes/tiny.lua --set data.path=/path/to/text --set steps=50
--
-- A recipe is a Lua file that returns one table. Every key that is left out has a default;
-- `nightjar check Scripts/recipes/tiny.lua` prints all of them without training anything. A key
-- that does not exist is an error, so a typing mistake never goes unnoticed.
local nj = require "nightjar"

return nj.recipe {
  -- The run is written to runs/tiny, seen from the folder you call nightjar in.
  name = "tiny",

  -- The same seed gives the same losses, bit for bit, on the same machine.
  seed = 1,

  -- New weights, under the keys of a Hugging Face config.json: what is trained here opens there.
  -- The vocabulary size is missing on purpose: it is the tokenizer's.
  model = nj.model.init {
    hidden_size = 128,            -- width: how many numbers stand for one character
    intermediate_size = 344,      -- width inside the feed-forward part, about 8/3 of hidden_size
    num_hidden_layers = 3,        -- depth
    num_attention_heads = 4,      -- each looks back at the text in its own way
    max_position_embeddings = 256,
    tie_word_embeddings = true,   -- one table both reads and writes characters: fewer parameters
  },

  -- One token a byte: nothing to prepare, any text will do.
  tokenizer = "byte",

  -- Every .txt file below a folder. Paths are relative to this file, so the recipe works from
  -- anywhere. 5 % of the documents are held out to measure what was really learned.
  data = nj.data.folder {
    path = "../../runs/demo-data",
    pattern = { "*.txt", "*.md" },
    split = "blank_line",         -- a document is what stands between blank lines
    validation = 0.05,
  },

  -- Each step reads batch.size rows of sequence_length tokens: here 2,048 characters.
  sequence_length = 128,
  batch = { size = 16 },

  -- Exactly one of `steps`, `tokens` and `epochs` says how long the run is.
  steps = 200,

  -- How far each step moves the weights. The schedule multiplies `lr`: up from 0 in 20 steps, then
  -- down along a cosine to a tenth.
  optimizer = nj.optim.adamw { lr = 3e-3, weight_decay = 0.05 },
  schedule = nj.schedule.cosine { warmup_steps = 20, final = 0.1 },

  -- A gradient longer than this is shortened to it, so that one odd batch cannot undo the rest.
  gradient_clip = 1.0,

  -- Measure held-out loss now and then, and save, so that `--resume` has something to go on from.
  evaluate = { every_steps = 50, batches = 8 },
  checkpoint = { every_steps = 100, keep_last = 2 },
}
