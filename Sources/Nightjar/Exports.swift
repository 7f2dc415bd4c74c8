/// What `import Nightjar` gives: everything with which a Swift program trains a model and hears it.
///
/// Tensors and backends, tokenizers, conversations, corpora and their preparation, decoders, optimizers
/// and schedules, checkpoints, the training loop, the generation engine, probes, exports, recipes
/// written in Lua, and measurements. The parts that
/// these are made of (`Autograd`, `Layers`, `LuaRuntime`) are imported by name.
///
/// The underscored attribute is the only one that makes names visible to importers; a `public
/// import` merely allows them in signatures.
@_exported public import Checkpoints
@_exported public import Conversations
@_exported public import Corpora
@_exported public import Evaluation
@_exported public import Exports
@_exported public import Generation
@_exported public import Optimizers
@_exported public import Preparation
@_exported public import Scripting
@_exported public import Telemetry
@_exported public import Tensors
@_exported public import Tokenizers
@_exported public import Training
@_exported public import Transformers
