public import Conversations
public import Corpora
public import Tokenizers
public import Transformers

/// What a recipe says of a probe; it is opened once the run's data are.
public protocol ProbeRecipe: Sendable {
    /// Identifies the probe among those of its run.
    var name: String { get }

    /// Reads what the probe asks with.
    ///
    /// - Throws: where that cannot be read, or does not fit the model.
    func open(in setting: ProbeSetting) throws -> any Probe
}

/// A question that a model is asked again and again, and learns nothing from.
///
/// The same weights give the same answer, in a run and alone.
public protocol Probe {
    /// Identifies the probe among those of its run.
    var name: String { get }

    /// Asks the model.
    ///
    /// - Parameter host: who asks.
    /// - Returns: nil where the host wants to stop.
    func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult?
}

/// Who has a probe measured: a run, or a command.
public protocol ProbeHost {
    /// Asked between passes of the model.
    var isStopped: Bool { get }

    /// What a script makes of the model's answers to a probe's prompts.
    ///
    /// - Parameter door: where the function stands, such as `probes.rhymes.score`.
    /// - Returns: a finite number for each answer, in order.
    func scores(of answers: [ProbeAnswer], by door: String) throws -> [Double]
}

extension TrainingError {
    /// Where nobody has the function that scores a probe's answers.
    ///
    /// - Parameter door: where it should stand, such as `probes.rhymes.score`.
    public static func unscored(_ door: String) -> TrainingError {
        TrainingError(
            .misuse, "The answers of \(door) are scored by a script, and there is none here.")
    }
}

/// What a model wrote after a prompt of a probe.
public struct ProbeAnswer: Sendable, Hashable {
    /// The row's number in its file, counted from 1.
    public var row: Int
    /// As the row has it, before any chat template.
    public var prompt: String
    /// What the model wrote.
    public var completion: String
    /// What the row says is right; nil where it does not say.
    public var expected: String?

    /// An answer to a row's prompt.
    public init(row: Int, prompt: String, completion: String, expected: String? = nil) {
        self.row = row
        self.prompt = prompt
        self.completion = completion
        self.expected = expected
    }
}

/// What a probe is opened with.
public struct ProbeSetting {
    /// Text that the model never learns from, of a source or a set by name.
    public struct HeldOut: Sendable {
        /// The tokenized text.
        public let tokens: any TokenSource
        /// Whether it is a category of the mix's replay.
        public let isReplay: Bool

        /// Some text.
        public init(tokens: any TokenSource, isReplay: Bool) {
            self.tokens = tokens
            self.isReplay = isReplay
        }
    }

    /// The model's.
    public let tokenizer: any Tokenizer
    /// The model's shape.
    public let model: ModelConfiguration
    /// How conversations become text; nil where nobody says. Read when a probe wants it: a template
    /// that is broken is an error of that probe's alone.
    public let template: () throws -> ChatTemplate?
    /// Whether the run's rows are conversations.
    public let readsConversations: Bool
    /// What the run holds out, in the order of the recipe.
    public let heldOut: [HeldOut]
    /// How documents become rows.
    public let packing: Packing
    /// The most tokens of a prompt and its answer: the run's sequence length.
    public let positions: Int
    /// B: rows a batch.
    public let rows: Int
    /// Rows a pass.
    public let microRows: Int
    /// Where the draws of intervals begin.
    public let seed: UInt64
    /// Tokenizes a source of the probe's own, all of it held out.
    public let tokenize: (Source) throws -> any TokenSource

    /// A setting from its parts.
    public init(
        tokenizer: any Tokenizer, model: ModelConfiguration,
        template: @escaping () throws -> ChatTemplate?, readsConversations: Bool, heldOut: [HeldOut], packing: Packing, positions: Int, rows: Int,
        microRows: Int, seed: UInt64, tokenize: @escaping (Source) throws -> any TokenSource
    ) {
        self.tokenizer = tokenizer
        self.model = model
        self.template = template
        self.readsConversations = readsConversations
        self.heldOut = heldOut
        self.packing = packing
        self.positions = positions
        self.rows = rows
        self.microRows = microRows
        self.seed = seed
        self.tokenize = tokenize
    }
}
