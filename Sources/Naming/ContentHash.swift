import CXXHash

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

    /// Reads a hash written as 32 hexadecimal digits; nil for anything else.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 32,
            let high = UInt64(hexadecimal: digits[..<16]),
            let low = UInt64(hexadecimal: digits[16...])
        else { return nil }
        self.init(high: high, low: low)
    }

    /// The hash as 32 lower-case hexadecimal digits.
    public var hex: String { high.hexadecimal + low.hexadecimal }

    public var description: String { hex }

    /// The 64-bit XXH3 hash of bytes in memory, as each MiB of a stored file carries one.
    public static func xxh3(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        XXH3_64bits(bytes.baseAddress, bytes.count)
    }

    /// The 64-bit XXH3 hash of an array of bytes.
    public static func xxh3(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { xxh3($0) } }
}

extension UInt64 {
    /// Sixteen lower-case hexadecimal digits.
    public var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The value of exactly sixteen lower-case hexadecimal digits; nil for anything else.
    public init?(hexadecimal digits: some Collection<UInt8>) {
        guard digits.count == 16 else { return nil }
        self = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                self = self << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                self = self << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
    }
}
