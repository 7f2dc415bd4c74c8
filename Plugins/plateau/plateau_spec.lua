local nj = require "nightjar"
local test = nj.test

-- The factor after each of a list of held-out losses.
local function factors(losses, settings)
  local state, factor, seen = {}, 1.0, {}
  for i, loss in ipairs(losses) do
    local answer
    answer, state = test.call("curricula.rate", {
      step = 10 * i, held_out_loss = loss, held_out_step = 10 * i,
      dials = { ["schedule.factor"] = factor },
    }, { state = state, settings = settings })
    factor = answer and answer["schedule.factor"] or factor
    seen[i] = factor
  end
  return seen
end

test.describe("plateau", function()
  test.it("leaves the rate while the loss falls", function()
    test.expect(factors { 4, 3, 2, 1.5, 1.2 }).to_equal { 1.0, 1.0, 1.0, 1.0, 1.0 }
  end)

  test.it("lowers it after `patience` measurements that are no better", function()
    test.expect(factors({ 2, 2, 2, 2 }, { patience = 2 })).to_equal { 1.0, 1.0, 0.5, 0.5 }
  end)

  test.it("counts a hair's breadth as a stall", function()
    test.expect(factors({ 2, 1.9999 }, { patience = 1 })).to_equal { 1.0, 0.5 }
  end)

  test.it("stops at the least factor", function()
    local seen = factors({ 2, 2, 2, 2, 2 }, { patience = 1, least = 0.25 })
    test.expect(seen[#seen]).to_equal(0.25)
  end)

  test.it("is asked between measurements and says nothing", function()
    local answer, state = test.call("curricula.rate",
      { step = 11, held_out_loss = 2, held_out_step = 10 }, { state = { seen = 10 } })
    test.expect(answer).to_be_nil()
    test.expect(state).to_equal { seen = 10 }
  end)
end)
