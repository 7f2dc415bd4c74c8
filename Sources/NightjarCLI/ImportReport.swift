import Checkpoints
import Conversations
import Foundation
import Layers
import Optimizers
import Telemetry
import Tensors
import Tokenizers
import Training
import Transformers

/// What `nightjar import` finds in a model folder whose every weight it has read.
struct ImportReport {
    typealias Row = (name: String, value: String)

    private let folder: ModelFolder
    private let tokenizer: any Tokenizer
    private let defaults: GenerationDefaults
    private let census: Census
    private let sequenceLength: Int
    private let storedBytes: Int
    private let storedTypes: [String]
    private let template: String?
    private let adapter: AdapterReport?

    /// Reads the folder.
    ///
    /// - Parameters:
    ///   - base: where an adapter's base has moved to.
    ///   - sequenceLength: tokens a row for the memory of training and sampling.
    ///   - remark: hears of what is odd and can be lived with.
    /// - Throws: an error that names file and tensor where the folder cannot be used.
    init(
        _ reference: String, base: String? = nil, sequenceLength: Int,
        remark: @escaping @Sendable (String) -> Void
    ) throws {
        folder = try ModelFolder(reference: reference, base: base, warn: remark)
        let model = folder.configuration
        tokenizer = try TokenizerLoader.load(folder.tokenizerPath)
        guard tokenizer.vocabularySize <= model.vocabularySize else {
            throw ModelError(
                .badConfiguration,
                "The tokenizer has \(tokenizer.vocabularySize) ids, and config.json a vocab_size of "
                    + "\(model.vocabularySize): ids would fall outside the embedding. The two do not "
                    + "belong together.", path: folder.path)
        }
        defaults = try folder.generationDefaults()
        for setting in defaults.unfollowed {
            remark("\(GenerationDefaults.fileName) has \(setting), which is not followed.")
        }
        if let id = folder.endTokens(defaults).sorted().last, id >= model.vocabularySize {
            throw ModelError(
                .badConfiguration,
                "Token \(id) ends texts, and the vocabulary has \(model.vocabularySize) ids.",
                path: folder.path)
        }
        let decoder = try folder.decoder(
            precision: .f32, positions: 1, on: CPUBackend.shared)
        try ImportReport.checkFinite(decoder.parameters, folder.path)
        if let adapter = folder.adapter, let adapted = decoder.adapter {
            try ImportReport.checkFinite(adapted.parameters, adapter.path)
            self.adapter = AdapterReport(adapter, adapted, base: folder.path)
            if adapter.baseHash == nil {
                remark(
                    "The adapter does not say what its base held, so only shapes were compared.")
            }
        } else {
            self.adapter = nil
        }
        census = Census(model)
        self.sequenceLength = min(sequenceLength, model.servedPositions)
        let entries = folder.weights.flatMap(\.entries)
        storedBytes = entries.reduce(0) { $0 + $1.byteCount }
        storedTypes = folder.storedTypes.map(\.rawValue).sorted()
        template = try ImportReport.template(in: folder.tokenizerFolder)
    }

    /// Whether what was opened is an adapter.
    var isAdapter: Bool { adapter != nil }

    private static func checkFinite(_ parameters: ParameterSet, _ path: String) throws {
        let broken = parameters.publicTensors.filter { _, tensor in
            let values: [Float] = tensor.read()
            return values.contains { !$0.isFinite }
        }
        guard let first = broken.first else { return }
        throw ModelError(
            .badWeights,
            "Tensor \"\(first.0)\" holds numbers that are not finite"
                + (broken.count > 1 ? ", and so do \(broken.count - 1) more" : "")
                + "; every answer would be noise. Fetch or save the model again.", path: path)
    }

