---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.optim
local optim = {}

---AdamW: Adam with decoupled weight decay.
---@param settings nightjar.Adamw the keys below
---@return nightjar.Adamw declaration the same table, checked and in order
function optim.adamw(settings) end

---Stochastic gradient descent, with or without momentum.
---@param settings nightjar.Sgd the keys below
---@return nightjar.Sgd declaration the same table, checked and in order
function optim.sgd(settings) end

---Muon: momentum made orthogonal for the matrices of the blocks, AdamW for embeddings, heads, norms and biases.
---@param settings nightjar.Muon the keys below
---@return nightjar.Muon declaration the same table, checked and in order
function optim.muon(settings) end
