---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Constant
---@field kind? "constant"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run

---@class nightjar.Linear
---@field kind? "linear"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field final? number the factor at the end of the run

---@class nightjar.Cosine
---@field kind? "cosine"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field final? number the factor at the end of the run

---@class nightjar.Wsd
---@field kind? "wsd"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field decay_steps? integer how long the fall at the end takes, in steps
---@field decay_tokens? integer how long the fall at the end takes, in tokens
---@field decay_share? number how long the fall at the end takes, as a share of the run
---@field final? number the factor at the end of the run
---@field shape? "linear"|"sqrt" the curve of the fall: a straight line, or 1 - sqrt(x)

---@class nightjar.Piecewise
---@field kind? "piecewise"
---@field points nightjar.Point[] give points in rising order, as in { { at = 0, factor = 1 }, { at = 1, factor = 0 } }

---@class nightjar.Point
---@field at number give the share of the run, 0 to 1
---@field factor number give the factor there

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
