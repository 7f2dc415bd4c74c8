---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.SpecialTokens
---@field begin? integer begins a text
---@field stop? integer ends a text
---@field padding? integer fills rows
---@field unknown? integer stands for what cannot be spelled

---@class nightjar.tokens
local tokens = {}

---Gives the token ids of a text, by the run's tokenizer, or byte by byte where there is no run. No token is put before or after them.
---@param text string any bytes
---@param specials? boolean whether special tokens written out in the text become their ids, as in a corpus; false for text of strangers
---@return integer[] ids the tokens in order
function tokens.encode(text, specials) end

---Gives the token ids of every text of a list.
---@param texts string[] any bytes
---@param specials? boolean whether special tokens written out in the text become their ids, as in a corpus; false for text of strangers
---@return integer[][] lists in the order given
function tokens.encode_all(texts, specials) end

---Counts the tokens of a text.
---@param text string any bytes
---@param specials? boolean whether special tokens written out in the text become their ids, as in a corpus; false for text of strangers
---@return integer count tokens
function tokens.count(text, specials) end

---Counts the tokens of every text of a list.
---@param texts string[] any bytes
---@param specials? boolean whether special tokens written out in the text become their ids, as in a corpus; false for text of strangers
---@return integer[] counts in the order given
function tokens.count_all(texts, specials) end

---Gives the text of token ids.
---@param ids integer[] token ids
---@param skip_specials? boolean whether special tokens are left out
---@return string text UTF-8; U+FFFD where tokens break characters
function tokens.decode(ids, skip_specials) end

---Gives the texts of lists of token ids.
---@param lists integer[][] lists of token ids
---@param skip_specials? boolean whether special tokens are left out
---@return string[] texts in the order given
function tokens.decode_all(lists, skip_specials) end

---Gives the bytes that one token stands for.
---@param id integer a token id
---@return string bytes perhaps a part of a character
function tokens.bytes(id) end

---Cuts a text after so many tokens, at the end of a character. A text of fewer tokens stays as it is.
---@param text string any bytes
---@param count integer at most so many tokens
---@param specials? boolean whether special tokens written out in the text become their ids, as in a corpus; false for text of strangers
---@return string text a beginning of the text
function tokens.truncate(text, count, specials) end

---Gives the number of ids, special ones included.
---@return integer size ids are below it
function tokens.vocabulary_size() end

---Gives the ids of the tokens that have a role.
---@return nightjar.SpecialTokens specials ids by role
function tokens.specials() end
