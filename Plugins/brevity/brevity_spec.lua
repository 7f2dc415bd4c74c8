local nj = require "nightjar"
local test = nj.test

local function worth(tokens, settings)
  return (test.call("rewards.brevity", { tokens = tokens, finished = true },
    { settings = settings }))
end

test.describe("brevity", function()
  test.it("falls from the floor to the ceiling", function()
    local last = math.huge
    for tokens = 16, 256, 8 do
      test.expect(worth(tokens) < last).to_be_true()
      last = worth(tokens)
    end
    test.expect(last).to_equal(0.0)
  end)

  test.it("goes by its settings, also where floor and ceiling are one", function()
    test.expect(worth(30, { floor_tokens = 30, ceiling_tokens = 40 })).to_equal(1.0)
    test.expect(worth(35, { floor_tokens = 30, ceiling_tokens = 40 })).to_equal(0.5)
    test.expect(worth(30, { floor_tokens = 30, ceiling_tokens = 30 })).to_equal(0.0)
    test.expect(worth(29, { floor_tokens = 30, ceiling_tokens = 30 })).to_equal(1.0)
  end)
end)
