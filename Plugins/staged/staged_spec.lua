local nj = require "nightjar"
local test = nj.test

-- The steps at which a run of 100 turns dials, with what it turns.
local function turns(settings, probes)
  local state, seen = {}, {}
  for step = 0, 99 do
    local answer
    answer, state = test.call("curricula.stages",
      { step = step, progress = step / 100, probes = probes and probes(step) },
      { state = state, settings = settings })
    if answer then seen[#seen + 1] = { step = step, dials = answer } end
  end
  return seen
end

test.describe("staged", function()
  test.it("goes through its stages by their shares", function()
    local seen = turns()
    test.expect(#seen).to_equal(3)
    test.expect(seen[1].step).to_equal(0)
    test.expect(seen[2].step).to_equal(30)
    test.expect(seen[3].step).to_equal(70)
    test.expect(seen[3].dials["data.max_difficulty"]).to_equal("none")
  end)

  test.it("ends a stage early once its probe has come far enough", function()
    local stages = {
      { share = 0.5, difficulty = 1, until_value = 0.8 }, { share = 0.5, difficulty = "none" },
    }
    local seen = turns({ stages = stages, probe = "clear" }, function(step)
      return { clear = { accuracy = step / 20 } }
    end)
    test.expect(#seen).to_equal(2)
    test.expect(seen[2].step).to_equal(16)
  end)

  test.it("turns the dials of a stage", function()
    local stages = { { share = 1, dials = { ["schedule.factor"] = 0.5 } } }
    local seen = turns { stages = stages }
    test.expect(#seen).to_equal(1)
    test.expect(seen[1].dials["schedule.factor"]).to_equal(0.5)
  end)

  test.it("leaves easy rows out where it is told to", function()
    local stages = { { share = 1, difficulty = 2, from_difficulty = 1 } }
    test.expect(turns({ stages = stages })[1].dials["data.min_difficulty"]).to_be_nil()
    local seen = turns { stages = stages, forgets_easy = true }
    test.expect(seen[1].dials["data.min_difficulty"]).to_equal(1)
  end)
end)
