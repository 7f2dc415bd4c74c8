-- What the recipes of the experiment have in common; `Scripts/experiments/domain.py` makes the data.
local nj = require "nightjar"

local shared = {
  folder = "../../../runs/domain",
  general = { "encyclopedic", "fiction", "legal", "math", "shakespeare" },
  -- An answer begins on a line of its own: a space before it would become a part of its first token, which
  -- a model that is asked, and ends with that space, never gets to write.
  template = "{% for m in messages %}{{ '\nQ: ' if m.role == 'user' else '\nA:\n' }}{{ m.content }}"
    .. "{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
    .. "{% if add_generation_prompt %}{{ '\nA:\n' }}{% endif %}",
}

function shared.text(side, category)
  return nj.data.jsonl {
    path = ("%s/%s/%s.jsonl"):format(shared.folder, side, category), validation = 0,
  }
end

-- Held-out text of every general category and of the domain, the same for every model.
function shared.sets()
  local sets = { held_science = shared.text("heldout", "science") }
  for _, category in ipairs(shared.general) do
    sets["held_" .. category] = shared.text("heldout", category)
  end
  return sets
end

-- How much of every general category a model has kept: mean held-out bits a byte.
function shared.general_probe()
  local sets = {}
  for index, category in ipairs(shared.general) do sets[index] = "held_" .. category end
  return nj.probe.loss { name = "general", sets = sets, tokens = 60000 }
end

-- The general categories as replay, by how much there is of each.
function shared.replay()
  local percents = { encyclopedic = 35, fiction = 16, legal = 25, math = 17, shakespeare = 7 }
  local replay = {}
  for category, percent in pairs(percents) do
    replay[category] = { percent = percent, shared.text("train", category) }
  end
  return replay
end

return shared
