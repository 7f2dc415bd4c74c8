/// `'%s' % values`, as the operator and the filter `format` do it.
extension Interpreter {
    func percentFormatted(_ format: String, _ value: Value) throws(TemplateError) -> String {
        try chargeWork(format.utf8.count)
        let scalars = Array(format.unicodeScalars)
        var given: [Value] = [value]
        if case .tuple(let elements) = value { given = elements.items }
        var used = 0
        var isNamed = false
        var result = ""
        var place = 0
        func next() throws(TemplateError) -> Value {
            guard used < given.count else {
                throw failure(.type, "The format asks for more values than are given.")
            }
            used += 1
            return given[used - 1]
        }
        func number() throws(TemplateError) -> Int {
            if place < scalars.count, scalars[place] == "*" {
                place += 1
                return try integer(try next())
            }
            var value = 0
            while place < scalars.count, scalars[place].isASCIIDigit, value < 1 << 40 {
                value = value * 10 + Int(scalars[place].value - 48)
                place += 1
            }
            return value
        }
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var named: Value?
            if place < scalars.count, scalars[place] == "(" {
                guard case .dictionary(let table) = value else {
                    throw failure(.type, "A format with names needs a dictionary.")
                }
                let key = try keyText(scalars, &place)
                guard let found = table.value(of: key) else {
                    throw failure(.value, "The format asks for '\(key)', which is not given.")
                }
                named = found
                isNamed = true
            }
            var field = PercentField()
            while place < scalars.count, "-+ 0#".unicodeScalars.contains(scalars[place]) {
                field.flags.insert(scalars[place])
                place += 1
            }
            field.width = try number()
            if field.width < 0 {
                field.flags.insert("-")
                field.width = field.width == Int.min ? Int.max : -field.width
            }
            if place < scalars.count, scalars[place] == "." {
                place += 1
                field.precision = max(try number(), 0)
            }
            while place < scalars.count, "hlL".unicodeScalars.contains(scalars[place]) {
                place += 1
            }
            guard place < scalars.count else { throw failure(.value, "The format is cut short.") }
            field.type = scalars[place]
            place += 1
            if field.type == "%" {
                result += "%"
                continue
            }
            let argument: Value
            if let named { argument = named } else { argument = try next() }
            result += try percentField(field, argument)
        }
        if used < given.count, !isNamed {
            if case .dictionary = value { return result }
            // Lists and what else has items by keys may be left over.
            if case .list = value { return result }
            if case .range = value { return result }
            throw failure(.type, "Not all values given are asked for by the format.")
        }
        return result
    }

    private func keyText(
        _ scalars: [Unicode.Scalar], _ place: inout Int
    ) throws(TemplateError) -> String {
        var key = String.UnicodeScalarView()
        var level = 0
        place += 1
        while place < scalars.count {
            let scalar = scalars[place]
            place += 1
            if scalar == "(" { level += 1 }
            if scalar == ")" {
                if level == 0 { return String(key) }
                level -= 1
            }
            key.append(scalar)
        }
        throw failure(.value, "A name in the format has no ')'.")
    }

    private struct PercentField {
        var flags: Set<Unicode.Scalar> = []
        var width = 0
        var precision: Int?
        var type: Unicode.Scalar = "s"
    }

    private func percentField(
        _ field: PercentField, _ value: Value
    ) throws(TemplateError) -> String {
        try chargeMemory(field.width, of: 8)
        try chargeMemory(field.precision ?? 0, of: 8)
        var sign = ""
        var body: String
        var isNumber = true
        switch field.type {
        case "s", "r", "a":
            isNumber = false
            body =
                field.type == "s"
                ? try printed(value)
                : field.type == "r" ? try represented(value) : try representedInASCII(value)
            if let precision = field.precision {
                body = String(body.unicodeScalars.prefix(precision))
            }
        case "c":
            isNumber = false
            if case .string(let text) = value, text.unicodeScalars.count == 1 {
                body = text
            } else if let scalar = UInt32(exactly: try integer(value)).flatMap(Unicode.Scalar.init)
            {
                body = String(scalar)
            } else {
                throw failure(.value, "'%c' needs one character.")
            }
        case "d", "i", "u", "x", "X", "o":
            (sign, body) = try percentInteger(field, value)
        case "e", "E", "f", "F", "g", "G":
            let number = try percentNumber(value)
            if number.sign == .minus, !number.isNaN { sign = "-" }
            body =
                floatDigits(
                    number, field.type, field.precision ?? 6, field.flags.contains("#")) ?? ""
        default:
            throw failure(.value, "'%\(field.type)' is no format.")
        }
        if isNumber, sign.isEmpty || !sign.hasPrefix("-") {
            let plus = field.flags.contains("+") ? "+" : field.flags.contains(" ") ? " " : ""
            sign = plus + sign
        }
        let missing = max(field.width - sign.utf8.count - body.unicodeScalars.count, 0)
        if field.flags.contains("-") { return sign + body + String(repeating: " ", count: missing) }
        if isNumber, field.flags.contains("0") {
            return sign + String(repeating: "0", count: missing) + body
        }
        return String(repeating: " ", count: missing) + sign + body
    }

    private func percentNumber(_ value: Value) throws(TemplateError) -> Double {
        if let number = value.number { return number }
        try refuseUndefined(value)
        throw failure(.type, "A number must stand here, not '\(value.typeName)'.")
    }

    private func percentInteger(
        _ field: PercentField, _ value: Value
    ) throws(TemplateError) -> (sign: String, digits: String) {
        let radix = field.type == "o" ? 8 : field.type == "x" || field.type == "X" ? 16 : 10
        var number = 0
        if case .float(let float) = value, radix == 10 {
            guard let whole = Int(exactly: float.rounded(.towardZero)) else {
                throw failure(.limit, "The number does not fit in 64 bits.")
            }
            number = whole
        } else {
            number = try integer(value)
        }
        var digits = String(number.magnitude, radix: radix, uppercase: field.type == "X")
        let missing = max((field.precision ?? 0) - digits.utf8.count, 0)
        digits = String(repeating: "0", count: missing) + digits
        var sign = number < 0 ? "-" : ""
        if field.flags.contains("#"), radix != 10 { sign += "0" + String(field.type) }
        return (sign, digits)
    }
}
