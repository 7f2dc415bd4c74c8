public import Transformers
import Checkpoints
import Foundation
import Tokenizers

/// A GGUF file, version 3, for llama.cpp: `model.gguf` in a folder of its own.
///
/// <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
public struct GGUFExport {
    /// What the file is called.
    public static let fileName = "model.gguf"
    /// What people should know; sentences.
    public let remarks: [String]

    private let keys: [(key: String, value: GGUFValue)]
    private let tensors: [GGUFTensor]

    /// The tensors' bytes begin at multiples of this.
    private static let alignment = 32

    /// Opens a model, and checks that llama.cpp answers as it does.
    ///
    /// - Throws: `ExportError` or `TokenizerError` saying what llama.cpp has no word for.
    public init(_ folder: ModelFolder, type: GGUFTensorType = .f16) throws {
        let model = folder.configuration
        let architecture = try GGUFArchitecture(model)
        let carried = try CarriedFiles(of: folder)
        guard let tokenizer = carried.tokenizer else {
            throw ExportError(
                .unsupported,
                "\(folder.path) has no tokenizer, and a GGUF file holds one; put tokenizer.json "
                    + "into the folder.")
        }
        let vocabulary = try GGUFVocabularyKeys(tokenizer, idCount: model.vocabularySize)
        var keys: [(key: String, value: GGUFValue)] = [
            ("general.architecture", .text(architecture.name)),
            ("general.type", .text("model")),
            ("general.name", .text(Self.name(of: folder.path))),
            ("general.file_type", .uint32(type.fileType)),
            ("general.quantization_version", .uint32(2)),
        ]
        keys += architecture.keys + vocabulary.keys
        let ends = try folder.endTokens(folder.generationDefaults())
        let others = ends.filter { $0 != tokenizer.specialTokens.end.map(Int.init) }.sorted()
        if let turn = others.first, turn < model.vocabularySize {
            keys.append(("tokenizer.ggml.eot_token_id", .uint32(UInt32(turn))))
        }
        if let template = try carried.chatTemplate(of: folder.path) {
            keys.append(("tokenizer.chat_template", .text(template)))
        }
        self.keys = keys
        tensors = try Self.tensors(WeightSource(folder), architecture, model, type)
        remarks =
            architecture.remarks + vocabulary.remarks
            + (others.count > 1
                ? [
                    "Tokens \(others.dropFirst().map(String.init).joined(separator: ", ")) end texts "
                        + "too; GGUF names one end of a turn beside the end of a text."
                ] : [])
    }

    /// Writes the folder: aside, then renamed. Returns the file's length.
    ///
    /// - Throws: `CheckpointError` where something is at `path` already.
    public func write(to path: String) throws -> [(name: String, byteCount: Int)] {
        let target = try AtomicFolder(newAt: path)
        let header = header()
        let tensors = tensors
        let file = CheckpointFile(Self.fileName) { draft in
            try draft.write(header)
            for tensor in tensors {
                let bytes = try tensor.type.bytes(of: tensor.values(), name: tensor.name)
                try draft.write(bytes)
                try draft.write([UInt8](repeating: 0, count: Self.padding(bytes.count)))
            }
        }
        return try CheckpointContents(files: [file]).writeFiles(to: target)
    }

    /// The folder's name, spelt so that llama.cpp does not take it for a sign of Phi-3's tokenizer,
    /// whose special tokens it lets take the space behind them.
    private static func name(of path: String) -> String {
        (path as NSString).lastPathComponent
            .replacingOccurrences(
                of: "phi-?3", with: "phi 3", options: [.regularExpression, .caseInsensitive])
    }

    private static func padding(_ count: Int) -> Int {
        (alignment - count % alignment) % alignment
    }

    private func header() -> [UInt8] {
        var bytes = Array("GGUF".utf8)
        GGUFValue.append(UInt32(3), to: &bytes)
        GGUFValue.append(UInt64(tensors.count), to: &bytes)
        GGUFValue.append(UInt64(keys.count), to: &bytes)
        for (key, value) in keys { bytes += value.encoded(under: key) }
        var offset = 0
        for tensor in tensors {
            GGUFValue.append(Array(tensor.name.utf8), to: &bytes)
            GGUFValue.append(UInt32(tensor.shape.count), to: &bytes)
            for size in tensor.shape.reversed() { GGUFValue.append(UInt64(size), to: &bytes) }
            GGUFValue.append(tensor.type.code, to: &bytes)
            GGUFValue.append(UInt64(offset), to: &bytes)
            offset += tensor.byteCount + Self.padding(tensor.byteCount)
        }
        return bytes + [UInt8](repeating: 0, count: Self.padding(bytes.count))
    }

    private static func tensors(
        _ source: WeightSource, _ architecture: GGUFArchitecture, _ model: ModelConfiguration,
        _ type: GGUFTensorType
    ) throws -> [GGUFTensor] {
        let names = GGUFTensorNames(model)
        var tensors = try source.tensors.map { tensor in
            let change = change(tensor.name, tensor.shape, architecture, model)
            return GGUFTensor(
                name: try names.name(of: tensor.name), shape: tensor.shape,
                type: type.fitting(tensor.shape)
            ) { change(try source.values(of: tensor.name)) }
        }
        if architecture.needsHead,
            let table = tensors.first(where: { $0.name == "token_embd.weight" })
        {
            tensors.append(
                GGUFTensor(
                    name: "output.weight", shape: table.shape, type: table.type,
                    values: table.values))
        }
        for (name, values) in architecture.factors {
            tensors.append(
                GGUFTensor(name: name, shape: [values.count], type: .f32) { values })
        }
        return tensors
    }

    /// What llama.cpp has otherwise in a tensor.
    private static func change(
        _ name: String, _ shape: [Int], _ architecture: GGUFArchitecture,
        _ model: ModelConfiguration
    ) -> @Sendable ([Float]) -> [Float] {
        let offset = Float(model.traits.normOffset)
        if offset != 0, name.hasSuffix("norm.weight") { return { $0.map { $0 + offset } } }
        for (map, heads) in [("q_proj", model.headCount), ("k_proj", model.keyValueHeadCount)]
        where architecture.interleavesHalves && name.contains(".\(map).") {
            return {
                GGUFTensor.interleavingHalves($0, heads: heads, rows: shape[0])
            }
        }
        return { $0 }
    }
}
