/// Numbers, names and strings inside of tags.
extension Lexer {
    mutating func readInTag() throws(TemplateError) -> Token.Kind {
        if let number = try readNumber() { return number }
        let scalar = source[position]
        if scalar.isNamePart { return try readName() }
        if scalar == "'" || scalar == "\"" { return .string(try readString(scalar)) }
        return try readSymbol()
    }

    private mutating func readName() throws(TemplateError) -> Token.Kind {
        let start = position
        while position < source.count, source[position].isNamePart { position += 1 }
        guard source[start] == "_" || source[start].properties.isXIDStart else {
            throw failure("'\(text(start..<position))' is no name.", at: start)
        }
        return .name(text(start..<position))
    }

    // MARK: - Numbers

    /// Where a run of digits with single underscores between them ends.
    private func endOfDigits(_ offset: Int, _ isDigit: (Unicode.Scalar) -> Bool) -> Int {
        var end = offset
        while end < source.count {
            if isDigit(source[end]) {
                end += 1
            } else if source[end] == "_", end > offset, source[end - 1] != "_",
                end + 1 < source.count, isDigit(source[end + 1])
            {
                end += 1
            } else {
                break
            }
        }
        return end
    }

    private mutating func readNumber() throws(TemplateError) -> Token.Kind? {
        guard source[position].isASCIIDigit else { return nil }
        if let float = try readFloat() { return float }
        let start = position
        for (prefix, radix) in [("x", 16), ("o", 8), ("b", 2)] where source[start] == "0" {
            guard matches(prefix, at: start + 1) || matches(prefix.uppercased(), at: start + 1)
            else { continue }
            // An underscore may stand right after the prefix.
            let first = start + 2 + (matches("_", at: start + 2) ? 1 : 0)
            let end = endOfDigits(first) { $0.isASCII && Int(String($0), radix: radix) != nil }
            guard end > first else { continue }
            return try integer(first..<end, radix, start)
        }
        var end = endOfDigits(start) { $0.isASCIIDigit }
        if source[start] == "0" { end = endOfDigits(start) { $0 == "0" } }
        return try integer(start..<end, 10, start)
    }

    private mutating func integer(
        _ range: Range<Int>, _ radix: Int, _ start: Int
    ) throws(TemplateError) -> Token.Kind {
        position = range.upperBound
        let digits = text(range).filter { $0 != "_" }
        guard let value = Int(digits, radix: radix) else {
            throw failure(
                "The number \(digits.prefix(40)) does not fit in 64 bits.", at: start, .limit)
        }
        return .integer(value)
    }

    private mutating func readFloat() throws(TemplateError) -> Token.Kind? {
        let start = position
        if start > 0, source[start - 1] == "." { return nil }
        var end = endOfDigits(start) { $0.isASCIIDigit }
        var isFloat = false
        if matches(".", at: end) {
            let fraction = endOfDigits(end + 1) { $0.isASCIIDigit }
            if fraction > end + 1 {
                end = fraction
                isFloat = true
            }
        }
        if matches("e", at: end) || matches("E", at: end) {
            let first = end + 1 + (matches("+", at: end + 1) || matches("-", at: end + 1) ? 1 : 0)
            let exponent = endOfDigits(first) { $0.isASCIIDigit }
            if exponent > first {
                end = exponent
                isFloat = true
            }
        }
        guard isFloat else { return nil }
        position = end
        return .float(Double(text(start..<end).filter { $0 != "_" }) ?? .infinity)
    }

    // MARK: - Strings

    private mutating func readString(_ quote: Unicode.Scalar) throws(TemplateError) -> String {
        let start = position
        var result = String.UnicodeScalarView()
        position += 1
        while position < source.count {
            let scalar = source[position]
            position += 1
            if scalar == quote { return String(result) }
            if scalar == "\\" {
                guard position < source.count else { break }
                try readEscape(into: &result)
            } else {
                result.append(scalar)
            }
        }
        throw failure("This string has no end.", at: start)
    }

    private mutating func readEscape(
        into result: inout String.UnicodeScalarView
    ) throws(TemplateError) {
        let start = position
        let scalar = source[position]
        position += 1
        let simple: [Unicode.Scalar: Unicode.Scalar] = [
            "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{07}",
            "b": "\u{08}", "f": "\u{0C}", "v": "\u{0B}",
        ]
        if let plain = simple[scalar] { return result.append(plain) }
        switch scalar {
        case "\n": break
        case "x": result.append(try hexadecimal(2, start))
        case "u": result.append(try hexadecimal(4, start))
        case "U": result.append(try hexadecimal(8, start))
        case "N":
            throw failure("Characters by name ('\\N') are left out.", at: start, .unsupported)
        case "0"..."7":
            var value = scalar.value - 48
            for _ in 0..<2 {
                guard position < source.count, ("0"..."7").contains(source[position]) else { break }
                value = value * 8 + source[position].value - 48
                position += 1
            }
            result.append(Unicode.Scalar(value) ?? "?")
        default:
            result.append("\\")
            // A backslash before anything but ASCII leaves the number of the code point.
            result.append(
                contentsOf: (scalar.isASCII ? String(scalar) : String(scalar.escaped.dropFirst()))
                    .unicodeScalars)
        }
    }

    private mutating func hexadecimal(
        _ count: Int, _ start: Int
    ) throws(TemplateError) -> Unicode.Scalar {
        let end = min(position + count, source.count)
        let digits = text(position..<end)
        guard end - position == count, digits.utf8.allSatisfy({ $0 != 43 && $0 != 45 }),
            let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value)
        else {
            throw failure("This escape names no character.", at: start)
        }
        position = end
        return scalar
    }
}
