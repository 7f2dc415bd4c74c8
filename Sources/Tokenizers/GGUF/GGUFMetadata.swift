/// The keys and values at the beginning of a GGUF file, versions 2 and 3.
///
/// <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>
struct GGUFMetadata {
    /// A value; numbers of all widths read as one kind.
    enum Value {
        case integer(Int)
        case number(Double)
        case bool(Bool)
        case string([UInt8])
        case strings([[UInt8]])
        case numbers([Double])
        /// An array of what no vocabulary has.
        case other
    }

    private(set) var values: [String: Value] = [:]

    /// Reads the beginning of a file; throws `Shortage` where more of it is needed, and otherwise
    /// with the byte where it is not GGUF.
    init(_ bytes: UnsafeRawBufferPointer) throws {
        var reader = GGUFReader(bytes)
        guard try reader.take(4).elementsEqual("GGUF".utf8) else {
            throw reader.failure("does not begin with GGUF", at: 0)
        }
        let version = try reader.integer(4)
        guard version == 2 || version == 3 else {
            throw TokenizerError(
                .unsupported, "is version \(version) of GGUF, but only 2 and 3 are known",
                key: "byte 4")
        }
        _ = try reader.integer(8)
        let count = try reader.integer(8)
        // A key, its kind and a value take 13 bytes at least.
        try reader.check(count, of: 13, "keys")
        for _ in 0..<count {
            let start = reader.index
            let key = String(decoding: try reader.string(), as: UTF8.self)
            let kind = try reader.integer(4)
            guard values[key] == nil else {
                throw reader.failure("key \"\(key)\" appears twice", at: start)
            }
            values[key] = try reader.value(kind)
        }
    }
}

/// Walks over the bytes of a GGUF file.
struct GGUFReader {
    /// More of the file is needed than was given.
    struct Shortage: Error {
        /// The key or the array that goes on.
        var place: Int
    }

    private let bytes: UnsafeRawBufferPointer
    private(set) var index = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    func failure(_ what: String, at offset: Int) -> TokenizerError {
        TokenizerError(.malformed, "\(what): not a GGUF file, or damaged", key: "byte \(offset)")
    }

    /// Throws unless `count` things of at least `size` bytes could be left.
    func check(_ count: Int, of size: Int, _ what: String) throws {
        // Nothing in a vocabulary comes in more than 2^32; a larger count is damage, not length.
        guard count >= 0, count <= 1 << 32 else {
            throw failure("says it has \(UInt(bitPattern: count)) \(what)", at: index)
        }
        guard count <= (bytes.count - index) / size else { throw Shortage(place: index) }
    }

    mutating func take(_ count: Int) throws -> UnsafeRawBufferPointer.SubSequence {
        guard count <= bytes.count - index else { throw Shortage(place: index) }
        defer { index += count }
        return bytes[index..<(index + count)]
    }

    /// A little-endian number of `width` bytes; one of 8 may come out negative.
    mutating func integer(_ width: Int) throws -> Int {
        Int(
            truncatingIfNeeded: try take(width).reversed().reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            })
    }

    mutating func string() throws -> [UInt8] {
        let count = try integer(8)
        try check(count, of: 1, "bytes of text")
        return Array(try take(count))
    }

    mutating func value(_ kind: Int) throws -> GGUFMetadata.Value {
        switch kind {
        case 0, 2, 4, 10: return .integer(try integer(Self.widths[kind]))
        case 1: return .integer(Int(Int8(truncatingIfNeeded: try integer(1))))
        case 3: return .integer(Int(Int16(truncatingIfNeeded: try integer(2))))
        case 5: return .integer(Int(Int32(truncatingIfNeeded: try integer(4))))
        case 6, 12: return .number(try number(kind))
        case 7: return .bool(try integer(1) != 0)
        case 8: return .string(try string())
        case 9: return try array()
        case 11: return .integer(try integer(8))
        default: throw failure("a value is of kind \(kind), which is not known", at: index - 4)
        }
    }

    private static let widths = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8]

    private mutating func number(_ kind: Int) throws -> Double {
        kind == 6
            ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: try integer(4))))
            : Double(bitPattern: UInt64(bitPattern: Int64(try integer(8))))
    }

    private mutating func array() throws -> GGUFMetadata.Value {
        let start = index
        let kind = try integer(4)
        let count = try integer(8)
        guard Self.widths.indices.contains(kind), kind != 9 else {
            throw failure("an array is of kind \(kind), which is not known", at: start)
        }
        try check(count, of: Self.widths[kind], "elements")
        switch kind {
        case 8:
            var strings: [[UInt8]] = []
            strings.reserveCapacity(min(count, 1 << 20))
            for _ in 0..<count { strings.append(try string()) }
            return .strings(strings)
        case 6, 12: return .numbers(try (0..<count).map { _ in try number(kind) })
        case 0...5, 10, 11:
            return .numbers(
                try (0..<count).map { _ in
                    guard case .integer(let integer) = try value(kind) else { return 0 }
                    return Double(integer)
                })
        default:
            _ = try take(count)
            return .other
        }
    }
}
