-- Reinforcement learning from a model's own answers: it answers each prompt several times, and what
-- is better than its neighbours becomes likelier.
--
--   nightjar train Scripts/recipes/tiny.lua                  # a base model, runs/tiny
--   python3 Scripts/experiments/induction.py prepare FOLDER  # the tasks of Instruction Induction
--   nightjar train Scripts/recipes/sft.lua                   # a model that answers, runs/sft
--   nightjar train Scripts/recipes/grpo.lua                  # writes runs/grpo
--
-- Any JSONL file does whose rows have `prompt`, a text or a list of messages, or `messages` alone:
-- --set data.tasks.path=/path/to/rows.jsonl. Whatever else a row holds is for the rewards.
local nj = require "nightjar"

local function trimmed(text) return text:match("^%s*(.-)%s*$") end

return nj.recipe {
  name = "grpo",
  seed = 1,
  method = "grpo",
  model = "runs/sft",

  data = nj.data.mix {
    -- Shares of documents: a step has `batch.size` of them, so many prompts and so much text.
    unit = "samples",
    tasks = {
      percent = 50,
      nj.data.prompts { path = "../../runs/induction/prompts.jsonl" },
    },
    -- Text that keeps what the model knew; without it rewards alone decide what becomes of that.
    replay = { text = { percent = 100, nj.data.chat { path = "../../runs/induction/train.jsonl" } } },
  },

  -- A prompt is answered `per_prompt` times. An answer's advantage is its reward less the mean of
  -- its group's, over the group's standard deviation: where all are worth the same nothing is learned.
  rollouts = { per_prompt = 8, max_new_tokens = 48 },

  -- What an answer is worth is the weighted sum of these. Each is a function of the answer, or the
  -- name of a plugin in use; edit one while the run goes on, and it swaps at the next step.
  rewards = {
    right = function(ctx) return trimmed(ctx.completion) == ctx.row.answer and 1 or 0 end,
    -- Few answers are right at first. What tells more of them apart teaches sooner: here the share of
    -- letters that stand where they should.
    close = { weight = 0.5, score = function(ctx)
      local given, wanted = trimmed(ctx.completion), ctx.row.answer
      local same = 0
      for i = 1, #wanted do
        if given:byte(i) == wanted:byte(i) then same = same + 1 end
      end
      return same / math.max(#given, #wanted)
    end },
    ended = { weight = 0.1, score = function(ctx) return ctx.finished and 1 or 0 end },
  },

  sequence_length = 128,
  batch = { size = 32 },
  steps = 1000,
  optimizer = nj.optim.adamw { lr = 5e-4, weight_decay = 0.01 },
  schedule = nj.schedule.linear { warmup_steps = 20 },
}
