/// A value of a GGUF key, and the bytes that say it.
///
/// <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
public enum GGUFValue: Sendable, Hashable {
    case uint32(UInt32)
    case float32(Float)
    case bool(Bool)
    case string([UInt8])
    case strings([[UInt8]])
    case float32s([Float])
    case int32s([Int32])

    /// A text.
    public static func text(_ text: String) -> GGUFValue { .string(Array(text.utf8)) }

    /// The bytes of a key and its value.
    public func encoded(under key: String) -> [UInt8] {
        var bytes: [UInt8] = []
        Self.append(Array(key.utf8), to: &bytes)
        switch self {
        case .uint32(let value):
            Self.append(UInt32(4), to: &bytes)
            Self.append(value, to: &bytes)
        case .float32(let value):
            Self.append(UInt32(6), to: &bytes)
            Self.append(value.bitPattern, to: &bytes)
        case .bool(let value):
            Self.append(UInt32(7), to: &bytes)
            bytes.append(value ? 1 : 0)
        case .string(let value):
            Self.append(UInt32(8), to: &bytes)
            Self.append(value, to: &bytes)
        case .strings(let values):
            Self.append(array: 8, count: values.count, to: &bytes)
            for value in values { Self.append(value, to: &bytes) }
        case .float32s(let values):
            Self.append(array: 6, count: values.count, to: &bytes)
            for value in values { Self.append(value.bitPattern, to: &bytes) }
        case .int32s(let values):
            Self.append(array: 5, count: values.count, to: &bytes)
            for value in values { Self.append(UInt32(bitPattern: value), to: &bytes) }
        }
        return bytes
    }

    private static func append(array kind: UInt32, count: Int, to bytes: inout [UInt8]) {
        append(UInt32(9), to: &bytes)
        append(kind, to: &bytes)
        append(UInt64(count), to: &bytes)
    }

    /// Adds a number, its least byte first.
    public static func append(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Adds a text: its length, then its bytes.
    public static func append(_ text: [UInt8], to bytes: inout [UInt8]) {
        append(UInt64(text.count), to: &bytes)
        bytes.append(contentsOf: text)
    }
}
