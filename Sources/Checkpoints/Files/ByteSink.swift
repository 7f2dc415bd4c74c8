/// Something that takes bytes in order: a file being written, or memory in a test.
public protocol ByteSink: AnyObject {
    /// The path that errors name.
    var path: String { get }

    /// Takes all of `bytes`.
    func write(_ bytes: UnsafeRawBufferPointer) throws
}

extension ByteSink {
    /// Takes all bytes of an array.
    public func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Takes the UTF-8 bytes of a text.
    public func write(_ text: String) throws { try write(Array(text.utf8)) }
}
