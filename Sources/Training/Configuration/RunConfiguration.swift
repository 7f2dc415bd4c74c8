public import Corpora
public import Optimizers
public import Transformers

/// A whole recipe as typed data: everything that decides what a run computes and where it writes.
///
/// Recipes fill it, `resolved.json` records it, and nothing here is a live object except a custom
/// schedule.
public struct RunConfiguration: Sendable {
    /// Identifies the run; `out` is `runs/<name>` where the recipe sets none.
    public var name: String
    public var seed: UInt64 = 0
    /// The run folder.
    public var outputPath: String
    /// Where in a model's life this run stands.
    public var stage: Stage = .pre
    public var method: Method = .languageModelling
    /// Whom the run learns from; set with `distillation` alone.
    public var distillation: Distillation?
    /// How it learns from pairs of answers; set with `preference` alone.
    public var preference: Preference?
    /// How its model answers prompts and learns from that; set with `reinforcement` alone.
    public var rollouts: RolloutSettings?
    public var model: ModelSource
    /// Whether the run takes over optimizer, step count and place in the data too from the
    /// checkpoint it begins from, so that it goes on as that run would have.
    public var continues = false
    /// Nil where the model's own weights are trained.
    public var lora: LoRASettings?
    public var tokenizer: TokenizerSource = .model
    /// How conversations become text.
    public var chatTemplate: ChatTemplateSource = .model
    /// At least one.
    public var data: [WeightedSource]
    /// What the sources' shares are shares of, and how strictly.
    public var mix = MixSettings()
    /// T: tokens a row.
    public var sequenceLength = 512
    /// How documents become rows.
    public var packing: Packing.Policy = .chunk
    public var batch = BatchSizes()
    public var budget: Budget
    public var precision: Precision = .automatic
    /// Keeps only the blocks' inputs and computes the rest again on the way back.
    public var recomputes = false
    /// The noise on embeddings (NEFTune); nil for none.
    public var neftuneAlpha: Double?
    public var optimizer: OptimizerConfiguration = .adamW(.init())
    public var schedule: Schedule = .constant(.init())
    /// The largest gradient norm let through; nil for no limit.
    public var gradientClip: Double? = 1
    public var evaluation = EvaluationSettings()
    /// What the model is asked while it learns.
    public var probes = ProbeSettings()
    public var checkpoints = CheckpointSettings()
    public var responses = FailureResponses()
    /// How often a run may go back.
    public var recovery = RecoverySettings()
    /// Batches prepared ahead of the step; 0 prepares each when it is asked for.
    public var prefetch = 2

    public init(
        name: String, outputPath: String, model: ModelSource, data: [WeightedSource],
        budget: Budget
    ) {
        self.name = name
        self.outputPath = outputPath
        self.model = model
        self.data = data
        self.budget = budget
    }
}

/// Where in a model's life a run stands.
public enum Stage: String, Sendable, Hashable, CaseIterable {
    case pre, mid, post
}

/// By which objective a run learns.
public enum Method: String, Sendable, Hashable, CaseIterable {
    /// Predicting the next token of running text.
    case languageModelling = "lm"
    /// Predicting the assistant's answers in conversations.
    case supervised = "sft"
    /// Predicting what a teacher predicts.
    case distillation = "distill"
    /// Preferring one answer to another.
    case preference = "dpo"
    /// Answering prompts itself, and learning from what the answers are worth.
    case reinforcement = "grpo"
}

extension RunConfiguration {
    /// Whether rows are conversations, whose answers alone are learned.
    var readsConversations: Bool {
        switch method {
        case .languageModelling: false
        case .supervised, .preference, .reinforcement: true
        case .distillation:
            (data.map(\.source) + evaluation.sets).contains {
                if case .conversations = $0.format { true } else { false }
            }
        }
    }
}

/// What a run starts from.
public enum ModelSource: Sendable, Hashable {
    /// A model folder, a checkpoint, or a name such as `runs/base@step-500`.
    case folder(String)
    /// New weights. The vocabulary size is the tokenizer's where the recipe leaves it out (0).
    case new(ModelConfiguration)
    /// What another run of the same recipe ends with, in that run's folder; until it has, a model
    /// of the sizes and the vocabulary that it begins with.
    indirect case end(of: String, from: ModelSource)
}

