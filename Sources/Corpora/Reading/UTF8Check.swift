/// Validates text and repairs what is malformed.
enum UTF8Check {
    static func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) != nil }
    }

    /// `bytes` with every malformed sequence replaced by U+FFFD.
    static func repaired(_ bytes: [UInt8]) -> [UInt8] {
        Array(String(decoding: bytes, as: UTF8.self).utf8)
    }

    /// The offset of the first byte that no character accounts for.
    static func firstFault(in bytes: [UInt8]) -> Int {
        let repaired = repaired(bytes)
        return zip(bytes, repaired).enumerated().first { $1.0 != $1.1 }?.offset
            ?? min(bytes.count, repaired.count)
    }
}
