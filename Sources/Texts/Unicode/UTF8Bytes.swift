/// Bytes that should be UTF-8 and need not be.
public enum UTF8Bytes {
    /// The place of the first byte that begins no well-formed character; nil where all are.
    ///
    /// Overlong forms, surrogates and values above U+10FFFF are malformed (Unicode 15, table 3-7).
    public static func firstMalformed(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var index = 0
            while index < bytes.count {
                index = endOfASCII(bytes, from: index)
                guard index < bytes.count else { return nil }
                let length = characterLength(bytes, at: index)
                if length == 0 { return index }
                index += length
            }
            return nil
        }
    }

    /// The text.
    ///
    /// - Throws: `TextsError` of kind `malformed` with the place of the first malformed byte.
    public static func text(of bytes: [UInt8]) throws -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let place = firstMalformed(in: bytes) ?? 0
        throw TextsError(
            .malformed, "the text is no UTF-8 at its byte \(place + 1)", offset: place)
    }

    /// The text with U+FFFD for what is malformed, and how many stand in it.
    ///
    /// Each malformed byte becomes one, apart from a well-begun character that breaks off, which
    /// becomes one as a whole (Unicode 15, section 3.9, "substitution of maximal subparts").
    /// `charge` is asked for the work in pieces.
    public static func repaired(
        _ bytes: [UInt8], charge: @escaping WorkCharge = { _ in }
    ) throws -> (text: String, count: Int) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, 0) }
        var result = ""
        var count = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var meter = WorkMeter(charge)
        while true {
            try meter.spend(4)
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): result.unicodeScalars.append(scalar)
            case .error:
                result.unicodeScalars.append("\u{FFFD}")
                count += 1
            case .emptyInput: return (result, count)
            }
        }
    }

    /// Eight ASCII bytes at a time are passed over.
    private static func endOfASCII(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index + 8 <= bytes.count {
            let word = UnsafeRawBufferPointer(bytes).loadUnaligned(
                fromByteOffset: index, as: UInt64.self)
            if word & 0x8080_8080_8080_8080 != 0 { break }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }

    /// The length of the character at `index`, which is not ASCII, or 0 where there is none.
    private static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let lead = bytes[index]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0:
            length = 3
            second = 0xA0...0xBF
        case 0xED:
            length = 3
            second = 0x80...0x9F
        case 0xE1...0xEF: length = 3
        case 0xF0:
            length = 4
            second = 0x90...0xBF
        case 0xF1...0xF3: length = 4
        case 0xF4:
            length = 4
            second = 0x80...0x8F
        default: return 0
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return 0 }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
