---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.model
local model = {}

---New weights for a model with these sizes, under the keys of Hugging Face's config.json.
---@param settings nightjar.Init the keys below
---@return nightjar.Init declaration the same table, checked and in order
function model.init(settings) end
