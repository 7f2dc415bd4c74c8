---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.JSONEncodeOptions
---@field indent? integer spaces a level; 0 writes one line
---@field empty? "array"|"object" what a table without entries is

---@class nightjar.JSONDecodeOptions
---@field null? "keep"|"drop" keep gives nj.json.null(); drop leaves such members of objects out, and refuses null elsewhere
---@field big_integers? "refuse"|"text"|"number" what becomes of integers beyond 64 bits; number loses digits
---@field keep_empty? boolean whether {} becomes nj.json.empty_object() rather than an empty table

---@class nightjar.json
local json = {}

---Writes a value as JSON. Members of objects stand in the order of pairs; a float keeps its point and all its digits. NaN, infinities, strings that are no UTF-8 and keys that are no strings are refused with their key path.
---@param value any plain data
---@param options? nightjar.JSONEncodeOptions how it is written
---@return string? text nil and a message where JSON cannot hold the value
function json.encode(value, options) end

---Reads one JSON value, strictly as RFC 8259 has it. Integers stay exact, numbers with a point or an exponent become floats; a key that occurs twice in an object is refused.
---@param text string one JSON value
---@param options? nightjar.JSONDecodeOptions how it is read
---@return any? value nil and a message with line and column on failure
function json.decode(text, options) end

---Gives what stands for JSON's null, which nil cannot: a table has no nil in it.
---@return any null equal to itself alone
function json.null() end

---Gives what stands for {}, since an empty table is written as an empty array.
---@return any object for encode
function json.empty_object() end
