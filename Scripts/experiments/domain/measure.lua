-- What every model is asked, with `nightjar eval MODEL --recipe Scripts/experiments/domain/measure.lua`.
local nj = require "nightjar"
local shared = require "shared"

return nj.recipe {
  name = "domain-measure",
  model = "runs/domain/post",
  chat_template = "model",
  data = shared.text("heldout", "science"),
  sequence_length = 256,
  batch = { size = 32 },
  steps = 1,
  precision = "f32",
  evaluate = { sets = shared.sets() },
  probes = {
    shared.general_probe(),
    nj.probe.loss { name = "science", sets = "held_science", tokens = 60000 },
    nj.probe.choice {
      name = "arithmetic", path = shared.folder .. "/heldout/arithmetic.jsonl", limit = 1000,
    },
    nj.probe.labels {
      name = "naics", path = shared.folder .. "/heldout/naics-test.jsonl", prompt = "text",
      label = "code", levels = "path", labels = shared.folder .. "/labels.jsonl", chat = true,
    },
  },
}
