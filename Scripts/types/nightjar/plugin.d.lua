---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Plugin
---@field name string the name of its folder
---@field api integer the version it is written for: 1
---@field summary string one sentence: what it does for a run
---@field needs? string[] capabilities it cannot do without: "clock", "files:read:PATH", "env:NAME"
---@field requires? string[] plugins that must be in use before it; they open first
---@field settings? table<string, any> what a recipe may change, each with its default; a change keeps the type
---@field hooks? nightjar.Hooks handlers on a run's timeline
---@field curricula? table<string, fun(ctx: nightjar.Progress): table<string, any>?> functions asked between steps which dials to turn
---@field schedules? table<string, fun(progress: number): number> learning-rate schedules that recipes name as "PLUGIN.NAME"
---@field examples? nightjar.PluginExample[] calls with their answers: the self-test that runs before it is used
---@field save? fun(): table<string, any> gives memory kept elsewhere than in ctx.state, at every checkpoint
---@field load? fun(state: table<string, any>) takes what save gave, when a run is resumed

---@class nightjar.Hooks
---@field on_start? fun(ctx: nightjar.Start) A run begins; its first step is next.
---@field on_resume? fun(ctx: nightjar.Resume) A run goes on from a checkpoint; `ctx.state` is what that checkpoint held.
---@field on_step_start? fun(ctx: nightjar.StepStart) A step is about to be made.
---@field on_batch? fun(ctx: nightjar.BatchFacts): number[]? A batch is ready and nothing is computed yet. The answer gives the documents other weights in the loss: a list as long as `documents`.
---@field on_gradients? fun(ctx: nightjar.Gradients): "keep"|"skip"|"rollback"|"stop"|nightjar.Verdict? Loss and gradients are known and the weights have not moved. "skip" leaves the update out, "rollback" goes back to the last checkpoint's weights, "stop" ends the run with everything saved. The first verdict other than "keep" counts.
---@field on_step_end? fun(ctx: nightjar.StepEnd) A step is made and its numbers are known.
---@field on_evaluate? fun(ctx: nightjar.Evaluation) Held-out text was scored.
---@field on_checkpoint? fun(ctx: nightjar.CheckpointSaved) A checkpoint is whole on the disk.
---@field on_error? fun(ctx: nightjar.RunError) The run ends with an error; what was done is being saved.
---@field on_end? fun(ctx: nightjar.RunEnd) The run is over, done or stopped, and everything is saved.

---@class nightjar.Start
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field name string the run's name
---@field parameters integer weights of the model
---@field precision string of products and activations
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Resume
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field name string the run's name
---@field parameters integer weights of the model
---@field precision string of products and activations
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.StepStart
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field tokens integer input tokens so far
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.BatchFacts
---@field step integer steps made so far
---@field progress number the share of the run done
---@field rows integer sequences of the batch
---@field tokens integer input tokens of the batch
---@field documents nightjar.BatchDocument[] what the rows are made of, in order
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.BatchDocument
---@field source string the source's name
---@field index integer the document within its source
---@field tokens integer its tokens in this batch
---@field weight number its weight in the loss

---@class nightjar.Gradients
---@field step integer steps made so far
---@field progress number the share of the run done
---@field loss? number mean loss over the step's tokens, in nats; nil where it is not finite
---@field gradient_norm? number the gradients' norm before clipping; nil where it is not finite
---@field learning_rate number the rate of this update
---@field losses number[] of the last steps whose update was made, oldest first
---@field gradient_norms number[] of the same steps
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Verdict
---@field action "keep"|"skip"|"rollback"|"stop" what to do with the update
---@field reason? string one sentence, for the journal

---@class nightjar.StepEnd
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field tokens integer input tokens so far
---@field loss number mean loss over the step's tokens, in nats
---@field gradient_norm number the gradients' norm before clipping
---@field learning_rate number the rate of this update
---@field loss_tokens integer tokens the loss is over
---@field tokens_by_source table<string, integer> input tokens of this step
---@field skipped boolean whether the update was left out
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Evaluation
---@field step integer steps made so far
---@field progress number the share of the run done
---@field loss number mean held-out loss, in nats a token
---@field bits_per_byte number the same, in bits a byte of text
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.CheckpointSaved
---@field step integer steps made so far
---@field name string such as step-000500
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.RunError
---@field step integer steps made so far
---@field message string what happened
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.RunEnd
---@field step integer steps made so far
---@field tokens integer input tokens so far
---@field ending "completed"|"interrupted" how the loop was left
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Progress
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field tokens integer input tokens so far
---@field loss? number of the last step
---@field held_out_loss? number the last that was measured
---@field held_out_step? integer the step it was measured at
---@field best_held_out_loss? number the lowest so far
---@field dials table<string, any> every dial with its value now, by path: "optimizer.lr"
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.PluginExample
---@field call string which function: "hooks.on_step_end", "curricula.NAME", "schedules.NAME"
---@field with? any what it is called with; facts left out are zero
---@field settings? table<string, any> settings other than the defaults
---@field state? table<string, any> the memory it begins with
---@field gives? any the answer it must give
---@field leaves? table<string, any> the memory it must leave

