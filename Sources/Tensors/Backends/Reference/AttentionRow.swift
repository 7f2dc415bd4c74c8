import Foundation

/// One query of one head over the keys that it sees: the definition of attention.
struct AttentionRow {
    /// The softmax of the scaled scores, a number a key.
    let probabilities: [Double]
    /// The logarithm of the softmax's denominator.
    let logSumExp: Double
    /// The values, averaged by probability.
    let out: [Double]
    /// By a score: the derivative of the soft cap there, 1 where there is none.
    let slopes: [Double]

    /// - Parameters:
    ///   - key: the key at a place in `0..<count`; `value` alike. At least one is seen.
    init(
        query: ArraySlice<Double>, count: Int, _ geometry: AttentionGeometry,
        key: (Int) -> ArraySlice<Double>, value: (Int) -> ArraySlice<Double>
    ) {
        var scores = (0..<count).map { Double(geometry.scale) * query.dot(key($0)) }
        if let cap = geometry.softCap.map(Double.init) {
            let tangents = scores.map { tanh($0 / cap) }
            scores = tangents.map { cap * $0 }
            slopes = tangents.map { 1 - $0 * $0 }
        } else {
            slopes = [Double](repeating: 1, count: count)
        }
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
