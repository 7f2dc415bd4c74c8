---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.probe
local probe = {}

---Held-out loss and bits a byte, each category counting the same. A bare name is that of the text: nj.probe.loss "replay".
---@param settings string|nightjar.LossProbe the keys below
---@return string|nightjar.LossProbe declaration the same table, checked and in order
function probe.loss(settings) end

---Multiple choice: the answer that the model finds likeliest after the question.
---@param settings nightjar.ChoiceProbe the keys below
---@return nightjar.ChoiceProbe declaration the same table, checked and in order
function probe.choice(settings) end

---Prompts that the model answers by its likeliest tokens, compared to the letter.
---@param settings nightjar.ExactMatchProbe the keys below
---@return nightjar.ExactMatchProbe declaration the same table, checked and in order
function probe.exact_match(settings) end

---The same, judged by a function of yours.
---@param settings nightjar.ScriptProbe the keys below
---@return nightjar.ScriptProbe declaration the same table, checked and in order
function probe.script(settings) end

---Classification: the model writes one of the labels after a row's prompt; nothing else is let through.
---@param settings nightjar.LabelsProbe the keys below
---@return nightjar.LabelsProbe declaration the same table, checked and in order
function probe.labels(settings) end
