import Glibc
import Naming

/// A Lua string: any bytes, compared and ordered by bytes.
///
/// Valid UTF-8 is kept as a `String`, so that short texts need no allocation; two texts that differ
/// only in Unicode normalisation stay different, as they are in Lua.
public struct LuaString: Sendable {
    private enum Storage: Sendable {
        case text(String)
        /// Not valid UTF-8.
        case bytes([UInt8])
    }

    private var storage: Storage

    public init(_ text: String) {
        storage = .text(text)
    }

    public init(bytes: [UInt8]) {
        self = bytes.withUnsafeBufferPointer { LuaString(copying: $0) }
    }

    init(copying buffer: UnsafeBufferPointer<UInt8>) {
        // Most strings are ASCII, which needs no general validation.
        if buffer.allSatisfy({ $0 < 0x80 }) {
            storage = .text(String(decoding: buffer, as: UTF8.self))
        } else if let text = String(validating: buffer, as: UTF8.self) {
            storage = .text(text)
        } else {
            storage = .bytes(Array(buffer))
        }
    }

    /// The text, or nil where the bytes are not valid UTF-8.
    public var text: String? {
        if case .text(let text) = storage { return text }
        return nil
    }

    public var bytes: [UInt8] {
        switch storage {
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        }
    }

    /// The number of bytes.
    public var count: Int {
        switch storage {
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }

    /// The text for messages, or its beginning with dots where it has more than `most` bytes.
    ///
    /// Bytes that are no UTF-8 show as replacement characters.
    public func beginning(_ most: Int) -> String {
        switch storage {
        case .text(let text): shortened(text, to: most)
        case .bytes(let bytes):
            String(decoding: bytes.prefix(most), as: UTF8.self) + (bytes.count > most ? "..." : "")
        }
    }

    func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        switch storage {
        case .text(let text):
            if text.utf8.withContiguousStorageIfAvailable(body) == nil {
                Array(text.utf8).withUnsafeBufferPointer(body)
            }
        case .bytes(let bytes): bytes.withUnsafeBufferPointer(body)
        }
    }
}

extension LuaString: Hashable, Comparable {
    public static func == (a: LuaString, b: LuaString) -> Bool {
        switch (a.storage, b.storage) {
        case (.text(var a), .text(var b)):
            a.utf8.count == b.utf8.count
                && a.withUTF8 { a in
                    b.withUTF8 { b in
                        guard let first = a.baseAddress, let second = b.baseAddress else {
                            return true
                        }
                        return memcmp(first, second, a.count) == 0
                    }
                }
        case (.bytes(let a), .bytes(let b)): a == b
        default: false
        }
    }

    public static func < (a: LuaString, b: LuaString) -> Bool {
        a.bytes.lexicographicallyPrecedes(b.bytes)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes)
    }
}

extension LuaString: ExpressibleByStringLiteral, CustomStringConvertible {
    public init(stringLiteral text: String) {
        self.init(text)
    }

    /// The text; bytes that are no UTF-8 show as replacement characters.
    public var description: String {
        text ?? String(decoding: bytes, as: UTF8.self)
    }
}
