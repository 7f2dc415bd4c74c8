import CXXHash

/// XXH3 content hashes, in the widths that the house stores.
enum ContentHash {
    /// XXH3-64 of `bytes`.
    static func short(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { short($0) }
    }

    /// XXH3-64 of `bytes`.
    static func short(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        XXH3_64bits(bytes.baseAddress, bytes.count)
    }

    /// XXH3-128 of `bytes` in hexadecimal, 32 digits.
    static func long(_ bytes: [UInt8]) -> String {
        let hash = bytes.withUnsafeBytes { XXH3_128bits($0.baseAddress, $0.count) }
        return hexadecimal(hash.high64) + hexadecimal(hash.low64)
    }

    /// Sixteen hexadecimal digits.
    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// A bijective mix of 64 bits whose every output bit depends on every input bit
    /// (the finalizer of SplitMix64, Steele et al. 2014).
    static func scramble(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
