local nj = require "nightjar"
local test = nj.test

local function judge(loss, more)
  local facts = {
    step = 100, total_steps = 1000, max_rollbacks = 3,
    probes = { general = { loss = loss, loss_low = loss - 0.01, loss_high = loss + 0.01 } },
    start = { general = { loss = 2.0 } },
    dials = { ["data.customer.percent"] = 60.0, ["schedule.factor"] = 1.0 },
  }
  for key, value in pairs(more or {}) do facts[key] = value end
  return (test.call("hooks.on_probe", facts))
end

test.describe("forgetting-guard", function()
  test.it("leaves a run alone that forgets nothing", function()
    test.expect(judge(1.9)).to_be_nil()
    test.expect(judge(2.02)).to_be_nil()
  end)

  test.it("raises replay where the loss grows beyond the tolerance", function()
    local answer = judge(2.1)
    test.expect(answer.action).to_equal("keep")
    test.expect(answer.dials["data.customer.percent"]).to_equal(50.0)
  end)

  test.it("does not act on what may be chance", function()
    local probes = { general = { loss = 2.1, loss_low = 1.95, loss_high = 2.25 } }
    test.expect(judge(2.1, { probes = probes })).to_be_nil()
  end)

  test.it("goes back where much is lost, and there is where to", function()
    test.expect(judge(2.3).action).to_equal("keep")
    test.expect(judge(2.3, { rollback_step = 50 }).action).to_equal("rollback")
    test.expect(judge(2.3, { rollback_step = 50, rollbacks = 3 }).action).to_equal("keep")
  end)

  test.it("lowers the rate where the mix has no more to give", function()
    local dials = { ["data.customer.percent"] = 10.0, ["schedule.factor"] = 1.0 }
    test.expect(judge(2.1, { dials = dials }).dials["schedule.factor"]).to_equal(0.5)
    dials["schedule.factor"] = 0.1
    test.expect(judge(2.1, { dials = dials })).to_be_nil()
  end)

  test.it("says nothing where there is no such probe", function()
    test.expect(judge(2.1, { probes = {} })).to_be_nil()
  end)
end)
