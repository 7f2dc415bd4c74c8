import Glibc

/// Filters of numbers.
extension Interpreter {
    func numberFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "abs":
            _ = try positional(arguments, 0...0, name)
            if case .float(let number) = value { return .float(number.magnitude) }
            let whole = try integer(value)
            return whole < 0 ? try signed(value, isNegative: true) : .integer(whole)
        case "float":
            let given = try bind(arguments, to: ["default"], of: name)
            try refuseUndefined(value)
            if let number = value.number { return .float(number) }
            if case .string(let text) = value, let number = parsedFloat(text) {
                return .float(number)
            }
            return given[0] ?? .float(0)
        case "int": return try toInteger(value, arguments)
        case "round": return try rounded(value, arguments)
        default:
            let given = try bind(arguments, to: ["binary"], of: name)
            try refuseUndefined(value)
            var number = value.number
            if case .string(let text) = value { number = parsedFloat(text) }
            guard let number else { throw failure(.type, "A size is a number.") }
            guard number >= -0x1p62 || number.isNaN else {
                throw failure(.limit, "The size does not fit in 64 bits.")
            }
            return try string(fileSize(number, isBinary: given[0]?.isTrue ?? false))
        }
    }

    private func fileSize(_ bytes: Double, isBinary: Bool) -> String {
        if bytes == 1 { return "1 Byte" }
        let base: Double = isBinary ? 1024 : 1000
        if bytes < base { return "\(Int(bytes)) Bytes" }
        var unit = base
        for letter in "kMGTPEZY" {
            unit *= base
            if bytes < unit || letter == "Y" {
                let name = isBinary ? letter.uppercased() + "iB" : "\(letter)B"
                return FloatDigits(exact: base * bytes / unit).fixed(1) + " " + name
            }
        }
        return ""
    }

    // MARK: - Reading numbers

    /// Digits without the underscores that Python allows between them, nil where one is misplaced.
    private func withoutUnderscores(_ text: Substring.UnicodeScalarView) -> String? {
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar = " "
        let last = text.last
        for scalar in text {
            if scalar == "_" {
                guard previous.isASCIIHexDigit, last != "_" else { return nil }
            } else {
                if previous == "_", !scalar.isASCIIHexDigit { return nil }
                result.append(scalar)
            }
            previous = scalar
        }
        return String(result)
    }

    private func trimmed(_ text: String) -> Substring.UnicodeScalarView {
        var rest = text.unicodeScalars[...]
        rest = rest.drop(while: \.isPythonSpace)
        while let last = rest.last, last.isPythonSpace { rest.removeLast() }
        return rest
    }

    func parsedFloat(_ text: String) -> Double? {
        let rest = trimmed(text)
        guard rest.allSatisfy(\.isASCII), let digits = withoutUnderscores(rest), !digits.isEmpty,
            let first = digits.utf8.first(where: { $0 != 43 && $0 != 45 })
        else { return nil }
        let lowered = digits.lowercased()
        let unsigned = lowered.drop { $0 == "+" || $0 == "-" }
        guard lowered.utf8.count - unsigned.utf8.count <= 1 else { return nil }
        if ["inf", "infinity", "nan"].contains(unsigned) {
            let number: Double = unsigned == "nan" ? .nan : .infinity
            return lowered.hasPrefix("-") ? -number : number
        }
        guard first == 46 || first >= 48 && first <= 57,
            unsigned.utf8.allSatisfy({
                $0 == 46 || $0 == 101 || $0 == 43 || $0 == 45 || $0 >= 48 && $0 <= 57
            })
        else { return nil }
        // Swift reads no number that begins or ends with its point.
        var padded = String(unsigned)
        if padded.hasPrefix(".") { padded = "0" + padded }
        if padded.hasSuffix(".") { padded += "0" }
        padded = padded.replacing(".e", with: ".0e")
        guard unsigned.utf8.contains(where: { $0 >= 48 && $0 <= 57 }), unsigned != "." else {
            return nil
        }
        return Double(padded).map { lowered.hasPrefix("-") ? -$0 : $0 }
    }

    private enum Reading {
        case number(Int)
        case beyond
        case none
    }

    private func parsedInteger(_ text: String, radix given: Int) -> Reading {
        var rest = trimmed(text)
        var isNegative = false
        if let first = rest.first, first == "+" || first == "-" {
            isNegative = first == "-"
            rest = rest.dropFirst()
        }
        var radix = given
        let prefixes = ["x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2]
        if rest.first == "0", let letter = rest.dropFirst().first,
            let prefixed = prefixes[String(letter)], given == 0 || given == prefixed
        {
            radix = prefixed
            rest = rest.dropFirst(2)
            if rest.first == "_" { rest = rest.dropFirst() }
        } else if given == 0 {
            radix = 10
            if rest.first == "0", rest.contains(where: { $0 != "0" && $0 != "_" }) { return .none }
        }
        guard (2...36).contains(radix), let digits = withoutUnderscores(rest), !digits.isEmpty,
            digits.unicodeScalars.allSatisfy({ $0.isASCII && Int(String($0), radix: radix) != nil })
        else { return .none }
        return Int((isNegative ? "-" : "") + digits, radix: radix).map { .number($0) } ?? .beyond
    }

    private func toInteger(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(arguments, to: ["default", "base"], of: "int")
        try refuseUndefined(value)
        if let whole = value.wholeNumber { return .integer(whole) }
        var number = value.number
        if case .string(let text) = value {
            try chargeWork(text.utf8.count)
            let beyond = failure(.limit, "The number does not fit in 64 bits.")
            switch parsedInteger(text, radix: try integer(given[1], or: 10)) {
            case .number(let whole): return .integer(whole)
            case .beyond: throw beyond
            case .none: number = parsedFloat(text)
            }
        }
        guard let number, number.isFinite else { return given[0] ?? .integer(0) }
        guard let whole = Int(exactly: number.rounded(.towardZero)) else {
            throw failure(.limit, "The number does not fit in 64 bits.")
        }
        return .integer(whole)
    }

    // MARK: - Rounding

    private func rounded(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(arguments, to: ["precision", "method"], of: "round")
        let method =
            try given[1].map { (value) throws(TemplateError) in try text(value) } ?? "common"
        guard ["common", "ceil", "floor"].contains(method) else {
            throw failure(.value, "The method of 'round' is 'common', 'ceil' or 'floor'.")
        }
        let precision = given[0] ?? .integer(0)
        if method != "common" {
            let scale = try apply(.power, .integer(10), precision)
            let scaled = try apply(.multiply, value, scale)
            guard let number = scaled.number else { throw notNumber(value) }
            let whole = method == "ceil" ? number.rounded(.up) : number.rounded(.down)
            guard let exact = Int(exactly: whole) else {
                throw failure(.limit, "The number does not fit in 64 bits.")
            }
            return try apply(.divide, .integer(exact), scale)
        }
        guard value.number != nil else { throw notNumber(value) }
        let places = precision.isNone ? nil : try integer(precision)
        if let whole = value.wholeNumber { return .integer(try rounded(whole, places ?? 0)) }
        guard case .float(let number) = value else { throw notNumber(value) }
        guard let places else {
            guard let whole = Int(exactly: number.rounded(.toNearestOrEven)) else {
                throw failure(.limit, "The number does not fit in 64 bits.")
            }
            return .integer(whole)
        }
        guard number.isFinite, places < 400 else { return .float(number) }
        guard places > -400 else { return .float(Double(signOf: number, magnitudeOf: 0)) }
        let digits = FloatDigits(exact: number)
        let kept = digits.rounded(to: digits.point + places)
        return .float(
            Double(
                signOf: number, magnitudeOf: Double(kept.scientific(20 + kept.digits.count)) ?? 0))
    }

    private func rounded(_ whole: Int, _ places: Int) throws(TemplateError) -> Int {
        guard places < 0 else { return whole }
        guard places > -20 else { return 0 }
        var scale = 1
        for _ in 0..<(-places) {
            let (product, isBeyond) = scale.multipliedReportingOverflow(by: 10)
            if isBeyond { return 0 }
            scale = product
        }
        let rest = ((whole % scale) + scale) % scale
        let (low, isBeyond) = whole.subtractingReportingOverflow(rest)
        guard !isBeyond else { throw failure(.limit, "The result does not fit in 64 bits.") }
        let isUp = rest > scale - rest || rest == scale - rest && (low / scale) % 2 != 0
        let (high, isOver) = low.addingReportingOverflow(isUp ? scale : 0)
        guard !isOver else { throw failure(.limit, "The result does not fit in 64 bits.") }
        return high
    }

    private func notNumber(_ value: Value) -> TemplateError {
        failure(.type, "A number must stand here, not '\(value.typeName)'.")
    }
}

extension Unicode.Scalar {
    var isASCIIHexDigit: Bool { isASCII && properties.isASCIIHexDigit }
}
