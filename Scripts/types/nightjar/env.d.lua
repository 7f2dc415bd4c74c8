---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.env
local env = {}

---Gives an environment variable. Needs the capability "env:NAME".
---
---For plugins while they load, hooks, programs (nightjar run) or specs.
---@param name string the variable's name
---@return string? value nil where it is not set
function env.get(name) end
