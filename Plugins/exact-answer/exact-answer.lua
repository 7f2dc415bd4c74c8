-- A reward for tasks with one right answer: 1 where the model's final answer is that of the row.
--
-- The final answer is what stands after the last marker ("####", as in GSM8K, or "answer is"), or
-- else the whole text; where the row's answer is a number, the last number of that. Numbers are
-- compared as numbers.
local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("[%s%.]+$", ""))
end

-- "1,234" and "$1234.0" are the same number; nil for what is none.
local function number(text)
  return tonumber((text:gsub(",", ""):gsub("^%$", "")))
end

-- What stands after the last marker, up to the line's end; nil where there is none.
local function marked(text, markers)
  for _, marker in ipairs(markers) do
    if marker == "" then error("markers: an empty one stands everywhere; take it out", 0) end
    local rest, from = nil, 1
    while true do
      local first, last = text:find(marker, from, true)
      if not first then break end
      rest, from = text:sub(last + 1), last + 1
    end
    if rest then return trimmed(rest:match("[^\n]*")) end
  end
end

local function last_number(text)
  local found
  for word in text:gmatch("%-?%$?%d[%d,]*%.?%d*[eE]?[%+%-]?%d*") do
    found = number(word) or number(word:match("^%-?%$?[%d,]+%.?%d*")) or found
  end
  return found
end

-- Whether an answer comes to a number, or else to a text.
local function is_right(completion, wanted, settings)
  local final = marked(completion, settings.markers)
  local wanted_number = type(wanted) == "number" and wanted or number(wanted)
  if wanted_number then
    local given = number(final or trimmed(completion))
    if not given and settings.take_last_number then given = last_number(final or completion) end
    return given == wanted_number
  end
  local given = final or trimmed(completion)
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
    take_last_number = true, -- where a number is wanted the last one counts, whatever stands around it
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
      if type(wanted) == "string" then
        wanted = marked(wanted, settings.markers) or trimmed(wanted)
      elseif type(wanted) ~= "number" then
        error("the row's \"" .. settings.field .. "\" is a " .. type(wanted)
          .. "; an answer is compared with a text or a number", 0)
      end
      return is_right(ctx.completion, wanted, settings) and settings.right or settings.wrong
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
