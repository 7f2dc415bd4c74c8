/// What stands after the colon of a field of `str.format`: fill, alignment, sign, width and so on.
struct FormatSpecification {
    var fill: Unicode.Scalar = " "
    var alignment: Unicode.Scalar?
    var sign: Unicode.Scalar = "-"
    var isAlternate = false
    var width = 0
    var separator: String?
    var precision: Int?
    var type: Unicode.Scalar?

    /// Nil where the text is no specification.
    init?(_ text: String) {
        let scalars = Array(text.unicodeScalars)
        var place = 0
        func next() -> Unicode.Scalar? { place < scalars.count ? scalars[place] : nil }
        let alignments: [Unicode.Scalar] = ["<", ">", "=", "^"]
        if scalars.count > 1, alignments.contains(scalars[1]) {
            fill = scalars[0]
            alignment = scalars[1]
            place = 2
        } else if let first = next(), alignments.contains(first) {
            alignment = first
            place = 1
        }
        if let scalar = next(), ["+", "-", " "].contains(scalar) {
            sign = scalar
            place += 1
        }
        if next() == "#" {
            isAlternate = true
            place += 1
        }
        if next() == "0" {
            if alignment == nil {
                fill = "0"
                alignment = "="
            }
            place += 1
        }
        func number() -> Int? {
            var value: Int?
            while let scalar = next(), scalar.isASCIIDigit, (value ?? 0) < 1 << 40 {
                value = (value ?? 0) * 10 + Int(scalar.value - 48)
                place += 1
            }
            return value
        }
        width = number() ?? 0
        if let scalar = next(), scalar == "," || scalar == "_" {
            separator = String(scalar)
            place += 1
        }
        if next() == "." {
            place += 1
            guard let digits = number() else { return nil }
            precision = digits
        }
        type = next()
        guard place >= scalars.count - 1 else { return nil }
    }

    /// Fills a sign, a prefix and digits up to the width.
    func filled(_ sign: String, _ digits: String, standard: Unicode.Scalar) -> String {
        let length = sign.unicodeScalars.count + digits.unicodeScalars.count
        let missing = max(width - length, 0)
        func run(_ count: Int) -> String { String(repeating: String(fill), count: count) }
        switch alignment ?? standard {
        case "<": return sign + digits + run(missing)
        case "^": return run(missing / 2) + sign + digits + run(missing - missing / 2)
        case "=": return sign + run(missing) + digits
        default: return run(missing) + sign + digits
        }
    }

    /// Puts separators between groups of digits before the point.
    func grouped(_ digits: String, _ size: Int, room: Int) -> String {
        guard let separator else { return digits }
        let whole = digits.prefix { $0.isHexDigit }
        let rest = digits.dropFirst(whole.count)
        var numerals = Array(whole)
        func joined() -> String {
            var text = ""
            for (index, numeral) in numerals.enumerated() {
                if index > 0, (numerals.count - index) % size == 0 { text += separator }
                text.append(numeral)
            }
            return text
        }
        if fill == "0", alignment == "=" {
            while joined().utf8.count + rest.utf8.count < room { numerals.insert("0", at: 0) }
        }
        return joined() + rest
    }
}

extension Interpreter {
    /// Python's `format` of one value.
    func formatted(_ value: Value, _ text: String) throws(TemplateError) -> String {
        if text.isEmpty { return try printed(value) }
        guard let specification = FormatSpecification(text) else {
            throw failure(.value, "'\(text.prefix(40))' is no format specification.")
        }
        // Wide fields are charged for before they are made.
        try chargeMemory(specification.width, of: 8)
        try chargeMemory(specification.precision ?? 0, of: 8)
        switch value {
        case .string(let string):
            guard [nil, "s"].contains(specification.type), specification.alignment != "=",
                specification.sign == "-", specification.separator == nil
            else { throw badFormat(text, value) }
            let cut = string.unicodeScalars.prefix(specification.precision ?? .max)
            return specification.filled("", String(cut), standard: "<")
        case .integer(let number): return try formatted(number, specification, value, text)
        case .bool(let flag): return try formatted(flag ? 1 : 0, specification, value, text)
        case .float(let number):
            return try formatted(number, specification, value, text)
        default:
            throw badFormat(text, value)
        }
    }