    /// The file that has the chat template, which must be one.
    private static func template(in folder: CheckpointFolder) throws -> String? {
        let names = [ChatTemplate.fileName, "tokenizer_config.json"].filter(folder.contains)
        let files = try names.map { (name: $0, contents: try folder.read($0)) }
        guard try ChatTemplate.of(files: files, folder: folder.path) != nil else { return nil }
        return names.first
    }

    private func training(_ precision: ElementKind) -> Int {
        MemoryEstimate(
            training: folder.configuration, rows: 1, time: sequenceLength, precision: precision,
            optimizer: .adamW(AdamWConfiguration()), recomputes: false
        ).bytes
    }

    private func sampling(_ precision: ElementKind) -> Int {
        MemoryEstimate(
            sampling: folder.configuration, precision: precision, requests: 1,
            positions: sequenceLength
        ).bytes
    }

    /// For people: a heading and its rows each.
    var sections: [(title: String, rows: [Row])] {
        let model = folder.configuration
        let special = tokenizer.specialTokens
        func name(_ id: Int32) -> String { special.names[id].map { "\(id) \($0)" } ?? "\(id)" }
        let ends = folder.endTokens(defaults).sorted().map { name(Int32(clamping: $0)) }
        let own = adapter.map { [("adapter", $0.rows)] } ?? []
        return own + [
            (
                "model",
                [
                    ("type", model.modelType.name),
                    ("parameters", HumanFormat.count(census.parameters)),
                    ("layers", "\(model.layerCount)"),
                    ("width", "\(model.hiddenSize)"),
                    (
                        "heads",
                        "\(model.headCount) of \(model.headSize), "
                            + "\(model.keyValueHeadCount) for keys and values"
                    ),
                    (
                        "positions",
                        model.servedPositions == model.maximumPositions
                            ? "\(model.maximumPositions)"
                            : "\(model.servedPositions) of \(model.maximumPositions)"
                    ),
                    ("head", model.tiesEmbeddings ? "tied to the embedding" : "its own"),
                    (
                        "weights",
                        "\(HumanFormat.bytes(storedBytes)) as "
                            + storedTypes.joined(separator: ", ")
                            + (folder.weights.count > 1
                                ? " in \(folder.weights.count) shards" : "")
                    ),
                ]
            ),
            (
                "text",
                [
                    (
                        "vocabulary",
                        "\(tokenizer.vocabularySize) of \(model.vocabularySize) ids used"
                    ),
                    ("a text ends at", ends.isEmpty ? "-" : ends.joined(separator: ", ")),
                    ("chat template", template ?? "-"),
                ]
            ),
            (
                "memory",
                [
                    (
                        "training, a row of \(sequenceLength) a pass, f32",
                        HumanFormat.bytes(training(.f32))
                    ),
                    ("the same, bf16", HumanFormat.bytes(training(.bf16))),
                    (
                        "sampling to position \(sequenceLength), f32",
                        HumanFormat.bytes(sampling(.f32))
                    ),
                    ("the same, bf16", HumanFormat.bytes(sampling(.bf16))),
                ]
            ),
        ]
    }

    /// For programs.
    var object: [String: Any] {
        let model = folder.configuration
        var object: [String: Any] = [
            "path": folder.path, "model_type": model.modelType.name,
            "parameters": census.parameters, "num_hidden_layers": model.layerCount,
            "hidden_size": model.hiddenSize, "max_position_embeddings": model.maximumPositions,
            "vocab_size": model.vocabularySize, "tokenizer_ids": tokenizer.vocabularySize,
            "weights_bytes": storedBytes, "weights_types": storedTypes,
            "shards": folder.weights.count, "sequence_length": sequenceLength,
            "eos_token_ids": folder.endTokens(defaults).sorted(),
            "training_bytes": ["f32": training(.f32), "bf16": training(.bf16)],
            "sampling_bytes": ["f32": sampling(.f32), "bf16": sampling(.bf16)],
        ]
        if let template { object["chat_template"] = template }
        if let adapter { object["adapter"] = adapter.object }
        return object
    }
}
