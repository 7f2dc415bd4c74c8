---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.RunFacts
---@field name string the recipe's name for the run
---@field seed integer where every random stream begins
---@field step integer steps made
---@field total_steps integer steps to make in all
---@field tokens integer input tokens so far
---@field progress number the share of the run done

---@class nightjar.RunOptions
---@field set? table<string, any> keys of the recipe by path, as --set has them: ["batch.size"] = 4
---@field name? string in place of the recipe's name
---@field out? string in place of the recipe's run folder
---@field resume? boolean goes on from the newest whole checkpoint
---@field fresh? boolean takes the name NAME-2, NAME-3 and so on where there is such a run already
---@field quiet? boolean shows no progress

---@class nightjar.RunRecord
---@field path string absolute
---@field metrics table<string, any>[] the lines of metrics.jsonl; their type is run, step, evaluation or dial
---@field events table<string, any>[] the lines of events.jsonl
---@field config? table<string, any> every key in force, as resolved.json has it
---@field checkpoints string[] their names, oldest first

---@class nightjar.run
local run = {}

---Gives the facts of the run that the script works in.
---
---For hooks or specs.
---@return nightjar.RunFacts run the run, as it is now
function run.get() end

---Opens a run, as `nightjar train` does, and leaves every step to the script. Several may be open side by side. A run that is still open when the script ends is saved.
---
---For programs (nightjar run).
---@param recipe string|any a recipe's path, relative to the script or else to the working folder, or nj.recipe { ... }
---@param options? nightjar.RunOptions what differs from the recipe
---@return nightjar.Run run its methods are called with a colon
function run.open(recipe, options) end

---Reads what a run has recorded, finished or not.
---
---For programs (nightjar run).
---@param folder string a run's folder, relative to the working folder
---@return nightjar.RunRecord? run nil and a message where there is no run
function run.read(folder) end

---Gives the runs that stand in a folder; none where there is no such folder.
---
---For programs (nightjar run).
---@param folder? string relative to the working folder
---@return string[] folders for nj.run.read, sorted
function run.list(folder) end

---@class nightjar.StepReport
---@field step integer steps made, this one included
---@field total_steps integer the step the run ends at
---@field loss number the mean loss of the batch
---@field loss_mean number the mean of up to 20 losses before it; of the first step, its own
---@field grad_norm number of the whole gradient, before clipping
---@field learning_rate number that the update used
---@field num_tokens integer input tokens so far
---@field loss_tokens integer tokens of this step that were learned from
---@field skipped boolean whether the update was left out
---@field skip_reason? string why
---@field rolled_back_to? integer where a decider went back to
---@field reward? number of the model's own answers on average, with method = "grpo"; the other metrics of answers stand beside it under their names
---@field documents_passed_over? integer so far, for being longer than the run admits
---@field step_time_s number seconds
---@field tokens_per_second number input tokens
---@field mfu? number share of the machine's measured speed
---@field [string] any

---@class nightjar.ForwardReport
---@field step integer the step under way, from 1
---@field loss number the mean loss of the batch
---@field grad_norm number of the whole gradient, before clipping
---@field learning_rate number what schedule and dials come to
---@field tokens integer input tokens of the batch

---@class nightjar.OptimStepOptions
---@field lr? number in place of what schedule and dials come to

---@class nightjar.HeldOutLoss
---@field loss number nats a token
---@field bits_per_byte number bits a byte of text
---@field tokens integer tokens that were scored
---@field by_source table<string, number> the loss of each source

---@class nightjar.SampleOptions
---@field prompt? string the text to continue; by default a document's start
---@field max_new? integer tokens at most
---@field temperature? number 0 takes the likeliest token, 1 samples as the model predicts
---@field top_k? integer samples among so many of the likeliest; 0 takes all
---@field top_p? number samples among the likeliest that reach this share together
---@field seed? integer equal seeds give equal texts

---@class nightjar.RollbackOptions
---@field to? integer|string the step or the name of a checkpoint; by default the last that was made
---@field reason? string for the journal
---@field max_rollbacks? integer fails where the program has made so many already

