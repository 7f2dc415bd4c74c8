local nj = require "nightjar"
local test = nj.test

local calm = { loss = 3, gradient_norm = 1, losses = {}, gradient_norms = {} }
for i = 1, 30 do
  calm.losses[i] = 3 + 0.1 * (i % 3)
  calm.gradient_norms[i] = 1 + 0.1 * (i % 2)
end

local function with(changes)
  local facts = {}
  for key, value in pairs(calm) do facts[key] = value end
  for key, value in pairs(changes) do facts[key] = value end
  return facts
end

test.describe("spike-guard", function()
  test.it("keeps a step like the others", function()
    local answer, state = test.call("hooks.on_gradients", calm)
    test.expect(answer).to_be_nil()
    test.expect(state.in_a_row).to_equal(0)
  end)

  test.it("says nothing while there are few steps", function()
    local answer = test.call("hooks.on_gradients",
      with { loss = 100, losses = { 3, 3 }, gradient_norms = { 1, 1 } })
    test.expect(answer).to_be_nil()
  end)

  test.it("skips a spike of the loss and one of the gradient", function()
    test.expect(test.call("hooks.on_gradients", with { loss = 30 }).action).to_equal("skip")
    test.expect(test.call("hooks.on_gradients", with { gradient_norm = 30 }).reason)
      .to_match("^gradient norm 30 is")
  end)

  test.it("skips what is not finite", function()
    local answer = test.call("hooks.on_gradients",
      { losses = calm.losses, gradient_norms = calm.gradient_norms, gradient_norm = 1 })
    test.expect(answer.reason).to_equal("loss or gradient is not finite")
  end)

  test.it("goes back after too many in a row, and counts anew", function()
    local state = {}
    local answer
    for _ = 1, 4 do
      answer, state = test.call("hooks.on_gradients", with { loss = 30 }, { state = state })
    end
    test.expect(answer.action).to_equal("rollback")
    test.expect(state.in_a_row).to_equal(0)
  end)

  test.it("forgets spikes once a step is calm", function()
    local _, state = test.call("hooks.on_gradients", with { loss = 30 })
    _, state = test.call("hooks.on_gradients", calm, { state = state })
    test.expect(state).to_equal({ in_a_row = 0 })
  end)
end)
