public import Tokenizers
public import Transformers
import Checkpoints
import Foundation
import Tensors

/// What a recipe's `model` and `tokenizer` keys come to: a configuration, and where weights are.
public struct ModelStart {
    public let configuration: ModelConfiguration
    public let tokenizer: any Tokenizer
    let folder: ModelFolder?
    /// Whether the weights are those of a run that has not been made.
    let isAhead: Bool

    /// Opens the model folder, if one is named, and the tokenizer; reads no weights.
    ///
    /// - Parameter remark: hears of broken checkpoints that were passed over.
    /// - Throws: `TrainingError` where the two do not belong together.
    public init(_ recipe: RunConfiguration, remark: (String) -> Void) throws {
        var configuration: ModelConfiguration
        let source = recipe.model.asOfNow
        isAhead = recipe.model.isAhead
        switch source {
        case .folder(let reference):
            let remarks = Remarks()
            let folder = try ModelStart.open(reference, recipe) { remarks.add($0) }
            remarks.all.forEach(remark)
            self.folder = folder
            configuration = folder.configuration
        case .new(let sizes):
            folder = nil
            configuration = sizes
        case .end: preconditionFailure("What is there now is a folder or new.")
        }
        tokenizer = try ModelStart.tokenizer(recipe, folder: folder)
        if folder == nil { configuration.adopt(tokenizer) }
        try configuration.validate()
        if let lora = recipe.lora {
            guard folder != nil || isAhead else {
                throw TrainingError(
                    .badConfiguration,
                    "lora trains adapters beside a model that has learned already, and model.init "
                        + "has learned nothing; name one with model = { from = ..., lora = ... }.")
            }
            try lora.adapter.targets.check(against: configuration)
        }
        guard tokenizer.vocabularySize <= configuration.vocabularySize else {
            throw TrainingError(
                .badConfiguration,
                "The tokenizer has \(tokenizer.vocabularySize) ids, but the model's vocab_size is "
                    + "\(configuration.vocabularySize): ids would fall outside its embedding. "
                    + "Use the model's own tokenizer, or leave vocab_size out for a new model.")
        }
        self.configuration = configuration
    }

    /// The folder the weights come from and the hash of what is in it; nil for a new model.
    var parent: (path: String, identity: String)? {
        folder.map { ($0.path, $0.folder.manifest.map { "\($0.identity)" } ?? "unknown") }
    }

