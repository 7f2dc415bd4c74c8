---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.filter
local filter = {}

---Drops documents that are too short or too long.
---@param settings nightjar.LengthFilter the keys below
---@return nightjar.LengthFilter declaration the same table, checked and in order
function filter.length(settings) end

---Drops documents that repeat lines, paragraphs or runs of words (Gopher's ratios: Rae and others, 2021).
---@param settings nightjar.RepetitionFilter the keys below
---@return nightjar.RepetitionFilter declaration the same table, checked and in order
function filter.repetition(settings) end

---Drops documents of addresses, signs, lists and lines that are cut off, rather than sentences.
---@param settings nightjar.SymbolsFilter the keys below
---@return nightjar.SymbolsFilter declaration the same table, checked and in order
function filter.symbols(settings) end

---Drops, or puts right, text that was decoded wrongly, such as Ã© for é.
---@param settings nightjar.MojibakeFilter the keys below
---@return nightjar.MojibakeFilter declaration the same table, checked and in order
function filter.mojibake(settings) end

---Keeps documents of some languages, told by their most frequent words or their script; it is no classifier, and short texts are undecided.
---@param settings nightjar.LanguageFilter the keys below
---@return nightjar.LanguageFilter declaration the same table, checked and in order
function filter.language(settings) end

---Drops documents whose text came before.
---@param settings nightjar.ExactDuplicates the keys below
---@return nightjar.ExactDuplicates declaration the same table, checked and in order
function filter.exact_duplicates(settings) end

---Drops documents that are nearly one that came before: MinHash over runs of words (Broder, 1997; Lee and others, 2022).
---@param settings nightjar.NearDuplicates the keys below
---@return nightjar.NearDuplicates declaration the same table, checked and in order
function filter.near_duplicates(settings) end

---Drops documents that share a run of words with a row of an evaluation set, so that a model is not measured on what it learned.
---@param settings nightjar.EvaluationOverlap the keys below
---@return nightjar.EvaluationOverlap declaration the same table, checked and in order
function filter.evaluation_overlap(settings) end

---Replaces e-mail addresses, telephone numbers, IP addresses, card numbers and IBANs by words such as <EMAIL>, or drops the documents.
---@param settings nightjar.PersonalData the keys below
---@return nightjar.PersonalData declaration the same table, checked and in order
function filter.personal_data(settings) end

---A function of the script as a step with a name of its own; a bare function among the steps is called by its place.
---@param settings nightjar.OwnFilter the keys below
---@return nightjar.OwnFilter declaration the same table, checked and in order
function filter.own(settings) end
