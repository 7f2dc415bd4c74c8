/// What a softmax multiplies together: `exp((logit - largest) / temperature)` for every logit, and
/// their sum.
///
/// In single precision, eight at a time, so that a vocabulary of many thousands costs little beside
/// the model; sums are in double precision, in an order that depends on the count alone.
struct SoftmaxWeights {
    /// Numbers that share one entry of `sums`.
    private static let blockSize = 64
    private static let lanes = 8

    private let weights: [Float]
    /// The sums of consecutive blocks of weights: a draw skips whole blocks.
    private let sums: [Double]
    let total: Double

    /// - Parameters:
    ///   - logits: finite numbers, at least one.
    ///   - temperature: above 0.
    init(_ logits: UnsafeBufferPointer<Float>, temperature: Double) {
        let largest = logits[SoftmaxWeights.indexOfLargest(logits)]
        // In range, because 0 times infinity is no number.
        let factor = max(
            .leastNormalMagnitude, min(.greatestFiniteMagnitude, Float(1 / temperature)))
        let padded = (logits.count + Self.blockSize - 1) / Self.blockSize * Self.blockSize
        var sums: [Double] = []
        sums.reserveCapacity(padded / Self.blockSize)
        weights = [Float](unsafeUninitializedCapacity: padded) { weights, filled in
            filled = padded
            for block in stride(from: 0, to: padded, by: Self.blockSize) {
                var sum = SIMD8<Double>.zero
                for first in stride(from: block, to: block + Self.blockSize, by: Self.lanes) {
                    let vector = Self.vector(logits, at: first, fill: -.infinity)
                    let powers = exponential((vector - largest) * factor)
                    for lane in 0..<Self.lanes { weights[first + lane] = powers[lane] }
                    sum += SIMD8<Double>(powers)
                }
                sums.append(sum.sum())
            }
        }
        self.sums = sums
        total = sums.reduce(0, +)
    }

    subscript(id: Int) -> Double { Double(weights[id]) }

    /// The id at which the running sum of the weights passes `target`, in `0..<total`.
    func id(at target: Double) -> Int {
        var remaining = target
        var block = 0
        while block < sums.count - 1, remaining >= sums[block] {
            remaining -= sums[block]
            block += 1
        }
        let first = block * Self.blockSize
        for id in first..<first + Self.blockSize {
            remaining -= Double(weights[id])
            if remaining < 0 { return id }
        }
        // The order of the sums is another than that of the walk: the last one that can be drawn.
        return weights[..<(first + Self.blockSize)].lastIndex { $0 > 0 } ?? 0
    }

    /// Ties go to the smaller id.
    static func indexOfLargest(_ logits: UnsafeBufferPointer<Float>) -> Int {
        var largest = SIMD8<Float>(repeating: -.infinity)
        for first in stride(from: 0, to: logits.count, by: lanes) {
            let vector = vector(logits, at: first, fill: -.infinity)
            largest.replace(with: vector, where: vector .> largest)
        }
        let top = largest.max()
        for first in stride(from: 0, to: logits.count, by: lanes) {
            let equal = vector(logits, at: first, fill: -.infinity) .== top
            guard any(equal) else { continue }
            for lane in 0..<min(lanes, logits.count - first) where equal[lane] {
                return first + lane
            }
        }
        return 0
    }

    /// Whether no number is infinite or not a number.
    static func areFinite(_ logits: UnsafeBufferPointer<Float>) -> Bool {
        var differences = SIMD8<Float>.zero
        for first in stride(from: 0, to: logits.count, by: lanes) {
            let vector = vector(logits, at: first, fill: 0)
            differences += vector - vector
        }
        return differences == .zero
    }

    private static func vector(
        _ logits: UnsafeBufferPointer<Float>, at first: Int, fill: Float
    ) -> SIMD8<Float> {
        if first + lanes <= logits.count, let base = logits.baseAddress {
            return UnsafeRawPointer(base + first).loadUnaligned(as: SIMD8<Float>.self)
        }
        var vector = SIMD8<Float>(repeating: fill)
        for lane in 0..<max(0, min(lanes, logits.count - first)) {
            vector[lane] = logits[first + lane]
        }
        return vector
    }
}

/// `exp(x)` for `x <= 0` to about one unit in the last place; 0 below -87.3.
///
/// The reduction to `2^n · exp(r)` and the polynomial are those of Cephes (Moshier 1992), as the
/// kernels have them.
private func exponential(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let vanishes = x .< -87.3
    let t = x.replacing(with: -87.3, where: vanishes)
    // 1.5 · 2^23: adding it rounds to an integer, in the low bits.
    let shifted = t * 1.442_695_04 + 12_582_912
    let n = shifted - 12_582_912
    var r = t - n * 0.693_359_375
    r = r - n * -2.121_944_40e-4
    var p = r * 1.984_126_98e-4 + 1.388_888_89e-3
    p = p * r + 8.333_333_33e-3
    p = p * r + 4.166_666_67e-2
    p = p * r + 1.666_666_67e-1
    p = p * r + 0.5
    p = p * (r * r) + r + 1
    let power = withUnsafeBytes(of: shifted) { $0.load(as: SIMD8<Int32>.self) } &<< 23
    let scale = withUnsafeBytes(of: power &+ 0x3F80_0000) { $0.load(as: SIMD8<Float>.self) }
    return (p * scale).replacing(with: 0, where: vanishes)
}
