---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.text
local text = {}

---Gives a text in a Unicode normal form, so that equal texts have equal bytes.
---@param text string UTF-8
---@param form? "NFC"|"NFD"|"NFKC"|"NFKD" composed or decomposed (C, D), compatibility characters kept or not (K)
---@return string? text nil and a message where the text is no UTF-8
function text.normalize(text, form) end

---Makes texts comparable: case, width, ligatures and characters that show nothing are no difference in the result (Unicode's NFKC_Casefold).
---@param text string UTF-8
---@param strip_marks? boolean whether accents and other marks go too
---@return string? text nil and a message where the text is no UTF-8
function text.fold(text, strip_marks) end

---Folds every text of a list, as nj.text.fold.
---@param texts string[] UTF-8
---@param strip_marks? boolean whether accents and other marks go too
---@return string[]? texts in the order given
function text.fold_all(texts, strip_marks) end

---Gives a text in lower case, in any script.
---@param text string UTF-8
---@return string? text nil and a message where the text is no UTF-8
function text.lower(text) end

---Gives a text in upper case, in any script; a letter may become two.
---@param text string UTF-8
---@return string? text nil and a message where the text is no UTF-8
function text.upper(text) end

---Takes accents and other nonspacing marks off; what is left is in NFC.
---@param text string UTF-8
---@return string? text nil and a message where the text is no UTF-8
function text.strip_marks(text) end

---Takes out control characters other than tab and line feed, and characters that nobody sees: direction marks, zero-width spaces, tags, fillers. Line ends become line feeds. Joiners and selectors stay where scripts and emoji need them.
---@param text string UTF-8
---@return string? text nil and a message where the text is no UTF-8
---@return integer? removed_count code points taken out
function text.clean(text) end

---Puts U+FFFD where bytes are no UTF-8.
---@param text string any bytes
---@return string text UTF-8
---@return integer count replacement characters put in
function text.repair(text) end

---Says whether a string is UTF-8.
---@param text string any bytes
---@return boolean valid whether all of it is UTF-8
---@return integer? place the first byte that is not
function text.is_valid(text) end

---Takes white space of any script off the ends of a text.
---@param text string UTF-8
---@param side? "both"|"start"|"end" where
---@return string? text nil and a message where the text is no UTF-8
function text.trim(text, side) end

---Cuts a text wherever a separator stands; nj.regex.split cuts by a pattern.
---@param text string any bytes
---@param separator string what stands between the parts
---@param most? integer at most so many parts; the last holds the rest
---@return string[]? parts from left to right; nil and a message on failure
function text.split(text, separator, most) end

---Gives the lines without their ends: line feeds, carriage returns, or both.
---@param text string any bytes
---@return string[]? parts from left to right; nil and a message on failure
function text.lines(text) end

---Gives the words: runs of letters, numbers and marks of any script, with the apostrophes between their letters. Scripts without spaces give long runs.
---@param text string UTF-8
---@return string[]? parts from left to right; nil and a message on failure
function text.words(text) end

---Gives the code points from first to last; negative places count from the end, as in string.sub.
---@param text string UTF-8
---@param first integer from 1
---@param last? integer included
---@return string? text nil and a message where the text is no UTF-8
function text.slice(text, first, last) end

---Puts spaces to a text until it is so many columns wide on a terminal.
---@param text string UTF-8
---@param width integer columns to fill
---@param side? "end"|"start"|"both" where the spaces go
---@return string? text nil and a message where the text is no UTF-8
function text.pad(text, width, side) end

---Says whether a text begins with a part.
---@param text string any bytes
---@param part string compared byte by byte
---@return boolean starts whether it does
function text.starts_with(text, part) end

---Says whether a text ends with a part.
---@param text string any bytes
---@param part string compared byte by byte
---@return boolean ends whether it does
function text.ends_with(text, part) end

---Says whether a part stands anywhere in a text.
---@param text string any bytes
---@param part string compared byte by byte
---@return boolean contains whether it does
function text.contains(text, part) end

---Counts how often a part stands in a text.
---@param text string any bytes
---@param part string compared byte by byte
---@return integer count places that do not overlap
function text.count(text, part) end

---Gives all runs of n neighbours: code points, or words joined by a space.
---@param text string UTF-8
---@param n integer members of a run
---@param unit? "characters"|"words" of what
---@return string[]? parts from left to right; nil and a message on failure
function text.ngrams(text, n, unit) end

---Counts what a text is made of.
---@param text string UTF-8
---@param unit? "graphemes"|"codepoints"|"bytes"|"words"|"columns" what is counted; a reader takes graphemes for characters
---@return integer? length nil and a message where the text is no UTF-8
function text.length(text, unit) end

---Counts what every text of a list is made of.
---@param texts string[] UTF-8
---@param unit? "graphemes"|"codepoints"|"bytes"|"words"|"columns" what is counted; a reader takes graphemes for characters
---@return integer[]? lengths in the order given
function text.lengths(texts, unit) end

---Gives the least number of code points to insert, delete or replace that makes one text the other (Levenshtein's distance).
---@param a string UTF-8
---@param b string UTF-8
---@param most? integer a larger distance need not be known, which is fast
---@return integer? distance nil and a message where it is more than most, or the texts are too long
function text.distance(a, b, most) end

---Gives the distances from one text to every text of a list.
---@param text string UTF-8
---@param texts string[] UTF-8
---@param most? integer a larger distance need not be known, which is fast
---@return (integer|false)[]? distances in the order given; false where a distance is more than most
function text.distances(text, texts, most) end

---Says how alike two texts are, from 0 to 1.
---@param a string UTF-8
---@param b string UTF-8
---@param by? "edits"|"subsequence"|"characters"|"words" 1 - distance / length of the longer; the longest common subsequence's share of the longer; the share of runs of n code points, or of words, that both have
---@param n? integer for "characters"
---@return number? similarity 1 for equal texts; nil and a message where they are too long
function text.similarity(a, b, by, n) end

---Says how alike one text is to every text of a list.
---@param text string UTF-8
---@param texts string[] UTF-8
---@param by? "edits"|"subsequence"|"characters"|"words" 1 - distance / length of the longer; the longest common subsequence's share of the longer; the share of runs of n code points, or of words, that both have
---@param n? integer for "characters"
---@return number[]? similarities in the order given
function text.similarities(text, texts, by, n) end
