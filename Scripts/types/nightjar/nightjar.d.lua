---@meta nightjar
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Recipe
---@field kind? "recipe"
---@field name? string identifies the run; by default the recipe file's name
---@field seed? integer where every random stream begins
---@field out? string the run folder, relative to the working folder; by default runs/<name>
---@field stage? "pre"|"mid"|"post" where in a model's life the run stands; by default post where answers are learned, else pre, and mid in a later phase
---@field method? "lm"|"sft"|"distill"|"dpo"|"grpo" by which objective the model learns
---@field model string|nightjar.Model give { from = "folder" } or { init = { hidden_size = 256, ... } }
---@field teacher? string|nightjar.Teacher with method = "distill", the model to learn from: a folder or a run's checkpoint
---@field preference? nightjar.Preferring with method = "dpo", how pairs of answers are learned from
---@field rollouts? nightjar.RollingOut with method = "grpo", how the model answers prompts and learns from that
---@field tokenizer? string "byte", "model" for the model's own, or a path relative to the recipe
---@field data nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat|nightjar.Preference|nightjar.Prompts|table<string, any> give a source such as nj.data.text { path = "book.txt" }, or nj.data.mix { ... }
---@field chat_template? string how conversations become text, with method = "sft", "distill", "dpo" or "grpo": "model" for the model's own, a plugin in use that has one ("house-style", "house-style/NAME"), a file relative to the recipe, the template itself, or "chatml"
---@field sequence_length? integer tokens a row
---@field packing? "chunk"|"pad"|"whole" fill rows and cut where they end (chunk), one document a row (pad), or as many as fit whole (whole); by default chunk, whole where answers are learned, and pad with method = "grpo"
---@field batch? nightjar.Batch rows a step
---@field steps? integer the run's length in optimizer steps
---@field tokens? integer the run's length in input tokens
---@field epochs? number the run's length in passes over the training data
---@field precision? "auto"|"f32"|"bf16" the kind of products and activations: bf16 where the processor has it, else f32
---@field recompute? boolean keeps less for the way back and computes it again: less memory, more time
---@field neftune_alpha? number noise on the embeddings while training with method = "sft" or "distill" (NEFTune): uniform, up to alpha / sqrt(tokens of the row x hidden_size); 5 is usual
---@field optimizer? nightjar.Adamw|nightjar.Sgd|nightjar.Muon|string what moves the weights
---@field schedule? nightjar.Constant|nightjar.Linear|nightjar.Cosine|nightjar.Wsd|nightjar.Piecewise|string|fun(progress: number): number what the learning rate is multiplied with: nj.schedule.*, a function of progress (0 to 1) that gives the factor, or the name of a plugin in use that has one: "my-plugin", "my-plugin/warm-restarts"
---@field gradient_clip? number|false the largest gradient norm let through; false for none
---@field evaluate? nightjar.Evaluate when held-out loss is measured
---@field probes? table<string, any> what the model is asked while it learns: nj.probe.*, and every_steps
---@field checkpoint? nightjar.Checkpoint when the run is saved, and what is kept
---@field on? nightjar.On what to do when something goes wrong
---@field prefetch? integer batches prepared ahead; 0 for none
---@field limits? nightjar.Limits what a call of the recipe's functions may spend
---@field use? (string|any)[] plugins, in the order in which they are called: a name, or { "name", key = value } with settings
---@field grant? table<string, string[]> by plugin, what it may do beyond computing: "clock", "files:read:PATH", "env:NAME", "network:HOST"
---@field hooks? nightjar.Hooks handlers on the run's timeline
---@field rewards? table<string, fun(ctx: nightjar.Rollout): number|string|nightjar.Reward> with method = "grpo", what an answer is worth, by name: a function of the answer, a plugin in use that has one ("brevity", "my-plugin/NAME"), or { score = either of them, weight = 0.5 }; their sum counts
---@field curriculum? fun(ctx: nightjar.Progress): table<string, number|"none"|boolean>? a function asked between steps which dials to turn
---@field reload? nightjar.Reload what becomes of scripts that are edited
---@field phases? nightjar.Phase[] runs that follow one another: each has the recipe's keys, with its own in their place, and begins with what the one before ends with

---@class nightjar.Model
---@field from? string a model folder relative to the recipe, or a run's checkpoint such as "runs/base@step-500"
---@field init? nightjar.Init the sizes of a new model
---@field lora? nightjar.Lora adapters that are trained in place of the model's weights; see nj.lora
---@field continue? boolean whether optimizer, step count and place in schedule and data are taken over too from a run's checkpoint; else its weights alone

---@class nightjar.Lora
---@field rank? integer columns of B and rows of A: what an adapter can hold
---@field alpha? number adapters count alpha / rank times
---@field dropout? number the share of an adapter's inputs that training drops
---@field targets? string|string[] the maps that get an adapter: "all-linear", a list of names such as "q_proj", or a pattern for whole names
---@field rslora? boolean adapters count alpha / sqrt(rank) times (rsLoRA)
---@field dora? boolean the lengths of a weight's rows are learned apart from their directions (DoRA)
---@field plus_ratio? number the learning rate of B over that of A (LoRA+); 16 is usual
---@field lora_plus_lr_ratio? number another name of plus_ratio
---@field loraplus_lr_ratio? number another name of plus_ratio
---@field base? "auto"|"f32"|"bf16"|"int8" how the frozen maps are held; "auto" is the run's precision

