---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.random
local random = {}

---Draws a number between two, all alike likely.
---@param low? number included
---@param high? number not included
---@param stream? string a name; draws from one stream leave the others as they are
---@return number number the number drawn
function random.uniform(low, high, stream) end

---Draws numbers between two: as many calls of nj.random.uniform give the same.
---@param count integer how many
---@param low? number included
---@param high? number not included
---@param stream? string a name; draws from one stream leave the others as they are
---@return number[] numbers in the order drawn
function random.uniforms(count, low, high, stream) end

---Draws a whole number from two on both ends, all alike likely.
---@param low integer included
---@param high integer included
---@param stream? string a name; draws from one stream leave the others as they are
---@return integer number the number drawn
function random.integer(low, high, stream) end

---Draws whole numbers: as many calls of nj.random.integer give the same.
---@param count integer how many
---@param low integer included
---@param high integer included
---@param stream? string a name; draws from one stream leave the others as they are
---@return integer[] numbers in the order drawn
function random.integers(count, low, high, stream) end

---Draws a number around a mean, normally distributed.
---@param mean? number the middle
---@param std? number the standard deviation
---@param stream? string a name; draws from one stream leave the others as they are
---@return number number the number drawn
function random.normal(mean, std, stream) end

---Draws numbers around a mean: as many calls of nj.random.normal give the same.
---@param count integer how many
---@param mean? number the middle
---@param std? number the standard deviation
---@param stream? string a name; draws from one stream leave the others as they are
---@return number[] numbers in the order drawn
function random.normals(count, mean, std, stream) end

---Says yes as often as told.
---@param share number how likely true is
---@param stream? string a name; draws from one stream leave the others as they are
---@return boolean happens true with that likelihood
function random.chance(share, stream) end

---Draws one value of a list, all alike likely.
---@param list any[] any values
---@param stream? string a name; draws from one stream leave the others as they are
---@return any value the value drawn
function random.choose(list, stream) end

---Draws one value of a list, each as likely as its weight says.
---@param list any[] any values
---@param weights number[] one for each value; not all 0
---@param stream? string a name; draws from one stream leave the others as they are
---@return any value the value drawn
function random.weighted(list, weights, stream) end

---Gives the values of a list in an order drawn, all orders alike likely.
---@param list any[] any values
---@param stream? string a name; draws from one stream leave the others as they are
---@return any[] list a new list
function random.shuffle(list, stream) end

---Draws values of a list, none twice.
---@param list any[] any values
---@param count integer how many
---@param stream? string a name; draws from one stream leave the others as they are
---@return any[] list in the order drawn
function random.sample(list, count, stream) end
