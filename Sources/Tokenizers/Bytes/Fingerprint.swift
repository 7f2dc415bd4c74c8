import Naming

/// Hashes a sequence of tagged values, each written so that no two sequences read alike.
struct Fingerprint {
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
    var hexadecimal: String { ContentHash(of: bytes).hex }
}