---@class nightjar.Teacher
---@field from string give a model folder relative to the recipe, or a run's checkpoint
---@field top_k? integer the teacher's likeliest tokens, told one by one; all others count as one
---@field temperature? number divides the logits of both
---@field alpha? number the share of the labels' cross-entropy in the loss; the rest is the divergence from the teacher
---@field on_policy? number the share of the rows that the student writes itself, from the beginnings of the data's; they have no labels

---@class nightjar.Preferring
---@field beta? number what a change of a likelihood against the reference is worth; less lets the model go further from it
---@field label_smoothing? number the share of pairs that are taken to be the wrong way round, below 0.5
---@field text_weight? number what the mean cross-entropy of everything else in the mix counts beside the mean loss of the pairs
---@field reference? string the model that changes are counted from: a folder relative to the recipe, or a run's checkpoint; by default the one that the run begins from

---@class nightjar.RollingOut
---@field per_prompt? integer answers to a prompt, which are held against one another
---@field max_new_tokens? integer the most tokens of an answer; by default half of sequence_length
---@field scale? "group"|"batch"|"none" what an answer's reward above its group's mean is divided by: the standard deviation of its group, that of the step, or nothing
---@field average? "tokens"|"answers"|"longest" what the loss is a mean over: all answers' tokens alike (DAPO), answers (GRPO), or as many tokens as answers may have (Dr. GRPO)
---@field beta? number what the divergence from the reference counts in the loss; 0 needs none
---@field text_weight? number what the mean cross-entropy of everything else in the mix counts beside the answers
---@field reference? string the model that the divergence is measured from: a folder relative to the recipe, or a run's checkpoint; by default the one that the run begins from

---@class nightjar.Batch
---@field size? integer rows an optimizer step
---@field micro? integer|"auto" rows a forward pass, a divisor of size; "auto" chooses by memory

---@class nightjar.Evaluate
---@field every_steps? integer steps between measurements; by default only at the beginning and the end
---@field batches? integer validation batches in all, at most, which sources and sets share
---@field sets? table<string, nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat|nightjar.Preference|nightjar.Prompts> validation sets by name, each a source that is held out whole

---@class nightjar.Probes
---@field every_steps? integer steps between measurements; by default only at the beginning and the end

---@class nightjar.Checkpoint
---@field every_steps? integer steps between checkpoints; by default only at the end
---@field keep_last? integer how many of the newest are kept
---@field keep_best? integer how many of the best by held-out loss are kept besides

---@class nightjar.On
---@field nan? "stop"|"skip" a loss or gradient that is not finite
---@field disk_full? "stop"|"continue" a checkpoint that cannot be written
---@field script? "stop"|"skip" a hook or curriculum that fails where its answer is needed
---@field max_rollbacks? integer how often a run may go back to a checkpoint before it ends
---@field bad_row? "skip"|"stop" a row without text, in sources that do not say themselves
---@field invalid_utf8? "replace"|"drop"|"stop" bytes that are not UTF-8, in sources that do not say themselves

---@class nightjar.Hooks
---@field on_start? fun(ctx: nightjar.Start) A run begins; its first step is next.
---@field on_resume? fun(ctx: nightjar.Resume) A run goes on from a checkpoint; `ctx.state` is what that checkpoint held.
---@field on_step_start? fun(ctx: nightjar.StepStart) A step is about to be made.
---@field on_batch? fun(ctx: nightjar.BatchFacts): number[]? A batch is ready and nothing is computed yet. The answer gives the documents other weights in the loss, a list as long as `documents`. Each later handler sees the weights that the ones before it gave.
---@field on_gradients? fun(ctx: nightjar.Gradients): "keep"|"skip"|"rollback"|"stop"|nightjar.Verdict? Loss and gradients are known and the weights have not moved. "skip" leaves the update out, "rollback" goes back to the last checkpoint's weights, "stop" ends the run with everything saved. The first verdict other than "keep" counts.
---@field on_rollback? fun(ctx: nightjar.Rollback) Weights and optimizer were put back to those of a checkpoint; step numbers and data go on.
---@field on_step_end? fun(ctx: nightjar.StepEnd) A step is made and its numbers are known.
---@field on_evaluate? fun(ctx: nightjar.Evaluation) Held-out text was scored.
---@field on_probe? fun(ctx: nightjar.ProbeFacts): "keep"|"rollback"|"stop"|nightjar.ProbeVerdict? The probes were measured: at step 0, as often as `probes.every_steps` says, and at the end. "rollback" goes back to the last checkpoint's weights and on with new data, "stop" ends the run with everything saved; `dials` are turned either way. The first action other than "keep" counts.
---@field on_checkpoint? fun(ctx: nightjar.CheckpointTaken) A checkpoint that was asked for is about to be taken: what the handler leaves in `ctx.state` is in it.
---@field on_error? fun(ctx: nightjar.RunError) The run ends with an error; what was done is being saved.
---@field on_end? fun(ctx: nightjar.RunEnd) The run is over, done or stopped, and everything is saved.

