local nj = require "nightjar"
local test = nj.test

local function bounds(settings, probes)
  local state, seen = {}, {}
  for step = 0, 100 do
    local answer
    answer, state = test.call("curricula.pace",
      { progress = step / 100, probes = probes and probes(step) },
      { state = state, settings = settings })
    if answer then seen[#seen + 1] = answer["data.max_difficulty"] end
  end
  return seen
end

test.describe("competence", function()
  test.it("begins with easy rows and teaches all at last", function()
    local seen = bounds()
    test.expect(seen[1] < 0.2).to_be_true()
    test.expect(seen[#seen]).to_equal("none")
  end)

  test.it("only ever teaches more", function()
    local seen = bounds { easiest = 1.0, hardest = 9.0 }
    for i = 2, #seen - 1 do test.expect(seen[i] > seen[i - 1]).to_be_true() end
    test.expect(seen[1] >= 1 and seen[#seen - 1] < 9).to_be_true()
  end)

  test.it("grows with the root of progress", function()
    -- A quarter of the way, with a beginning of nothing: half of the difficulty.
    local answer = test.call("curricula.pace", { progress = 0.15 },
      { settings = { begin = 0.0, stages = 100 } })
    test.expect(math.abs(answer["data.max_difficulty"] - 0.5) < 1e-9).to_be_true()
  end)

  test.it("follows a probe where one is named", function()
    local seen = bounds({ probe = "quiz", stages = 4 }, function(step)
      return { quiz = { accuracy = step < 50 and 0.3 or 1.0 } }
    end)
    test.expect(#seen).to_equal(2)
    test.expect(seen[1]).to_equal(0.25)
    test.expect(seen[2]).to_equal("none")
  end)

  test.it("forgets nothing when a probe falls", function()
    local seen = bounds({ probe = "quiz", stages = 4 }, function(step)
      return { quiz = { accuracy = step == 0 and 0.6 or 0.3 } }
    end)
    test.expect(#seen).to_equal(1)
  end)
end)
