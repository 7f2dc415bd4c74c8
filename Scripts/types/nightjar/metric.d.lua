---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.metric
local metric = {}

---Records a number with this step; the last value of a step counts.
---
---For hooks or specs.
---@param name string letters, digits, `_`, `-`, `.` and `/`; it is recorded as OWNER/NAME
---@param value number the number
function metric.log(name, value) end

---Adds to a number of this step, which begins at 0.
---
---For hooks or specs.
---@param name string letters, digits, `_`, `-`, `.` and `/`; it is recorded as OWNER/NAME
---@param value number the number
function metric.add(name, value) end
