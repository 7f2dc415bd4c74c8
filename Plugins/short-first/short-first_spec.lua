local nj = require "nightjar"
local test = nj.test

local function limits(settings)
  local state, seen = {}, {}
  for step = 0, 100 do
    local answer
    answer, state = test.call("curricula.by_length", { progress = step / 100 },
      { state = state, settings = settings })
    if answer then seen[#seen + 1] = answer["data.max_document_tokens"] end
  end
  return seen
end

test.describe("short-first", function()
  test.it("begins with the shortest and lifts the limit at last", function()
    local seen = limits()
    test.expect(seen[1]).to_equal(64)
    test.expect(seen[#seen]).to_equal("none")
  end)

  test.it("only ever admits longer documents", function()
    local seen = limits()
    for i = 2, #seen - 1 do test.expect(seen[i] > seen[i - 1]).to_be_true() end
  end)

  test.it("moves as often as it is told", function()
    test.expect(#limits { stages = 3 }).to_equal(4)
    test.expect(limits { stages = 3 }).to_match_snapshot("three stages")
  end)
end)
