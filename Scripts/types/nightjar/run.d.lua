---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.RunFacts
---@field name string the recipe's name for the run
---@field seed integer where every random stream begins
---@field step integer steps made
---@field total_steps integer steps to make in all
---@field tokens integer input tokens so far
---@field progress number the share of the run done

---@class nightjar.run
local run = {}

---Gives the facts of the run that the script works in.
---
---For hooks or specs.
---@return nightjar.RunFacts run the run, as it is now
function run.get() end