---@class nightjar.RollbackReport
---@field step integer steps made; a rollback does not lower them
---@field to integer the step of the checkpoint whose weights are in force now
---@field count integer rollbacks of the run so far

---@class nightjar.RunSummary
---@field ending "completed"|"stopped"|"interrupted" by its budget, by someone, or by Ctrl-C
---@field reason? string why it was stopped
---@field steps integer steps made
---@field tokens integer input tokens
---@field steps_now integer steps made since it was opened
---@field seconds number since it was opened
---@field folder string the run's folder
---@field checkpoint? string the newest checkpoint's name
---@field not_replayable_from_step? integer where the clock first cut a script off
---@field held_out_before? number held-out loss before the first step
---@field held_out_after? number held-out loss after the last step
---@field bits_per_byte? number the same, in bits a byte

---A run, as `nj.run.open` gives it.
---@class nightjar.Run
local Run = {}

---Says whether the run goes on: its budget is not used, and nobody has ended it. After Ctrl-C it is false.
---
---For programs (nightjar run).
---@return boolean active true while there is a step
function Run:active() end

---Makes one step as the recipe says, with the evaluation and the checkpoint that are due after it. Gives nil where the run ended before the step was made, as by Ctrl-C. A source's tokens of the step are under tokens/SOURCE.
---
---For programs (nightjar run).
---@return nightjar.StepReport? report as metrics have it
function Run:step() end

---Makes the first half of a step: the next batch, its loss and its gradients. Gives nil where the run ended before.
---
---For programs (nightjar run).
---@return nightjar.ForwardReport? report before the update
function Run:forward_backward() end

---Makes the second half of a step: moves the weights and does what is due after it.
---
---For programs (nightjar run).
---@param options? nightjar.OptimStepOptions how the weights move
---@return nightjar.StepReport report as metrics have it
function Run:optim_step(options) end

---Scores held-out text now, as the recipe's own evaluations do, and records it. Gives nil where no text is held out, and after Ctrl-C.
---
---For programs (nightjar run).
---@return nightjar.HeldOutLoss? held_out and its parts
function Run:evaluate() end

---Continues a text with the model as it is between two steps. Equal seeds give equal texts; nothing of it touches the run's own random streams.
---
---For programs (nightjar run).
---@param options? nightjar.SampleOptions what and how
---@return string text what follows the prompt
function Run:sample(options) end

---Gives every dial with its value now; what is switched off is "none".
---
---For programs (nightjar run).
---@return table<string, any> dials values by path
function Run:dials() end

---Gives the lines of the run's metrics so far; their type is run, step, evaluation or dial.
---
---For programs (nightjar run).
---@return table<string, any>[] rows oldest first
function Run:metrics() end

---Gives how many steps are made.
---
---For programs (nightjar run).
---@return integer steps steps made
function Run:step_count() end

---Gives the step that the run ends at.
---
---For programs (nightjar run).
---@return integer steps the last step
function Run:total_steps() end

---Gives the run's name.
---
---For programs (nightjar run).
---@return string name the recipe's
function Run:name() end

---Gives the run's folder.
---
---For programs (nightjar run).
---@return string path absolute
function Run:path() end

---Saves a checkpoint of the steps made, as one that rollbacks may go to.
---
---For programs (nightjar run).
---@param stage? "pre"|"mid"|"post" a name that points at it
---@return string checkpoint its name
function Run:save(stage) end

---Puts weights and optimizer back to those of a checkpoint and goes on from there with new data. Steps keep rising and dials stay. The recipe's on.max_rollbacks holds.
---
---For programs (nightjar run).
---@param options? nightjar.RollbackOptions where to
---@return nightjar.RollbackReport report where it went
function Run:rollback(options) end

---Turns dials between two steps; all, or, where one is refused, none. false and "none" switch off what can be.
---
---For programs (nightjar run).
---@param dials table<string, any> values by path: optimizer.lr = 1e-4
function Run:set(dials) end

---Saves what is not saved, ends the run and lets go of its model. A run whose budget is not used can be resumed.
---
---For programs (nightjar run).
---@return nightjar.RunSummary summary how it ended
function Run:finish() end
