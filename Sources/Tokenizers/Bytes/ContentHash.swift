import CXXHash

/// Hashes a sequence of tagged values, each written so that no two sequences read alike.
struct ContentHash {
    private var bytes: [UInt8] = []

    mutating func add(_ integer: Int) {
        withUnsafeBytes(of: UInt64(bitPattern: Int64(integer)).littleEndian) {
            bytes.append(contentsOf: $0)
        }
    }

    mutating func add(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func add(_ string: [UInt8]) {
        add(string.count)
        bytes.append(contentsOf: string)
    }

    mutating func add(_ string: String) { add(Array(string.utf8)) }

    /// XXH3-128 of what was added: 32 lower-case hexadecimal digits.
    var hexadecimal: String {
        let hash = bytes.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for half: UInt64 in [hash.high64, hash.low64] {
            for shift in stride(from: UInt64(60), through: 0, by: -4) {
                text.append(digits[Int((half >> shift) & 15)])
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