---@class nightjar.Rollout
---@field step integer steps made so far
---@field source string the source that the prompt is from
---@field row table<string, any> the row that the prompt is from, with all its fields; what is null there is left out
---@field prompt string what the model was given, special tokens spelled out
---@field completion string what it wrote
---@field tokens integer tokens of that, its end included
---@field finished boolean whether the model ended the answer itself, and was not cut off
---@field state table<string, any> the script's memory: plain data, kept from call to call and in every checkpoint
---@field settings table<string, any> the plugin's settings, with what the recipe changed

---@class nightjar.Reward
---@field score fun(ctx: nightjar.Rollout): number|string give a function of an answer, or the name of a plugin in use that has one
---@field weight? number its factor in the sum

---@class nightjar.Reload
---@field max_shift? number a version whose answers to the last calls, or along the run for a schedule, lie further from the old ones' is refused: in standard deviations for numbers, else the share that differs
---@field unmeasured? "swap"|"refuse" what becomes of a version when too few calls were made to tell

---@class nightjar.Phase
---@field name string give each phase a name: its run is in runs/NAME/<phase>
---@field continue? boolean whether optimizer, step count and place in the data of the phase before go on too; by default its weights alone are taken
---@field seed? integer in place of the recipe's
---@field stage? "pre"|"mid"|"post" in place of the recipe's
---@field method? "lm"|"sft"|"distill"|"dpo"|"grpo" in place of the recipe's
---@field model? string|nightjar.Model in place of the recipe's
---@field teacher? string|nightjar.Teacher in place of the recipe's
---@field preference? nightjar.Preferring in place of the recipe's
---@field rollouts? nightjar.RollingOut in place of the recipe's
---@field tokenizer? string in place of the recipe's
---@field data? nightjar.Text|nightjar.Jsonl|nightjar.Csv|nightjar.Folder|nightjar.Chat|nightjar.Preference|nightjar.Prompts|table<string, any> in place of the recipe's
---@field chat_template? string in place of the recipe's
---@field sequence_length? integer in place of the recipe's
---@field packing? "chunk"|"pad"|"whole" in place of the recipe's
---@field batch? nightjar.Batch in place of the recipe's
---@field steps? integer in place of the recipe's
---@field tokens? integer in place of the recipe's
---@field epochs? number in place of the recipe's
---@field precision? "auto"|"f32"|"bf16" in place of the recipe's
---@field recompute? boolean in place of the recipe's
---@field neftune_alpha? number in place of the recipe's
---@field optimizer? nightjar.Adamw|nightjar.Sgd|nightjar.Muon|string in place of the recipe's
---@field schedule? nightjar.Constant|nightjar.Linear|nightjar.Cosine|nightjar.Wsd|nightjar.Piecewise|string|fun(progress: number): number in place of the recipe's
---@field gradient_clip? number|false in place of the recipe's
---@field evaluate? nightjar.Evaluate in place of the recipe's
---@field probes? table<string, any> in place of the recipe's
---@field checkpoint? nightjar.Checkpoint in place of the recipe's
---@field on? nightjar.On in place of the recipe's
---@field prefetch? integer in place of the recipe's
---@field limits? nightjar.Limits in place of the recipe's
---@field use? (string|any)[] in place of the recipe's
---@field grant? table<string, string[]> in place of the recipe's
---@field hooks? nightjar.Hooks in place of the recipe's
---@field rewards? table<string, fun(ctx: nightjar.Rollout): number|string|nightjar.Reward> in place of the recipe's
---@field curriculum? fun(ctx: nightjar.Progress): table<string, number|"none"|boolean>? in place of the recipe's
---@field reload? nightjar.Reload in place of the recipe's

---The house, as `require "nightjar"` gives it.
---@class nightjar
---@field version string
---@field data nightjar.data
---@field filter nightjar.filter
---@field model nightjar.model
---@field optim nightjar.optim
---@field schedule nightjar.schedule
---@field probe nightjar.probe
---@field text nightjar.text
---@field regex nightjar.regex
---@field json nightjar.json
---@field tokens nightjar.tokens
---@field random nightjar.random
---@field log nightjar.log
---@field metric nightjar.metric
---@field run nightjar.run
---@field time nightjar.time
---@field file nightjar.file
---@field env nightjar.env
---@field http nightjar.http
---@field test nightjar.test
---@field plot nightjar.plot
local nj = {}

---Everything that decides what a run computes and where it writes.
---
---For recipes, programs (nightjar run) or specs.
---@param settings nightjar.Recipe the keys below
---@return nightjar.Recipe declaration the same table, checked and in order
function nj.recipe(settings) end

---Low-rank adapters that are trained beside a frozen model, in place of its weights; the model's lora.
---@param settings nightjar.Lora the keys below
---@return nightjar.Lora declaration the same table, checked and in order
function nj.lora(settings) end

return nj
