local nj = require "nightjar"
local test = nj.test

local dials = { ["data.law.weight"] = 1.0, ["data.fiction.weight"] = 1.0 }

local function ask(losses, step, state, settings)
  return test.call("curricula.by_loss",
    { held_out_by_source = losses, held_out_step = step, dials = dials },
    { state = state, settings = settings })
end

test.describe("loss-based", function()
  test.it("gives more to the source with the higher loss", function()
    local answer = ask({ law = 3, fiction = 2 }, 10)
    test.expect(answer["data.law.weight"] > answer["data.fiction.weight"]).to_be_true()
  end)

  test.it("keeps the sum of the shares", function()
    local answer = ask({ law = 3, fiction = 2 }, 10)
    local sum = answer["data.law.weight"] + answer["data.fiction.weight"]
    test.expect(math.abs(sum - 2) < 1e-9).to_be_true()
  end)

  test.it("measures against goals", function()
    local answer = ask({ law = 3, fiction = 2 }, 10, nil, { goals = { law = 2.5 } })
    test.expect(answer["data.law.weight"] < answer["data.fiction.weight"]).to_be_true()
  end)

  test.it("follows progress where it is told to", function()
    local settings = { by = "progress" }
    local _, state = ask({ law = 3, fiction = 2 }, 10, nil, settings)
    local answer = ask({ law = 2.2, fiction = 1.9 }, 20, state, settings)
    test.expect(answer["data.law.weight"] > answer["data.fiction.weight"]).to_be_true()
  end)

  test.it("answers once a measurement", function()
    local _, state = ask({ law = 3, fiction = 2 }, 10)
    test.expect((ask({ law = 3, fiction = 2 }, 10, state))).to_be_nil()
  end)

  test.it("leaves a single source alone", function()
    local answer = test.call("curricula.by_loss",
      { held_out_by_source = { law = 3 }, held_out_step = 1, dials = { ["data.law.weight"] = 1 } })
    test.expect(answer).to_be_nil()
  end)
end)
