---@meta nightjar
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Recipe
---@field kind? "recipe"
---@field name? string identifies the run; by default the recipe file's name
---@field seed? integer where every random stream begins
---@field out? string the run folder, relative to the working folder; by default runs/<name>
---@field stage? "pre"|"mid"|"post" where in a model's life the run stands
---@field method? "lm" by which objective the model learns
---@field model string|nightjar.Model give { from = "folder" } or { init = { hidden_size = 256, ... } }
---@field tokenizer? string "byte", "model" for the model's own, or a path relative to the recipe
---@field data nightjar.Text|nightjar.Jsonl|nightjar.Folder|table<string, any> give a source such as nj.data.text { path = "book.txt" }, or nj.data.mix { ... }
---@field sequence_length? integer tokens a row
---@field packing? "chunk"|"pad" fill rows and cut where they end, or one document a row
---@field batch? nightjar.Batch rows a step
---@field steps? integer the run's length in optimizer steps
---@field tokens? integer the run's length in input tokens
---@field epochs? number the run's length in passes over the training data
---@field precision? "auto"|"f32"|"bf16" the kind of products and activations: bf16 where the processor has it, else f32
---@field recompute? boolean keeps less for the way back and computes it again: less memory, more time
---@field optimizer? nightjar.Adamw|nightjar.Sgd|string what moves the weights
---@field schedule? nightjar.Constant|nightjar.Linear|nightjar.Cosine|nightjar.Wsd|nightjar.Piecewise|string|fun(progress: number): number what the learning rate is multiplied with: nj.schedule.*, or a function of progress (0 to 1) that gives the factor
---@field gradient_clip? number|false the largest gradient norm let through; false for none
---@field evaluate? nightjar.Evaluate when held-out loss is measured
---@field checkpoint? nightjar.Checkpoint when the run is saved, and what is kept
---@field on? nightjar.On what to do when something goes wrong
---@field prefetch? integer batches prepared ahead; 0 for none
---@field limits? nightjar.Limits what a call of the recipe's functions may spend

---@class nightjar.Model
---@field from? string a model folder relative to the recipe, or a run's checkpoint such as "runs/base@step-500"
---@field init? nightjar.Init the sizes of a new model

---@class nightjar.Init
---@field model_type? "llama" the published model type
---@field vocab_size? integer rows of the embedding; by default the tokenizer's
---@field hidden_size integer give the width of the model, such as 256
---@field intermediate_size integer give the width of the feed-forward part, such as 8/3 of hidden_size
---@field num_hidden_layers integer give the number of layers
---@field num_attention_heads integer give the number of heads
---@field num_key_value_heads? integer heads of keys and values, a divisor of num_attention_heads; by default as many
---@field head_dim? integer size of a head, even; by default hidden_size / num_attention_heads
---@field max_position_embeddings? integer the longest sequence that the model is made for
---@field rms_norm_eps? number keeps the norm from dividing by 0
---@field rope_theta? number base of rotary frequencies
---@field tie_word_embeddings? boolean whether the output layer is the embedding table
---@field initializer_range? number standard deviation of new weights
---@field bos_token_id? integer the token before a document
---@field eos_token_id? integer|integer[] the token after a document
---@field pad_token_id? integer the token that fills rows
---@field [string] any

---@class nightjar.Text
---@field kind? "text"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field split? "file"|"line"|"blank_line" what a document is: a whole file, a line, or what stands between blank lines
---@field separator? string the characters between two documents, such as "\n%\n"
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 32 KiB for whole files, 1 MiB for others
---@field validation? number the share of documents held out, chosen by content

---@class nightjar.Jsonl
---@field kind? "jsonl"
---@field path string|string[] give a file, or a list of files, relative to the recipe
---@field field? string the key that holds the text
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 32 KiB for whole files, 1 MiB for others
---@field validation? number the share of documents held out, chosen by content

