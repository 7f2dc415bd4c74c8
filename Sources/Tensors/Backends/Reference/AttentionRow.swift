import Foundation

/// One query of one head over the keys that it sees: the definition of attention.
struct AttentionRow {
    /// The softmax of the scaled scores, a number a key.
    let probabilities: [Double]
    /// The logarithm of the softmax's denominator.
    let logSumExp: Double
    /// The values, averaged by probability.
    let out: [Double]

    /// - Parameters:
    ///   - key: the key at a place in `0..<count`; `value` alike. At least one is seen.
    init(
        query: ArraySlice<Double>, count: Int, scale: Double,
        key: (Int) -> ArraySlice<Double>, value: (Int) -> ArraySlice<Double>
    ) {
        let scores = (0..<count).map { scale * query.dot(key($0)) }
        let largest = scores.max() ?? 0
        let powers = scores.map { exp($0 - largest) }
        let denominator = powers.reduce(0, +)
        probabilities = powers.map { $0 / denominator }
        logSumExp = largest + log(denominator)
        var out = [Double](repeating: 0, count: query.count)
        for (place, probability) in probabilities.enumerated() {
            for (column, number) in value(place).enumerated() {
                out[column] += probability * number
            }
        }
        self.out = out
    }
}

extension ArraySlice<Double> {
    func dot(_ other: ArraySlice<Double>) -> Double {
        var sum = 0.0
        for (x, y) in zip(self, other) { sum += x * y }
        return sum
    }
}