/// Which tokenizer a run uses.
public enum TokenizerSource: Sendable, Hashable {
    /// The model folder's own.
    case model
    /// 256 bytes and the special tokens.
    case byte
    /// A `tokenizer.json` or a folder that holds one.
    case path(String)
}

/// Sequences a step.
public struct BatchSizes: Sendable, Hashable {
    /// Rows an optimizer step.
    public var size: Int
    /// Rows a forward pass; nil chooses by memory. It never changes what is computed by more than
    /// rounding.
    public var micro: Int?

    public init(size: Int = 8, micro: Int? = nil) {
        self.size = size
        self.micro = micro
    }
}

/// How long a run lasts.
public enum Budget: Sendable, Hashable {
    case steps(Int)
    /// Input tokens, padding not counted; the run ends with the step that reaches them.
    case tokens(Int)
    /// Passes over the training tokens of all sources together.
    case epochs(Double)
}

/// The kind that products and activations have.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    /// bf16 where the processor multiplies it natively, else f32.
    case automatic = "auto"
    case f32
    case bf16
}

/// When and on how much held-out text a run is measured.
public struct EvaluationSettings: Sendable, Hashable {
    /// Steps between evaluations; nil evaluates at the beginning and the end only.
    public var everySteps: Int?
    /// Validation batches of the training batch's size, at most.
    public var batches: Int
    /// Sources that are held out whole, by name, beside what sources hold out themselves.
    public var sets: [Source]

    public init(everySteps: Int? = nil, batches: Int = 16, sets: [Source] = []) {
        self.everySteps = everySteps
        self.batches = batches
        self.sets = sets
    }
}

/// What a model is asked while it learns, and when.
public struct ProbeSettings: Sendable {
    /// Steps between measurements; nil measures at the beginning and the end only.
    public var everySteps: Int?
    /// In the order in which they are asked; a recipe's are in that of their names.
    public var recipes: [any ProbeRecipe]

    /// No probes, unless they are given.
    public init(everySteps: Int? = nil, recipes: [any ProbeRecipe] = []) {
        self.everySteps = everySteps
        self.recipes = recipes
    }
}

/// When a run is saved, and what is kept.
public struct CheckpointSettings: Sendable, Hashable {
    /// Steps between checkpoints; nil saves at the end only.
    public var everySteps: Int?
    public var keepLast: Int
    /// How many of the best by held-out loss are kept besides.
    public var keepBest: Int

    public init(everySteps: Int? = nil, keepLast: Int = 2, keepBest: Int = 1) {
        self.everySteps = everySteps
        self.keepLast = keepLast
        self.keepBest = keepBest
    }
}

/// What a run does when something goes wrong; the recipe's `on`.
public struct FailureResponses: Sendable, Hashable {
    /// What follows a loss or gradient that is not finite.
    public enum NonFinite: String, Sendable, Hashable, CaseIterable {
        /// Ends the run with an error that names the batch's documents.
        case stop
        /// Leaves the step out: weights and optimizer stay, the data goes on.
        case skip
    }

    /// What follows a checkpoint that cannot be written.
    public enum DiskFull: String, Sendable, Hashable, CaseIterable {
        /// Ends the run; what was saved before stays.
        case stop
        /// Goes on training and tries again at the next checkpoint.
        case continue_ = "continue"
    }

    /// What follows a filter, decider or curriculum that fails.
    public enum Script: String, Sendable, Hashable, CaseIterable {
        /// Ends the run with the error; the steps before are saved.
        case stop
        /// Leaves the step out and counts it: weights and optimizer stay, the data goes on.
        case skip
    }

    /// Loss or gradients that are not finite.
    public var nonFinite: NonFinite
    /// A checkpoint that cannot be written.
    public var diskFull: DiskFull
    /// A filter, decider or curriculum that fails.
    public var script: Script

    public init(
        nonFinite: NonFinite = .stop, diskFull: DiskFull = .stop, script: Script = .stop
    ) {
        self.nonFinite = nonFinite
        self.diskFull = diskFull
        self.script = script
    }
}

/// How often a run may put its weights back to those of a checkpoint.
public struct RecoverySettings: Sendable, Hashable {
    /// One rollback more ends the run with an error.
    public var maximumRollbacks: Int

    /// 0 or more.
    public init(maximumRollbacks: Int = 3) { self.maximumRollbacks = maximumRollbacks }
}
