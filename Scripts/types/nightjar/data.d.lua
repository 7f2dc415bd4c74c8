---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.data
local data = {}

---Plain text files: each one document, or split into several.
---@param settings nightjar.Text the keys below
---@return nightjar.Text declaration the same table, checked and in order
function data.text(settings) end

---Files with one JSON object a line, whose text is in one field.
---@param settings nightjar.Jsonl the keys below
---@return nightjar.Jsonl declaration the same table, checked and in order
function data.jsonl(settings) end

---Every file below a folder whose name fits a pattern, sorted by path.
---@param settings nightjar.Folder the keys below
---@return nightjar.Folder declaration the same table, checked and in order
function data.folder(settings) end

---Files with one conversation, or one prompt with its completion, a line, for method = "sft" and "distill".
---@param settings nightjar.Chat the keys below
---@return nightjar.Chat declaration the same table, checked and in order
function data.chat(settings) end

---Several named sources, each with its share: by weights, or in percent, where `replay` shares what the others leave over.
---@param settings table<string, any> the keys below
---@return table<string, any> declaration the same table, checked and in order
function data.mix(settings) end
