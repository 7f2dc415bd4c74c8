-- A reward for tasks with one right answer: 1 where the model's final answer is that of the row.
--
-- The final answer is what stands after the last marker ("####", as in GSM8K, or "answer is"), or
-- the last number, or else the whole text; numbers are compared as numbers.
local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("[%s%.]+$", ""))
end

-- "1,234" and "1234.0" are the same number; nil for what is none.
local function number(text)
  return tonumber((text:gsub(",", ""):gsub("^%$", "")))
end

local function final(text, settings)
  for _, marker in ipairs(settings.markers) do
    local rest, from = nil, 1
    while true do
      local first, last = text:find(marker, from, true)
      if not first then break end
      rest, from = text:sub(last + 1), last + 1
    end
    if rest then return trimmed(rest:match("[^\n]*")) end
  end
  if settings.take_last_number then
    local found
    for word in text:gmatch("%-?%$?%d[%d,]*%.?%d*") do found = word end
    if found then return trimmed(found) end
  end
  return trimmed(text)
end

local function same(given, wanted, settings)
  local a, b = number(given), number(wanted)
  if a and b then return a == b end
  if settings.ignore_case then given, wanted = given:lower(), wanted:lower() end
  return given == wanted
end

return {
  name = "exact-answer",
  api = 1,
  summary = "Rewards an answer that comes to the row's own.",
  settings = {
    field = "answer", -- the row's field with the right answer
    markers = { "####", "answer is", "Answer:" }, -- what the final answer stands after, if there is one
    take_last_number = true, -- without a marker the last number is the answer, where there is one
    ignore_case = true,
    right = 1.0, -- what a right answer is worth
    wrong = 0.0, -- what any other is worth
  },
  rewards = {
    exact = function(ctx)
      local settings = ctx.settings
      local wanted = ctx.row[settings.field]
      if wanted == nil then
        error("the row has no \"" .. settings.field .. "\"; name the field with the right answer: "
          .. "use = { { \"exact-answer\", field = \"...\" } }", 0)
      end
      local given = final(ctx.completion, settings)
      return same(given, final(tostring(wanted), settings), settings) and settings.right
        or settings.wrong
    end,
  },
  examples = {
    {
      call = "rewards.exact",
      with = { completion = " 3 and 4 make 7.", row = { answer = "7" } },
      gives = 1.0,
    },
    {
      call = "rewards.exact",
      with = { completion = " 7 and 1 make 8", row = { answer = "7" } },
      gives = 0.0,
    },
    {
      call = "rewards.exact",
      with = { completion = "The answer is 1,200", row = { answer = "#### 1200" } },
      gives = 1.0,
    },
  },
}
