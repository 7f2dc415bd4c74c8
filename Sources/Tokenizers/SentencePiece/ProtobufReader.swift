/// Walks over the fields of one protocol buffer message in its binary form.
///
/// <https://protobuf.dev/programming-guides/encoding/>
struct ProtobufReader {
    /// A field's contents by its wire type.
    enum Value {
        case integer(UInt64)
        case fixed32(UInt32)
        case fixed64(UInt64)
        case bytes(Range<Int>)
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var index: Int
    private let end: Int
    private let message: String

    /// Reads `range` of the file, a message of the kind that `message` names in errors.
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, message: String) {
        self.bytes = bytes
        index = range.lowerBound
        end = range.upperBound
        self.message = message
    }

    /// The next field's number and value, or nil at the end.
    mutating func next() throws -> (number: Int, value: Value)? {
        guard index < end else { return nil }
        let start = index
        let key = try varint()
        let number = key >> 3
        guard number > 0, number < 1 << 29 else {
            throw failure("field number \(number)", at: start)
        }
        switch key & 7 {
        case 0: return (Int(number), .integer(try varint()))
        case 1:
            let low = UInt64(try fixed32())
            return (Int(number), .fixed64(low | UInt64(try fixed32()) << 32))
        case 2:
            let length = try varint()
            guard length <= UInt64(end - index) else {
                throw failure(
                    "field \(number) says \(length) bytes, of \(end - index) that are left",
                    at: start)
            }
            let range = index..<(index + Int(length))
            index = range.upperBound
            return (Int(number), .bytes(range))
        case 5: return (Int(number), .fixed32(try fixed32()))
        default: throw failure("field \(number) is of wire type \(key & 7)", at: start)
        }
    }

    /// A failure at a byte of the file.
    func failure(_ what: String, at offset: Int) -> TokenizerError {
        TokenizerError(
            .malformed, "\(what): not a SentencePiece model, or cut short",
            key:
                "\(message) at byte \(offset)")
    }

    private mutating func varint() throws -> UInt64 {
        let start = index
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard index < end else { throw failure("the file ends inside of a number", at: start) }
            let byte = bytes[index]
            index += 1
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw failure("a number of more than 64 bits", at: start)
    }

    private mutating func fixed32() throws -> UInt32 {
        guard end - index >= 4 else { throw failure("the file ends inside of a number", at: index) }
        defer { index += 4 }
        return (0..<4).reduce(0) { $0 | UInt32(bytes[index + $1]) << UInt32(8 * $1) }
    }
}
