import ArgumentParser
import Autograd
import Checkpoints
import Foundation
import Layers
import Telemetry
import Tensors
import Transformers

/// `nightjar logits`: the numbers behind a model's predictions, for comparison with other tools.
struct Logits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a model's logits for a sequence of token ids.",
        discussion: "The file holds one f32 tensor, \"logits\", of shape [tokens, vocabulary].")

    @Argument(help: "The model, or an adapter.")
    var model: String

    @OptionGroup var base: BaseOption

    @Option(help: "Token ids, separated by commas.")
    var ids: String

    @Option(name: .customLong("out"), help: "The safetensors file to write.")
    var path: String

    @Option(help: "auto, f32 or bf16.")
    var precision = PrecisionArgument.f32

    mutating func run() throws {
        let tokens = try ids.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let id = Int32(text.trimmingCharacters(in: .whitespaces)), id >= 0 else {
                throw ValidationError("--ids: \"\(text)\" is not a token id.")
            }
            return id
        }
        guard !tokens.isEmpty else { throw ValidationError("--ids: give at least one token id.") }
        try ComputeThread.shared.run { [self] in try write(logitsOf: tokens) }
    }

    /// The folder that a path leads to, links followed.
    private static func real(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    private func write(logitsOf tokens: [Int32]) throws {
        let backend = CPUBackend.shared
        let folder = try ModelFolder(reference: model, base: base.path) { sentence in
            DescriptorOutput(descriptor: 2).write("note: \(sentence)\n")
        }
        // The model's own files are the one thing that a result must not replace.
        let parent = (path as NSString).deletingLastPathComponent
        let folders = [folder.path] + (folder.adapter.map { [$0.path] } ?? [])
        guard !folders.map(Logits.real).contains(Logits.real(parent.isEmpty ? "." : parent)) else {
            throw ValidationError("--out \(path) is inside the model's folder; write elsewhere.")
        }
        let vocabulary = folder.configuration.vocabularySize
        if let id = tokens.first(where: { $0 >= vocabulary }) {
            throw ValidationError(
                "--ids: \(id) is not in the model's vocabulary of \(vocabulary).")
        }
        guard tokens.count <= folder.configuration.servedPositions else {
            throw ValidationError(
                "--ids: \(tokens.count) tokens are more than the model's "
                    + "\(folder.configuration.servedPositions) positions.")
        }
        let decoder = try folder.decoder(
            precision: precision.kind(for: backend.description), positions: tokens.count,
            on: backend)
        let shape: Shape = [tokens.count]
        let context = SequenceContext(
            batch: 1, time: tokens.count,
            positions: Tensor(tokens.indices.map(Int32.init), shape: shape, on: backend),
            table: decoder.rotary,
            memory: .rows(
                starts: Tensor(
                    [Int32](repeating: 0, count: tokens.count), shape: shape, on: backend)))
        let hidden = decoder.hidden(
            Tensor(tokens, shape: shape, on: backend), in: context, on: Tape(gradients: nil))
        let logits = decoder.logits(hidden.value).read()
        guard logits.allSatisfy(\.isFinite) else {
            throw ModelError(
                .badWeights,
                "The logits are not finite numbers: "
                    + (decoder.nonFiniteParameter.map { "\"\($0)\" holds such numbers." }
                        ?? "its weights are sound, but too large for \(precision).")
                    + " Fetch or save the model again"
                    + (precision == .f32 ? "." : ", or try --precision f32."),
                path: folder.path)
        }
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "logits", type: .float32, shape: [tokens.count, vocabulary])
        ])
        try writer.write(toFile: path) { _, sink in try sink.append(logits) }
    }
}
