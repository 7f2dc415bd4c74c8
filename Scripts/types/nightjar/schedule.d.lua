---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.schedule
local schedule = {}

---Warmup, then 1 for ever.
---@param settings nightjar.Constant the keys below
---@return nightjar.Constant declaration the same table, checked and in order
function schedule.constant(settings) end

---Warmup, then a straight line from 1 to `final` at the end.
---@param settings nightjar.Linear the keys below
---@return nightjar.Linear declaration the same table, checked and in order
function schedule.linear(settings) end

---Warmup, then half a cosine from 1 to `final` at the end.
---@param settings nightjar.Cosine the keys below
---@return nightjar.Cosine declaration the same table, checked and in order
function schedule.cosine(settings) end

---Warmup, a stable stretch at 1, then a decay to `final` at the end.
---@param settings nightjar.Wsd the keys below
---@return nightjar.Wsd declaration the same table, checked and in order
function schedule.wsd(settings) end

---Straight lines between points of progress and factor.
---@param settings nightjar.Piecewise the keys below
---@return nightjar.Piecewise declaration the same table, checked and in order
function schedule.piecewise(settings) end
