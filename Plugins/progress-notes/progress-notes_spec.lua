local nj = require "nightjar"
local test = nj.test

-- What the plugin says over a few steps.
local function diary(losses, settings)
  local state, said = {}, {}
  for step, loss in ipairs(losses) do
    local facts = { step = step, total_steps = #losses, loss = loss or 0, skipped = not loss }
    local _, after, notes = test.call("hooks.on_step_end", facts,
      { state = state, settings = settings })
    state = after
    for _, line in ipairs(notes.log) do said[#said + 1] = line end
  end
  return said
end

test.describe("progress-notes", function()
  test.it("notes the mean loss every so many steps", function()
    test.expect(diary({ 3, 2, 2, 1 }, { every_steps = 2 })).to_equal {
      "step 2 of 4: loss 2.5000",
      "step 4 of 4: loss 1.5000, down by 1.0000",
    }
  end)

  test.it("counts updates that were left out", function()
    test.expect(diary({ 3, false }, { every_steps = 2 })).to_equal {
      "step 2 of 2: loss 3.0000; 1 of 2 updates left out",
    }
  end)

  test.it("points out the lowest held-out loss", function()
    local _, _, notes = test.call("hooks.on_evaluate", { step = 9, loss = 1.5 },
      { state = { best = 2 } })
    test.expect(notes.log).to_equal { "step 9: held-out loss 1.5000, the lowest so far" }
  end)
end)
