local nj = require "nightjar"
local test = nj.test

local function worth(completion, answer, settings)
  return (test.call("rewards.exact", { completion = completion, row = { answer = answer } },
    { settings = settings }))
end

test.describe("exact-answer", function()
  test.it("takes the last number where there is no marker", function()
    test.expect(worth("2 + 2 = 4", "4")).to_equal(1.0)
    test.expect(worth("4 is 2 + 2", "4")).to_equal(0.0)
    test.expect(worth("it costs $1,250.00.", "1250")).to_equal(1.0)
    test.expect(worth("minus three: -3", "-3")).to_equal(1.0)
  end)

  test.it("takes what stands after the last marker", function()
    test.expect(worth("#### 5\n#### 6\n7", "6")).to_equal(1.0)
    test.expect(worth("The answer is Paris.", "paris")).to_equal(1.0)
    test.expect(worth("The answer is Paris.", "paris", { ignore_case = false })).to_equal(0.0)
  end)

  test.it("compares words where there is no number", function()
    test.expect(worth(" yes\n", "yes")).to_equal(1.0)
    test.expect(worth("", "yes")).to_equal(0.0)
    test.expect(worth("", "")).to_equal(1.0)
  end)

  test.it("reads answers that are numbers, and other fields", function()
    test.expect(worth("42", 42)).to_equal(1.0)
    local answer = test.call("rewards.exact", { completion = "b", row = { gold = "b" } },
      { settings = { field = "gold", right = 2.0 } })
    test.expect(answer).to_equal(2.0)
  end)

  test.it("compares large and small numbers as numbers", function()
    test.expect(worth("29", 1.2345678901234568e29)).to_equal(0.0)
    test.expect(worth("123456789012345678901234567890", 123456789012345678901234567890)).to_equal(1.0)
    test.expect(worth("20", "1e20")).to_equal(0.0)
    test.expect(worth("about 0.0000001", "1e-7")).to_equal(1.0)
    test.expect(worth("-7", "1e-7")).to_equal(0.0)
  end)

  test.it("leaves a text with a number in it whole", function()
    test.expect(worth("room 5 is blue", "Apollo 5")).to_equal(0.0)
    test.expect(worth("Answer: apollo 5.", "Apollo 5")).to_equal(1.0)
  end)

  test.it("refuses what cannot be compared", function()
    test.expect(function() worth("4", { "4" }) end).to_raise("is a table")
    test.expect(function() worth("4", "4", { markers = { "" } }) end).to_raise("markers")
  end)

  test.it("names the field that is missing", function()
    test.expect(function() worth("x", nil) end).to_raise("the row has no")
  end)
end)
