---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.file
local file = {}

---Reads a whole file. Needs the capability "files:read:PATH" for the file or a folder above it.
---
---For plugins while they load, hooks, programs (nightjar run) or specs.
---@param path string a file below a granted path
---@return string? bytes the contents; nil and a message on failure
function file.load(path) end

---Writes a file below the folder that `nightjar run --out` names, whole or not at all. Without --out it gives nil and a message.
---
---For programs (nightjar run).
---@param name string relative to --out; folders are made
---@param text string the whole content
---@return string? path nil and a message where it cannot be written
function file.save(name, text) end
