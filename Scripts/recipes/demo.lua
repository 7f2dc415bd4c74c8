-- A few million parameters, trained on real text for about two minutes on two cores.
--
-- Scripts/demo.sh prepares what this recipe reads, below runs/demo-data:
--
--   tokenizer.json      a vocabulary of whole words and word parts, learned from the text
--   <category>/*.txt    one folder for each kind of text; a blank line ends a document
--
--   nightjar train Scripts/recipes/demo.lua
--   nightjar generate runs/demo --prompt "The "
local nj = require "nightjar"

-- Recipes are programs: what is written six times below is written once here.
local corpus = "../../runs/demo-data"

-- A category of the corpus. Documents that are very long are cut into parts.
local function category(name)
  return nj.data.folder {
    path = corpus .. "/" .. name,
    pattern = "*.txt",
    split = "blank_line",
  }
end

return nj.recipe {
  name = "demo",
  seed = 7,

  -- The shape of Llama, small: 256 wide, 6 deep. Four heads ask, two hold keys and values.
  model = nj.model.init {
    model_type = "llama",
    hidden_size = 256,
    intermediate_size = 688,
    num_hidden_layers = 6,
    num_attention_heads = 4,
    num_key_value_heads = 2,
    max_position_embeddings = 512,
    tie_word_embeddings = true,
  },

  tokenizer = corpus .. "/tokenizer.json",

  -- Weights are relative: three tenths of all tokens are dictionary entries here, whatever the
  -- sizes of the folders. A source that runs out begins again, shuffled anew.
  --
  -- From the command line: --set data.fortunes.weight=3
  data = nj.data.mix {
    dictionary = { weight = 3, category "dictionary" },
    handbooks = { weight = 2, category "handbooks" },
    manuals = { weight = 2, category "manuals" },
    scripture = { weight = 1.5, category "scripture" },
    fortunes = { weight = 1, category "fortunes" },
    licences = { weight = 0.5, category "licences" },
  },

  -- 4 rows of 256 tokens are 1,024 tokens a step. For a run this short, many small steps teach more
  -- than few large ones.
  sequence_length = 256,
  batch = { size = 4 },
  steps = 400,

  -- Warmup, a stable stretch, then a decay over the last fifth. Most of the gain in loss comes in
  -- that decay. A schedule may also be a function of progress, from 0 to 1:
  --
  --   schedule = function(progress) return 1 - progress end
  optimizer = nj.optim.adamw { lr = 2e-3, beta2 = 0.95, weight_decay = 0.1 },
  schedule = nj.schedule.wsd { warmup_steps = 20, decay_share = 0.2 },

  -- Held-out loss every 100 steps, and a checkpoint as often: stop the run with Ctrl-C whenever you
  -- like, and go on with --resume. The newest two and the best one are kept.
  evaluate = { every_steps = 100, batches = 16 },
  checkpoint = { every_steps = 100, keep_last = 2, keep_best = 1 },

  -- What to do about trouble. These are the defaults, written out.
  on = {
    nan = "stop",                 -- a loss that is no number ends the run and names its documents
    disk_full = "stop",           -- what was saved before stays
    bad_row = "skip",             -- counted, and the first cases shown
    invalid_utf8 = "replace",     -- likewise
  },
}
