import Transformers

/// A tensor of a GGUF file: where it comes from, and what is done to it on the way.
struct GGUFTensor: Sendable {
    /// Its name in the file.
    let name: String
    /// Outermost first; the file has them the other way round.
    let shape: [Int]
    let type: GGUFTensorType
    /// Its numbers, row by row.
    let values: @Sendable () throws -> [Float]

    var byteCount: Int { type.byteCount(of: shape.reduce(1, *)) }

    /// Rows of queries or keys in the order in which llama.cpp turns pairs: the two halves of each
    /// head interleaved.
    static func interleavingHalves(_ values: [Float], heads: Int, rows: Int) -> [Float] {
        let width = values.count / rows
        let half = rows / heads / 2
        var result: [Float] = []
        result.reserveCapacity(values.count)
        for head in 0..<heads {
            for row in 0..<half {
                for part in 0..<2 {
                    let start = ((head * 2 + part) * half + row) * width
                    result += values[start..<start + width]
                }
            }
        }
        return result
    }
}
