import Autograd
import Checkpoints
import Foundation
import Layers
import Tensors
import Transformers

/// A tiny model with golden numbers made by `Scripts/goldens/decoder.py`.
struct GoldenDecoder {
    static let names = ["grouped", "tied"]

    let folder: ModelFolder
    let golden: SafetensorsFile
    let runs: [String: Run]

    struct Run: Decodable {
        var losses: [Double]
        var norms: [Double]
    }

    init(_ name: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Goldens/decoder/\(name)").path
        folder = try ModelFolder(reference: path) { _ in }
        golden = try SafetensorsFile(path: path + "/golden.safetensors")
        runs = try JSONDecoder().decode(
            [String: Run].self, from: Data(contentsOf: URL(filePath: path + "/runs.json")))
    }

    func floats(_ name: String) throws -> [Float] {
        try golden.withBytes(of: name) { Array($0.bindMemory(to: Float.self)) }
    }

    /// One of the golden batches: inputs, targets, loss weights, in rows.
    struct Step {
        var batch: Int
        var time: Int
        var inputs: [Int32]
        var targets: [Int32]
        var weights: [Float]
    }

    func step(_ index: Int) throws -> Step {
        let shape = try golden.entry("ids").shape
        let (batch, width) = (shape[1], shape[2])
        let ids = try golden.withBytes(of: "ids") { Array($0.bindMemory(to: Int32.self)) }
        let weights = try floats("weights")
        let time = width - 1
        var step = Step(batch: batch, time: time, inputs: [], targets: [], weights: [])
        for row in 0..<batch {
            let first = (index * batch + row) * width
            step.inputs += ids[first..<first + time]
            step.targets += ids[first + 1..<first + width]
        }
        let count = batch * time
        step.weights = Array(weights[index * count..<(index + 1) * count])
        return step
    }
}

extension Decoder {
    /// A context over whole rows, positions from 0, nothing packed.
    func rows(batch: Int, time: Int) -> SequenceContext {
        let positions = (0..<batch).flatMap { _ in (0..<time).map(Int32.init) }
        let count = batch * time
        return SequenceContext(
            batch: batch, time: time,
            positions: Tensor(positions, shape: [count], on: backend), table: rotary,
            memory: .rows(
                starts: Tensor([Int32](repeating: 0, count: count), shape: [count], on: backend)))
    }

    func hidden(_ step: GoldenDecoder.Step, on tape: Tape, recompute: Bool = false) -> Traced {
        hidden(
            Tensor(step.inputs, shape: [step.inputs.count], on: backend),
            in: rows(batch: step.batch, time: step.time), recompute: recompute, on: tape)
    }

    func loss(_ step: GoldenDecoder.Step, on tape: Tape, recompute: Bool = false) -> TracedLoss {
        let count = step.inputs.count
        return loss(
            hidden(step, on: tape, recompute: recompute),
            targets: Tensor(step.targets, shape: [count], on: backend),
            weights: Tensor(step.weights, shape: [count], on: backend),
            normalizer: step.weights.reduce(0) { $0 + Double($1) }, on: tape)
    }
}

/// `norm(a - b) / norm(b)`.
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    precondition(a.count == b.count)
    var difference = 0.0
    var norm = 0.0
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        norm += Double(y) * Double(y)
    }
    return norm > 0 ? (difference / norm).squareRoot() : difference.squareRoot()
}
