---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Match
---@field start integer its first byte, from 1
---@field stop integer its last byte; text:sub(start, stop) is the match
---@field text string what matched
---@field groups (string|false)[] what each group caught; false where it took no part
---@field names table<string, string> what the named groups caught

---@class nightjar.regex
local regex = {}

---Says whether a pattern matches anywhere in a text.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@return boolean? found nil and a message where the pattern was given up
function regex.test(text, pattern) end

---Says for every text of a list whether a pattern matches in it.
---@param texts string[] any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@return boolean[]? found nil and a message where the pattern was given up
function regex.test_all(texts, pattern) end

---Counts the matches, which do not overlap.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@return integer? count nil and a message where the pattern was given up
function regex.count(text, pattern) end

---Counts the matches in every text of a list.
---@param texts string[] any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@return integer[]? counts nil and a message where the pattern was given up
function regex.count_all(texts, pattern) end

---Gives the first match at a place or after it.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@param from? integer the byte to begin at
---@return nightjar.Match? match nil where there is none; nil and a message where the pattern was given up
function regex.find(text, pattern, from) end

---Gives all matches from left to right; they do not overlap.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@param most? integer at most so many matches
---@return nightjar.Match[]? matches nil and a message where the pattern was given up
function regex.find_all(text, pattern, most) end

---Gives what matched, from left to right: the first group where the pattern has groups, else the whole match. A group that took no part gives an empty string.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@param most? integer at most so many matches
---@return string[]? texts nil and a message where the pattern was given up
function regex.matches(text, pattern, most) end

---Replaces the matches.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@param replacement string|fun(match: nightjar.Match): string? $1, ${name} and $0 are groups, $$ is a dollar sign; or a function of the match that gives the text, or nil to leave it
---@param most? integer at most so many, from the left
---@return string? text nil and a message where the pattern was given up
---@return integer? count how many were replaced
function regex.replace(text, pattern, replacement, most) end

---Gives the parts between the matches.
---@param text string any bytes
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@param most? integer at most so many parts; the last holds the rest
---@return string[]? parts nil and a message where the pattern was given up
function regex.split(text, pattern, most) end

---Gives a pattern that matches exactly a text.
---@param text string UTF-8
---@return string? pattern nil and a message where the text is no UTF-8
function regex.escape(text) end

---Says whether a pattern compiles, for patterns that come from elsewhere.
---@param pattern string PCRE2's syntax, with flags as in (?i)
---@return boolean? valid nil and a message where it does not compile
function regex.is_valid(pattern) end
