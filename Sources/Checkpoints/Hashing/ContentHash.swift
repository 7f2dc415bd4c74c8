import CXXHash
import Glibc

/// The 128-bit XXH3 hash of some bytes: the house's name for "the same content".
///
/// Fast, not cryptographic: it finds damage and change, not forgery. Written as 32 hexadecimal
/// digits, high half first, as `xxhsum -H2` prints it.
public struct ContentHash: Hashable, Sendable, CustomStringConvertible {
    /// The upper 64 bits.
    public let high: UInt64
    /// The lower 64 bits.
    public let low: UInt64

    /// Makes a hash of its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Hashes bytes in memory.
    public init(of bytes: UnsafeRawBufferPointer) {
        let hash = XXH3_128bits(bytes.baseAddress, bytes.count)
        self.init(high: hash.high64, low: hash.low64)
    }

    /// Hashes an array of bytes.
    public init(of bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { ContentHash(of: $0) }
    }

    /// Hashes the UTF-8 bytes of a text.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// Hashes a file, read in pieces of one MiB.
    public init(ofFile path: String) throws(CheckpointError) {
        let file = try MappedFile(path: path)
        let hasher = ContentHasher()
        try file.forEachPiece { (_, bytes) throws(CheckpointError) in hasher.update(bytes) }
        self = hasher.finish()
    }

    /// Reads a hash written as 32 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 32,
            let high = hexadecimal64(digits[..<16]), let low = hexadecimal64(digits[16...])
        else { return nil }
        self.init(high: high, low: low)
    }

    /// The hash as 32 lower-case hexadecimal digits.
    public var hex: String { hexadecimal(high) + hexadecimal(low) }

    public var description: String { hex }

    /// The 64-bit XXH3 hash of bytes in memory, as each MiB of a stored file carries one.
    public static func xxh3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        XXH3_64bits(bytes.baseAddress, bytes.count)
    }
}

/// Sixteen lower-case hexadecimal digits.
func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The value of exactly sixteen hexadecimal digits; nil for anything else.
func hexadecimal64(_ digits: some Collection<UInt8>) -> UInt64? {
    guard digits.count == 16 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"):
            value = value << 4 | UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"):
            value = value << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
        default: return nil
        }
    }
    return value
}
