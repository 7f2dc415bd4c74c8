import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import Generation

/// Where the real model is, for those who have it.
private enum Stories {
    static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/data/checkpoint/stories260K/converted").path

    static let isThere = FileManager.default.fileExists(atPath: path + "/config.json")
}

/// A real trained model with the logits and the text that an independent implementation computed.
@Suite(.enabled(if: Stories.isThere, "shared/data/checkpoint/stories260K is absent"))
struct StoriesModelTests {
    private struct Reference: Decodable {
        var ids: [Int32]
        var text: String
    }

    private func decoder(_ precision: ElementKind) throws -> Decoder {
        try ModelFolder(reference: Stories.path) { _ in }
            .decoder(precision: precision, on: CPUBackend.shared)
    }

    @Test func logitsEqualTheReference() throws {
        let file = try SafetensorsFile(path: Stories.path + "/reference_logits.safetensors")
        let expected: [Double]
        switch try file.entry("logits").type {
        case .float64:
            expected = try file.withBytes(of: "logits") { Array($0.bindMemory(to: Double.self)) }
        default:
            expected = try file.withBytes(of: "logits") {
                $0.bindMemory(to: Float.self).map(Double.init)
            }
        }
        let ids: [Int32] = try file.withBytes(of: "input_ids") { bytes in
            bytes.count % 8 == 0 && bytes.count == 64 * 8
                ? bytes.bindMemory(to: Int64.self).map(Int32.init)
                : Array(bytes.bindMemory(to: Int32.self))
        }
        let model = try decoder(.f32)
        let shape: Shape = [ids.count]
        let context = SequenceContext(
            batch: 1, time: ids.count,
            positions: Tensor(ids.indices.map(Int32.init), shape: shape, on: model.backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor(
                    [Int32](repeating: 0, count: ids.count), shape: shape, on: model.backend)))
        let hidden = model.hidden(
            Tensor(ids, shape: shape, on: model.backend), in: context, on: Tape(gradients: nil))
        let logits = model.logits(hidden.value).read().map(Double.init)
        #expect(relativeError(logits, expected) < 1e-5)
    }

    @Test func greedyTextEqualsTheReferenceTokenForToken() throws {
        let reference = try JSONDecoder().decode(
            Reference.self,
            from: Data(contentsOf: URL(filePath: Stories.path + "/reference.json")))
        let tokenizer = try TokenizerLoader.load(Stories.path)
        let engine = GenerationEngine(
            model: try decoder(.f32), tokenizer: tokenizer, slots: 1, capacity: 256)
        _ = try engine.add(
            GenerationRequest(
                prompt: [reference.ids[0]], sampling: .greedy,
                random: RandomStream(seed: 0, name: "greedy"),
                maximumNewTokens: reference.ids.count - 1))
        var ids = [reference.ids[0]]
        var text = ""
        while !engine.isIdle {
            for event in try engine.step() {
                switch event {
                case .token(_, let token, let piece):
                    ids.append(token.id)
                    text += piece
                case .finished(_, _, let piece): text += piece
                }
            }
        }
        #expect(ids == reference.ids)
        #expect(
            text.trimmingCharacters(in: .whitespaces)
                == reference.text.trimmingCharacters(in: .whitespaces))
    }

    /// Prefill in pieces, token by token, and the pass over whole rows give equal logits.
    @Test(arguments: [ElementKind.f32, .bf16], InferenceWeights.allCases)
    func prefillDecodeAndWholeRowsGiveEqualLogits(
        precision: ElementKind, weights: InferenceWeights
    ) throws {
        var prepared = try decoder(precision)
        // Weights as they are give equal logits prepared or not.
        let plain = prepared
        prepared.prepareForInference(weights)
        let model = weights == .full ? plain : prepared
        let backend = model.backend
        let ids = (0..<70).map { Int32(1 + $0 * 37 % 500) }
        let shape: Shape = [ids.count]
        let positions = ids.indices.map(Int32.init)
        let rows = SequenceContext(
            batch: 1, time: ids.count, positions: Tensor(positions, shape: shape, on: backend),
            table: model.rotary,
            memory: .rows(
                starts: Tensor([Int32](repeating: 0, count: ids.count), shape: shape, on: backend)))
        let whole = model.logits(
            model.hidden(Tensor(ids, shape: shape, on: backend), in: rows, on: Tape(gradients: nil))
                .value
        ).read()
        for pieces in [[70], [1, 1, 1, 30, 37], [64, 6], Array(repeating: 1, count: 70)] {
            let cache = prepared.makeCache(slots: 2, capacity: 80)
            var logits: [Float] = []
            var first = 0
            for count in pieces {
                let part = first..<first + count
                let context = SequenceContext(
                    batch: 1, time: count,
                    positions: Tensor(Array(positions[part]), shape: [count], on: backend),
                    table: model.rotary,
                    memory: .cache(
                        cache, slots: Array(repeating: 1, count: count),
                        positions: Array(positions[part])))
                let hidden = prepared.hidden(
                    Tensor(Array(ids[part]), shape: [count], on: backend), in: context,
                    on: Tape(gradients: nil))
                logits += prepared.logits(hidden.value).read()
                first += count
            }
            #expect(logits == whole, "pieces \(pieces.prefix(5))")
        }
    }

    /// What rounding the weights to 8 bits does to the predictions along a real text.
    @Test func weightsOfEightBitsKeepThePredictions() throws {
        let reference = try JSONDecoder().decode(
            Reference.self,
            from: Data(contentsOf: URL(filePath: Stories.path + "/reference.json")))
        let model = try decoder(.f32)
        var rounded = model
        rounded.prepareForInference(.int8)
        let ids = reference.ids
        let rows = [model, rounded].map { model -> [[Double]] in
            let shape: Shape = [ids.count]
            let context = SequenceContext(
                batch: 1, time: ids.count,
                positions: Tensor(ids.indices.map(Int32.init), shape: shape, on: model.backend),
                table: model.rotary,
                memory: .rows(
                    starts: Tensor(
                        [Int32](repeating: 0, count: ids.count), shape: shape, on: model.backend)))
            let hidden = model.hidden(
                Tensor(ids, shape: shape, on: model.backend), in: context,
                on: Tape(gradients: nil))
            let logits = model.logits(hidden.value).read().map(Double.init)
            let vocabulary = logits.count / ids.count
            return ids.indices.map {
                logarithmsOfSoftmax(logits[$0 * vocabulary..<($0 + 1) * vocabulary])
            }
        }
        var divergence = 0.0
        var agreeing = 0
        for (full, rounded) in zip(rows[0], rows[1]) {
            divergence += zip(full, rounded).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
            if full.firstIndex(of: full.max() ?? 0) == rounded.firstIndex(of: rounded.max() ?? 0) {
                agreeing += 1
            }
        }
        let mean = divergence / Double(ids.count)
        print("8-bit weights: mean divergence \(mean), likeliest equal \(agreeing) of \(ids.count)")
        #expect(mean > 0 && mean < 0.01)
        #expect(agreeing * 20 >= ids.count * 18)
    }
}

private func logarithmsOfSoftmax(_ logits: ArraySlice<Double>) -> [Double] {
    let largest = logits.max() ?? 0
    let total = log(logits.reduce(0) { $0 + exp($1 - largest) })
    return logits.map { $0 - largest - total }
}
