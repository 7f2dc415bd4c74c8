import Foundation
import Tensors
import Testing

@testable import Generation

/// The fast softmax against its definition, one `exp` after the other.
@Suite struct SoftmaxWeightsTests {
    private func logits(_ count: Int, seed: UInt64) -> [Float] {
        var random = RandomStream(seed: seed, name: "logits")
        return (0..<count).map { _ in Float(random.normal() * 4) }
    }

    @Test(arguments: [1, 7, 8, 63, 64, 65, 1000], [0.1, 0.8, 1, 30])
    func weightsFollowTheDefinition(count: Int, temperature: Double) {
        let logits = logits(count, seed: UInt64(count))
        let largest = Double(logits.max() ?? 0)
        let expected = logits.map { exp((Double($0) - largest) / temperature) }
        logits.withUnsafeBufferPointer { logits in
            let weights = SoftmaxWeights(logits, temperature: temperature)
            for (id, weight) in expected.enumerated() {
                #expect(abs(weights[id] - weight) <= 1e-5 * weight + 1e-37)
            }
            let total = expected.reduce(0, +)
            #expect(abs(weights.total - total) < 1e-5 * total)
        }
    }

    @Test(arguments: [1, 5, 64, 200])
    func aDrawFallsWhereTheRunningSumPassesIt(count: Int) {
        let logits = logits(count, seed: 9)
        logits.withUnsafeBufferPointer { logits in
            let weights = SoftmaxWeights(logits, temperature: 1)
            var sum = 0.0
            for id in 0..<count {
                #expect(weights.id(at: sum + weights[id] / 2) == id)
                sum += weights[id]
            }
            #expect(weights.id(at: 0) == 0)
            #expect(weights.id(at: weights.total) < count)
        }
    }

    @Test func extremeTemperaturesLeaveNumbers() {
        let logits: [Float] = [3, -2, 5, 1e30, -1e30]
        logits.withUnsafeBufferPointer { logits in
            #expect(SoftmaxWeights(logits, temperature: 1e-60).total == 1)
            #expect(abs(SoftmaxWeights(logits, temperature: 1e60).total - 5) < 1e-3)
        }
    }

    @Test func theLargestIsTheFirstOfEquals() {
        for count in [1, 8, 9, 100] {
            for place in 0..<count {
                var logits = [Float](repeating: -1, count: count)
                for index in place..<count where (index - place).isMultiple(of: 3) {
                    logits[index] = 2
                }
                #expect(logits.withUnsafeBufferPointer(SoftmaxWeights.indexOfLargest) == place)
            }
        }
    }

    @Test func whatIsNotFiniteIsFoundAnywhere() {
        for place in 0..<19 {
            var logits = [Float](repeating: 1, count: 19)
            #expect(logits.withUnsafeBufferPointer(SoftmaxWeights.areFinite))
            for value in [Float.nan, .infinity, -.infinity] {
                logits[place] = value
                #expect(!logits.withUnsafeBufferPointer(SoftmaxWeights.areFinite))
            }
        }
    }
}
