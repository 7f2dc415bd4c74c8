---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Adamw
---@field kind? "adamw"
---@field lr? number the peak learning rate, which the schedule multiplies
---@field beta1? number how much of the mean gradient is kept each step
---@field beta2? number how much of the mean squared gradient is kept each step
---@field epsilon? number keeps the division from blowing up
---@field weight_decay? number how fast matrices shrink, times the learning rate

---@class nightjar.Sgd
---@field kind? "sgd"
---@field lr? number the peak learning rate, which the schedule multiplies
---@field momentum? number how much of the last move is kept each step
---@field nesterov? boolean whether the gradient is taken ahead of the move
---@field weight_decay? number how fast matrices shrink, times the learning rate

---@class nightjar.Muon
---@field kind? "muon"
---@field lr? number the peak learning rate of the blocks' matrices, which the schedule multiplies
---@field momentum? number how much of the mean gradient is kept each step
---@field nesterov? boolean whether the fresh gradient counts once more
---@field weight_decay? number how fast the blocks' matrices shrink, times the learning rate
---@field ns_steps? integer Newton-Schulz iterations
---@field adjust_lr? "original"|"match_rms_adamw"|"spectral_unclamped" what the rate of a matrix is multiplied with: sqrt(max(1, rows/columns)); 0.2 sqrt(max(rows, columns)), for rates and decays as AdamW has them; sqrt(rows/columns)
---@field adamw? nightjar.Adamw nj.optim.adamw { ... } for embeddings, heads, norms and biases; its rate keeps its ratio to lr

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
