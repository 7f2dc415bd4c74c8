-- The demo's model on text of your own.
--
--   nightjar tokenize train --help            how to learn a tokenizer from the text
--   nightjar train Scripts/recipes/own-text.lua --set data.path=/path/to/text \
--     --set tokenizer=/path/to/tokenizer.json
--
-- A recipe may begin from another one: `require` finds files beside this one, and a recipe is a
-- plain table, so what is not said again stays as it is there.
local nj = require "nightjar"
local recipe = require "demo"

recipe.name = "own-text"

-- Every .txt and .md file below the folder.
recipe.data = nj.data.folder {
  path = "../../runs/demo-data",
  pattern = { "*.txt", "*.md" },
  split = "blank_line",
}

return recipe
