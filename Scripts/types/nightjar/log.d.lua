---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.log
local log = {}

---Says something that only helps to find mistakes; shown by `nightjar train --verbose`.
---
---For recipes, plugins while they load, hooks, programs (nightjar run) or specs.
---@param text string one line; control characters are shown escaped
function log.debug(text) end

---Says something worth knowing.
---
---For recipes, plugins while they load, hooks, programs (nightjar run) or specs.
---@param text string one line; control characters are shown escaped
function log.info(text) end

---Says something that a person should look at.
---
---For recipes, plugins while they load, hooks, programs (nightjar run) or specs.
---@param text string one line; control characters are shown escaped
function log.warn(text) end
