---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.LossProbe
---@field kind? "loss"
---@field name string give the probe a name, such as name = "general"
---@field sets? string|string[] the text, by the names of sources with held-out parts and of evaluate.sets; "replay" is every category of the replay, "all" all of them; by default the probe's own name
---@field data? nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat a source of its own in place of sets
---@field tokens? integer the most tokens of each category

---@class nightjar.ChoiceProbe
---@field kind? "choice"
---@field name string give the probe a name, such as name = "general"
---@field path string give a file with one JSON object a line, relative to the recipe
---@field prompt? string what stands before an answer: a field, or a text around fields in braces
---@field choices? string the field with the list of answers
---@field answer? string the field with the right one: its index from 0, its letter, or its text
---@field separator? string what stands between prompt and answer
---@field limit? integer the most rows, spread over the file; by default all

---@class nightjar.ExactMatchProbe
---@field kind? "exact_match"
---@field name string give the probe a name, such as name = "general"
---@field path string give a file with one JSON object a line, relative to the recipe
---@field answer? string the right answer: a field, or a text around fields in braces
---@field prompt? string what the model continues: a field, or a text around fields in braces
---@field chat? boolean whether prompts are what a user says; by default where the run's rows are conversations
---@field max_new_tokens? integer the most tokens of an answer
---@field stop? string[] an answer ends before the first of these; by default the end of the line, and none in a chat
---@field limit? integer the most rows, spread over the file; by default all

---@class nightjar.ScriptProbe
---@field kind? "script"
---@field name string give the probe a name, such as name = "general"
---@field path string give a file with one JSON object a line, relative to the recipe
---@field score fun(ctx: nightjar.ProbeAnswer): number give a function of an answer that tells what it is worth
---@field answer? string the right answer, where rows have one: a field, or a text around fields in braces
---@field prompt? string what the model continues: a field, or a text around fields in braces
---@field chat? boolean whether prompts are what a user says; by default where the run's rows are conversations
---@field max_new_tokens? integer the most tokens of an answer
---@field stop? string[] an answer ends before the first of these; by default the end of the line, and none in a chat
---@field limit? integer the most rows, spread over the file; by default all

---@class nightjar.ProbeAnswer
---@field row integer the row's line in the file
---@field prompt string as the row has it
---@field completion string what the model wrote
---@field answer? string what the row says is right
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.LabelsProbe
---@field kind? "labels"
---@field name string give the probe a name, such as name = "general"
---@field path string give a file with one JSON object a line, relative to the recipe
---@field prompt? string what the model continues: a field, or a text around fields in braces
---@field label? string the right label as the model is to write it: a field, or a text around fields in braces
---@field levels? string the field with the labels from the root of their tree down, where they have one
---@field labels? string a file with every label, one JSON object a line; by default the rows' own
---@field chat? boolean whether prompts are what a user says; by default where the run's rows are conversations
---@field limit? integer the most rows, spread over the file; by default all

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