---@class nightjar.Folder
---@field kind? "folder"
---@field path string give a folder, relative to the recipe
---@field pattern? string|string[] which files: `*` and `?` stop at a slash, `**` does not
---@field field? string reads every file as JSON rows; without it the endings .jsonl and .ndjson say so
---@field split? "file"|"line"|"blank_line" what a document is: a whole file, a line, or what stands between blank lines
---@field separator? string the characters between two documents, such as "\n%\n"
---@field bad_row? "skip"|"stop" what to do with a row that has no text; by default what the recipe's `on` says
---@field invalid_utf8? "replace"|"drop"|"stop" what to do with bytes that are not UTF-8; by default what the recipe's `on` says
---@field max_document_bytes? integer longer texts are cut into parts; by default 32 KiB for whole files, 1 MiB for others
---@field validation? number the share of documents held out, chosen by content

---@class nightjar.Batch
---@field size? integer rows an optimizer step
---@field micro? integer|"auto" rows a forward pass, a divisor of size; "auto" chooses by memory

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

---@class nightjar.Constant
---@field kind? "constant"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run

---@class nightjar.Linear
---@field kind? "linear"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field final? number the factor at the end of the run

---@class nightjar.Cosine
---@field kind? "cosine"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field final? number the factor at the end of the run

---@class nightjar.Wsd
---@field kind? "wsd"
---@field warmup_steps? integer how long the rise from 0 to 1 takes, in steps
---@field warmup_tokens? integer how long the rise from 0 to 1 takes, in tokens
---@field warmup_share? number how long the rise from 0 to 1 takes, as a share of the run
---@field decay_steps? integer how long the fall at the end takes, in steps
---@field decay_tokens? integer how long the fall at the end takes, in tokens
---@field decay_share? number how long the fall at the end takes, as a share of the run
---@field final? number the factor at the end of the run
---@field shape? "linear"|"sqrt" the curve of the fall: a straight line, or 1 - sqrt(x)

---@class nightjar.Piecewise
---@field kind? "piecewise"
---@field points nightjar.Point[] give points in rising order, as in { { at = 0, factor = 1 }, { at = 1, factor = 0 } }

---@class nightjar.Point
---@field at number give the share of the run, 0 to 1
---@field factor number give the factor there

---@class nightjar.Evaluate
---@field every_steps? integer steps between measurements; by default only at the beginning and the end
---@field batches? integer validation batches, at most

---@class nightjar.Checkpoint
---@field every_steps? integer steps between checkpoints; by default only at the end
---@field keep_last? integer how many of the newest are kept
---@field keep_best? integer how many of the best by held-out loss are kept besides

---@class nightjar.On
---@field nan? "stop"|"skip" a loss or gradient that is not finite
---@field disk_full? "stop"|"continue" a checkpoint that cannot be written
---@field bad_row? "skip"|"stop" a row without text, in sources that do not say themselves
---@field invalid_utf8? "replace"|"drop"|"stop" bytes that are not UTF-8, in sources that do not say themselves

---@class nightjar.Limits
---@field time_s? number seconds a call may take
---@field memory_mb? integer MiB that the scripts may hold together

---The house, as `require "nightjar"` gives it.
---@class nightjar
---@field version string
---@field data nightjar.data
---@field model nightjar.model
---@field optim nightjar.optim
---@field schedule nightjar.schedule
---@field log nightjar.log
---@field metric nightjar.metric
---@field run nightjar.run
---@field time nightjar.time
---@field file nightjar.file
---@field env nightjar.env
---@field text nightjar.text
---@field regex nightjar.regex
---@field json nightjar.json
---@field tokens nightjar.tokens
---@field random nightjar.random
local nj = {}

---Everything that decides what a run computes and where it writes.
---@param settings nightjar.Recipe the keys below
---@return nightjar.Recipe declaration the same table, checked and in order
function nj.recipe(settings) end

return nj
