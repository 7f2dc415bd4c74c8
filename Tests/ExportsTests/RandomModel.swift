import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Tokenizers
import Transformers

@testable import Exports

/// A model folder of a published kind with random weights and the byte tokenizer.
struct RandomModel {
    let folder: TemporaryFolder
    let path: String

    static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens/architectures")

    /// - Parameters:
    ///   - golden: the golden model whose `config.json` it has, with a vocabulary of 258.
    ///   - changes: keys with other values.
    init(_ golden: String, _ changes: [String: Any] = [:], seed: UInt64 = 1) throws {
        folder = try TemporaryFolder()
        path = folder.file("model").path
        let json = try Data(
            contentsOf: Self.goldens.appending(path: golden).appending(path: "config.json"))
        var keys = try JSONSerialization.jsonObject(with: json) as? [String: Any] ?? [:]
        keys["vocab_size"] = 258
        for id in ["bos_token_id", "eos_token_id", "pad_token_id"] { keys[id] = nil }
        keys.merge(changes) { $1 }
        let configuration = try ModelConfiguration(keys: keys)
        let model = Decoder(
            configuration, precision: .f32, positions: 4, on: CPUBackend.shared)
        model.initialize(seed: seed)
        var files = try ByteTokenizer().huggingFaceFiles()
        files.append(("config.json", Array(try configuration.json(elementKind: "float32"))))
        files.append(("generation_config.json", Array(#"{"eos_token_id": [256, 7]}"#.utf8)))
        files.append(("chat_template.jinja", Array("{{ messages[0].content }}".utf8)))
        for file in files {
            try folder.write(
                String(decoding: file.contents, as: UTF8.self), to: "model/" + file.name)
        }
        let tensors = model.parameters.publicTensors
        let values = Dictionary(
            uniqueKeysWithValues: tensors.enumerated().map { index, tensor in
                // Norms and biases differ from their first values too.
                (
                    tensor.name,
                    tensor.tensor.read().enumerated().map { $1 + Float(($0 * 7 + index) % 13) / 64 }
                )
            })
        try SafetensorsWriter(
            tensors: tensors.map {
                TensorDeclaration(name: $0.name, type: .float32, shape: $0.tensor.shape.dimensions)
            }
        ).write(toFile: path + "/model.safetensors") { tensor, sink in
            try sink.append(values[tensor.name] ?? [])
        }
    }

    func open() throws -> ModelFolder { try ModelFolder(reference: path) { _ in } }

    func file(_ name: String) -> String { folder.file(name).path }
}
