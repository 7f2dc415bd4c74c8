---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.time
local time = {}

---Gives the time of day. Needs the capability "clock".
---
---For hooks, programs (nightjar run) or specs.
---@return number seconds since 1970, UTC
function time.now() end

---Gives seconds that never go back, to measure how long something took. Needs the capability "clock".
---
---For hooks, programs (nightjar run) or specs.
---@return number seconds from some moment on
function time.monotonic() end
