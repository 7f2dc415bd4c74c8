import CSketch

/// Signatures of sets of word runs: the share of lanes in which two agree estimates the Jaccard
/// similarity of the sets (A. Broder, 1997).
///
/// A lane is the run with the least value of one permutation, `factor * hash + term` modulo 2^32 with
/// an odd factor (linear permutations: T. Bohman, C. Cooper and A. Frieze, 2000), of which the
/// lowest 16 bits are kept: lanes of different runs agree by chance once in 65,536 times.
struct MinHash: Sendable {
    /// Words of a run.
    let runWords: Int
    /// Bands of the signature; documents that agree in all lanes of a band are compared.
    let bands: Int
    /// Lanes of a band.
    let rows: Int
    let factors: [UInt32]
    let terms: [UInt32]

    var lanes: Int { bands * rows }

    init(runWords: Int, bands: Int, rows: Int) {
        self.runWords = runWords
        self.bands = bands
        self.rows = rows
        // The loop works on 16 lanes at once; what is too much is not kept.
        let count = (bands * rows + 15) / 16 * 16
        var state: UInt64 = 0x6e69_6768_746a_6172
        func next() -> UInt32 {
            state &+= 0x9e37_79b9_7f4a_7c15
            return UInt32(truncatingIfNeeded: WordScan.mixed(state) >> 32)
        }
        factors = (0..<count).map { _ in next() | 1 }
        terms = (0..<count).map { _ in next() }
    }

    /// A text's signature; a text of fewer words than a run has is one run. Nil for one without
    /// words.
    func signature(of text: UnsafeBufferPointer<UInt8>) -> [UInt16]? {
        let words = WordScan.words(in: text)
        guard !words.isEmpty else { return nil }
        let n = min(runWords, words.count)
        let runs = [UInt32](unsafeUninitializedCapacity: words.count - n + 1) { runs, count in
            RunHashes.forEach(n, of: words) { first, hash in
                runs[first] = UInt32(truncatingIfNeeded: hash)
            }
            count = words.count - n + 1
        }
        var minima = [UInt32](repeating: .max, count: factors.count)
        sketch_minima(runs, runs.count, factors, terms, &minima, factors.count)
        return minima[..<lanes].map { UInt16(truncatingIfNeeded: $0) }
    }

    /// What documents that agree in a band have in common.
    func bandHash(_ band: Int, of signature: UnsafeBufferPointer<UInt16>) -> UInt64 {
        var hash = UInt64(band + 1) &* 0x9e37_79b9_7f4a_7c15
        for row in 0..<rows {
            hash = WordScan.mixed(hash ^ UInt64(signature[band * rows + row]))
        }
        return hash
    }

    /// The share of lanes in which two signatures agree.
    static func similarity(
        _ a: UnsafeBufferPointer<UInt16>, _ b: UnsafeBufferPointer<UInt16>
    ) -> Double {
        var equal = 0
        for lane in a.indices where a[lane] == b[lane] { equal += 1 }
        return Double(equal) / Double(max(1, a.count))
    }
}
