---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

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
---@field epoch integer how often its source had been read through before
---@field difficulty? number what its row calls its difficulty, where its source names that field
---@field weight number its weight in the loss

---@class nightjar.Gradients
---@field step integer steps made so far
---@field progress number the share of the run done
---@field loss? number mean loss over the step's tokens, in nats; nil where it is not finite
---@field gradient_norm? number the gradients' norm before clipping; nil where it is not finite
---@field learning_rate number the rate of this update
---@field rollbacks integer rollbacks of this run so far
---@field losses number[] of the last steps whose update was made, oldest first
---@field gradient_norms number[] of the same steps
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Verdict
---@field action "keep"|"skip"|"rollback"|"stop" what to do with the update
---@field reason? string one sentence, for the journal

---@class nightjar.Rollback
---@field step integer steps made so far
---@field target integer the checkpoint's step
---@field count integer rollbacks of this run so far
---@field origin string who asked for it
---@field reason string why, in the words of whoever asked
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.StepEnd
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field tokens integer input tokens so far
---@field loss number mean loss over the step's tokens, in nats; NaN or infinite where it is
---@field gradient_norm number the gradients' norm before clipping
---@field learning_rate number the rate of this update
---@field loss_tokens integer tokens the loss is over
---@field tokens_by_source table<string, integer> input tokens of this step
---@field skipped boolean whether the update was left out
---@field reward? number of the model's own answers on average, with method = "grpo"
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Evaluation
---@field step integer steps made so far
---@field progress number the share of the run done
---@field loss number mean held-out loss, in nats a token
---@field bits_per_byte number the same, in bits a byte of text
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.ProbeFacts
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field probes? table<string, table<string, number>> what the probes came to last, by name: probes.general.loss, and loss_low and loss_high, the ends of its interval of 95 %
---@field start? table<string, table<string, number>> the same at step 0
---@field rollbacks integer rollbacks of this run so far
---@field max_rollbacks integer how many the recipe allows
---@field rollback_step? integer the checkpoint that a rollback goes to; nil where there is none yet
---@field dials table<string, any> every dial with its value now, by path: "optimizer.lr"
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.ProbeVerdict
---@field action? "keep"|"rollback"|"stop" what becomes of the run
---@field dials? table<string, number|"none"|boolean> new values by path, as a curriculum's
---@field reason? string one sentence, for the journal

---@class nightjar.CheckpointTaken
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
---@field ending "completed"|"interrupted"|"stopped" how the loop was left
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Progress
---@field step integer steps made so far
---@field total_steps integer steps to make in all
---@field progress number the share of the run done
---@field tokens integer input tokens so far
---@field loss? number of the last step
---@field loss_by_source? table<string, number> in a mix, averaged over about the last ten steps that drew from the source
---@field held_out_loss? number the last that was measured
---@field held_out_step? integer the step it was measured at
---@field held_out_by_source? table<string, number> the same by source
---@field first_held_out_loss? number measured at step 0
---@field best_held_out_loss? number the lowest so far
---@field probes? table<string, table<string, number>> what the probes came to last, by name: probes.general.loss, and loss_low and loss_high, the ends of its interval of 95 %
---@field start? table<string, table<string, number>> the same at step 0
---@field dials table<string, any> every dial with its value now, by path: "optimizer.lr"
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