    /// The `generation_config.json` of checkpoints: the folder's, unless the recipe brings another
    /// tokenizer, whose ids it does not speak of; and the end of a turn that conversations teach, which
    /// other programs know from here alone.
    ///
    /// - Parameter turnEnd: the token that ends the assistant's turns; nil where none is learned.
    func generationFiles(
        _ recipe: RunConfiguration, turnEnd: Int32?
    ) throws -> [(name: String, contents: [UInt8])] {
        let name = GenerationDefaults.fileName
        var contents: [UInt8]?
        var ends = configuration.endTokens
        if let folder, recipe.tokenizer == .model, folder.folder.contains(name) {
            let defaults = try folder.generationDefaults()
            contents = try folder.folder.read(name)
            if !defaults.endTokens.isEmpty { ends = defaults.endTokens }
        }
        guard let turnEnd, !ends.contains(Int(turnEnd)) else {
            return contents.map { [(name, $0)] } ?? []
        }
        var object: [String: Any] = [:]
        if let contents {
            object = try JSONSerialization.jsonObject(with: Data(contents)) as? [String: Any] ?? [:]
        }
        object["eos_token_id"] = ends + [Int(turnEnd)]
        let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys]
        let written = try JSONSerialization.data(withJSONObject: object, options: options)
        return [(name, Array(written) + [0x0A])]
    }

    /// A model folder of the recipe's, which must be whole: adapters are not built on adapters.
    private static func open(
        _ reference: String, _ recipe: RunConfiguration, warn: @escaping @Sendable (String) -> Void
    ) throws -> ModelFolder {
        let folder: ModelFolder
        do {
            folder = try ModelFolder(reference: reference, warn: warn)
        } catch let error as CheckpointError where recipe.lora != nil && error.code == .missing {
            throw TrainingError(
                .badConfiguration,
                "The base of the adapter that \(recipe.outputPath) trains cannot be opened: \(error)"
            )
        }
        if let adapter = folder.adapter {
            throw TrainingError(
                .badConfiguration,
                "\(adapter.path) is an adapter, and a run begins from a whole model: merge it first, "
                    + "with nightjar merge \(adapter.path) --to FOLDER, and begin from that.")
        }
        return folder
    }

    /// What an adapter's checkpoints name as their base; nil where the model itself is trained.
    ///
    /// - Throws: `CheckpointError` where the base cannot be read.
    func base(_ recipe: RunConfiguration) throws -> AdapterBase? {
        guard recipe.lora != nil, let folder else { return nil }
        return try AdapterBase(folder)
    }

    /// The model that a run trains.
    ///
    /// - Parameter initializes: whether what is trained is drawn, or read from the folder; a resumed
    ///   run brings its own.
    func decoder(
        _ recipe: RunConfiguration, _ plan: RunPlan, initializes: Bool, on backend: any Backend
    ) throws -> Decoder {
        if isAhead, case .end(let run, _) = recipe.model {
            throw TrainingError(
                .badRunFolder,
                "The run begins from what \(run) ends with, and there is no checkpoint in that.")
        }
        let lora = recipe.lora
        let model = Decoder(
            configuration, precision: plan.precision, positions: recipe.sequenceLength,
            frozen: lora?.form(plan.precision), on: backend)
        guard let lora, let folder else {
            guard initializes else { return model }
            if let folder {
                try load(model, from: folder)
            } else {
                model.initialize(seed: recipe.seed)
            }
            return model
        }
        try load(model, from: folder)
        // Loading rounds from f32, a table at a time; nobody wants that memory again.
        (backend as? CPUBackend)?.trimMemory()
        let adapter = try Adapter(
            lora.adapter, of: configuration, precision: plan.precision, on: backend)
        return initializes
            ? model.adapted(by: adapter, seed: recipe.seed) : model.adapted(by: adapter)
    }

    /// - Throws: `ModelError` too where a number is not finite: most would end the run at its first
    ///   step, but an embedding of a token that no row holds would go unseen into every checkpoint.
    private func load(_ model: Decoder, from folder: ModelFolder) throws {
        try model.load(from: folder.weights)
        guard let name = model.nonFiniteParameter else { return }
        throw ModelError(
            .badWeights,
            "\(name) holds numbers that are not finite; a run cannot begin from them. Fetch or save "
                + "the model again.", path: folder.path)
    }

    private static func tokenizer(_ recipe: RunConfiguration, folder: ModelFolder?) throws
        -> any Tokenizer
    {
        switch recipe.tokenizer {
        case .byte: return ByteTokenizer()
        case .path(let path): return try TokenizerLoader.load(path)
        case .model:
            guard let folder else {
                throw TrainingError(
                    .badConfiguration,
                    "A new model has no tokenizer of its own; set tokenizer to \"byte\" or to the "
                        + "path of a tokenizer.")
            }
            return try TokenizerLoader.load(folder.path)
        }
    }
}

extension ModelSource {
    /// The same for what is on the disk at present: the end of another run, or what that will be
    /// made from.
    var asOfNow: ModelSource {
        guard case .end(let run, let beginning) = self else { return self }
        return isAhead ? beginning.asOfNow : .folder(run)
    }

    /// Whether it is the end of a run of which there is no checkpoint.
    var isAhead: Bool {
        guard case .end(let run, _) = self else { return false }
        let names = try? FileManager.default.contentsOfDirectory(atPath: run + "/checkpoints")
        return !(names ?? []).contains { CheckpointName.step(of: $0) != nil }
    }
}

extension ModelConfiguration {
    /// Throws where a run's own model has other sizes than the recipe asks for now.
    func checkFits(_ saved: ModelConfiguration, of path: String) throws {
        let sizes: [(String, KeyPath<ModelConfiguration, Int>)] = [
            ("vocab_size", \.vocabularySize), ("hidden_size", \.hiddenSize),
            ("intermediate_size", \.intermediateSize), ("num_hidden_layers", \.layerCount),
            ("num_attention_heads", \.headCount), ("num_key_value_heads", \.keyValueHeadCount),
            ("head_dim", \.headSize),
        ]
        for (name, size) in sizes where self[keyPath: size] != saved[keyPath: size] {
            throw TrainingError(
                .badState,
                "The recipe's model has \(name) = \(self[keyPath: size]), and the run's, in "
                    + "\(path), has \(saved[keyPath: size]). Put it back, or start a new run "
                    + "under another name.")
        }
    }

    /// Fills in what follows from the tokenizer, where the recipe does not say it.
    fileprivate mutating func adopt(_ tokenizer: any Tokenizer) {
        if vocabularySize == 0 { vocabularySize = tokenizer.vocabularySize }
        let special = tokenizer.specialTokens
        beginningToken = beginningToken ?? special.beginning.map(Int.init)
        paddingToken = paddingToken ?? special.padding.map(Int.init)
        if endTokens.isEmpty { endTokens = special.end.map { [Int($0)] } ?? [] }
    }
}
