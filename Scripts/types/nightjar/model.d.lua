---@meta
-- Written by `nightjar annotate` from the functions' own declarations; edits are lost.
-- For editors alone: nothing here is ever run.

---@class nightjar.Init
---@field model_type? "llama"|"mistral"|"qwen2"|"qwen3"|"smollm3"|"olmo2"|"gemma2"|"gemma3_text"|"phi3" the published model type
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

---@class nightjar.model
local model = {}

---New weights for a model with these sizes, under the keys of Hugging Face's config.json.
---@param settings nightjar.Init the keys below
---@return nightjar.Init declaration the same table, checked and in order
function model.init(settings) end
