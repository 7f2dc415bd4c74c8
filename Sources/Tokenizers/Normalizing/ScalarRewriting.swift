/// Rewritings that look at one character at a time.
enum ScalarRewriting {
    /// Calls `body` with every scalar of `text`, well-formed UTF-8, and gathers what it appends.
    @inline(__always)
    static func rewrite(
        _ text: [UInt8],
        _ body: (UInt32, Slice<UnsafeBufferPointer<UInt8>>, inout [UInt8]) -> Void
    ) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var index = 0
            while index < buffer.count {
                let (scalar, length) = UTF8Scan.decode(base, index)
                body(scalar, buffer[index..<(index + length)], &result)
                index += length
            }
        }
        return result
    }

    /// Without the characters of a kind.
    static func removing(_ kind: CharacterKind, from text: [UInt8]) -> [UInt8] {
        rewrite(text) { scalar, bytes, result in
            if !CharacterKind.of(scalar).contains(kind) { result.append(contentsOf: bytes) }
        }
    }

    /// In lower case, each character by itself: a final sigma is as any other.
    static func lowercased(_ text: [UInt8]) -> [UInt8] {
        rewrite(text) { value, bytes, result in
            if value < 0x80 {
                let isCapital = (0x41...0x5A).contains(value)
                result.append(UInt8(value) | (isCapital ? 0x20 : 0))
            } else if let scalar = Unicode.Scalar(value), scalar.properties.changesWhenLowercased {
                result.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
            } else {
                result.append(contentsOf: bytes)
            }
        }
    }

    /// Without white space at the ends.
    static func stripped(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
        text.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [] }
            var (start, end, index) = (0, 0, 0)
            var isInside = !left
            while index < buffer.count {
                let (scalar, length) = UTF8Scan.decode(base, index)
                let isSpace = CharacterKind.of(scalar).contains(.space)
                if !isSpace, !isInside {
                    isInside = true
                    start = index
                }
                index += length
                if !isSpace || !right { end = index }
            }
            return isInside && end > start ? Array(buffer[start..<end]) : []
        }
    }

    /// The cleaning of the Moses scripts' "nmt" rules: controls go, odd spaces become spaces.
    static func nmt(_ text: [UInt8]) -> [UInt8] {
        rewrite(text) { value, bytes, result in
            switch value {
            case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
            case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF,
                0xFFFD:
                result.append(0x20)
            default: result.append(contentsOf: bytes)
            }
        }
    }
}