    private func badFormat(_ text: String, _ value: Value) -> TemplateError {
        failure(
            .value, "'\(text.prefix(40))' does not format a value of type '\(value.typeName)'.")
    }

    private func formatted(
        _ number: Int, _ specification: FormatSpecification, _ value: Value, _ text: String
    ) throws(TemplateError) -> String {
        let radix: Int
        var prefix = ""
        switch specification.type {
        case nil, "d", "n": radix = 10
        case "b": (radix, prefix) = (2, "0b")
        case "o": (radix, prefix) = (8, "0o")
        case "x": (radix, prefix) = (16, "0x")
        case "X": (radix, prefix) = (16, "0X")
        case "c":
            guard let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) else {
                throw failure(.value, "\(number) is no code point.")
            }
            return specification.filled("", String(scalar), standard: "<")
        default: return try formatted(Double(number), specification, value, text)
        }
        guard specification.precision == nil else { throw badFormat(text, value) }
        var sign = number < 0 ? "-" : specification.sign == "-" ? "" : String(specification.sign)
        if specification.isAlternate { sign += prefix }
        let digits = String(
            number.magnitude, radix: radix, uppercase: specification.type == "X")
        let grouped = specification.grouped(
            digits, radix == 10 ? 3 : 4, room: specification.width - sign.utf8.count)
        return specification.filled(sign, grouped, standard: ">")
    }

    private func formatted(
        _ number: Double, _ specification: FormatSpecification, _ value: Value, _ text: String
    ) throws(TemplateError) -> String {
        let digits: String
        let type = specification.type
        if type == nil {
            if let precision = specification.precision, number.isFinite {
                let exact = FloatDigits(exact: number)
                // Without a type there is always a digit after the point.
                let general = exact.general(precision, keepsZeros: false)
                let isWhole = !general.utf8.contains { $0 == 46 || $0 == 101 }
                let isTooWide =
                    isWhole && exact.rounded(to: max(precision, 1)).point >= max(precision, 1)
                digits =
                    isTooWide
                    ? exact.rounded(to: max(precision, 1)).scientific(0)
                    : isWhole ? general + ".0" : general
            } else {
                digits = representedFloat(number.magnitude)
            }
        } else {
            guard
                let made = floatDigits(
                    number, type ?? "g", specification.precision ?? 6, specification.isAlternate)
            else { throw badFormat(text, value) }
            digits = made
        }
        let isNegative = number.sign == .minus && !number.isNaN
        let sign = isNegative ? "-" : specification.sign == "-" ? "" : String(specification.sign)
        let grouped = specification.grouped(digits, 3, room: specification.width - sign.utf8.count)
        return specification.filled(sign, grouped, standard: ">")
    }

    /// Digits of a number without its sign, nil for a type that is none.
    func floatDigits(
        _ number: Double, _ type: Unicode.Scalar, _ precision: Int, _ keepsZeros: Bool
    ) -> String? {
        guard "eEfFgGn%".unicodeScalars.contains(type) else { return nil }
        let isUpper = type == "E" || type == "F" || type == "G"
        var text: String
        if !number.isFinite {
            text = number.isNaN ? "nan" : "inf"
            if type == "%" { text += "%" }
        } else {
            let exact = FloatDigits(exact: type == "%" ? number * 100 : number)
            switch type {
            case "e", "E": text = exact.scientific(precision)
            case "f", "F": text = exact.fixed(precision)
            case "%": text = exact.fixed(precision) + "%"
            default: text = exact.general(precision, keepsZeros: keepsZeros)
            }
        }
        return isUpper ? text.uppercased() : text
    }
}
