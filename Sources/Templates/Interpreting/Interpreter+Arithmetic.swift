import Glibc

/// Python's operators on numbers, texts and lists.
extension Interpreter {
    func apply(
        _ operation: Arithmetic, _ left: Value, _ right: Value
    ) throws(TemplateError) -> Value {
        if let a = left.wholeNumber, let b = right.wholeNumber {
            return try wholeNumbers(operation, a, b)
        }
        if let a = left.number, let b = right.number { return try floats(operation, a, b) }
        if operation == .remainder, case .string(let format) = left {
            return try string(try percentFormatted(format, right))
        }
        try refuseUndefined(left)
        try refuseUndefined(right)
        switch (operation, left, right) {
        case (.add, .string(let a), .string(let b)):
            try chargeMemory(a.utf8.count + b.utf8.count, of: 1)
            return .string(a + b)
        case (.add, .list(let a), .list(let b)):
            try chargeMemory(a.items.count + b.items.count, of: 16)
            return try list(a.items + b.items)
        case (.add, .tuple(let a), .tuple(let b)):
            try chargeMemory(a.items.count + b.items.count, of: 16)
            return try tuple(a.items + b.items)
        case (.multiply, _, _):
            if let count = right.wholeNumber, let value = try repeated(left, count) { return value }
            if let count = left.wholeNumber, let value = try repeated(right, count) { return value }
        default: break
        }
        throw failure(
            .type,
            "'\(operation.rawValue)' does not join '\(left.typeName)' and '\(right.typeName)'.")
    }

    private func repeated(_ value: Value, _ count: Int) throws(TemplateError) -> Value? {
        let count = max(count, 0)
        switch value {
        case .string(let text):
            try chargeMemory(count, of: text.utf8.count)
            return .string(text.isEmpty ? "" : String(repeating: text, count: count))
        case .list(let elements):
            return .list(try repeated(elements, count))
        case .tuple(let elements):
            return .tuple(try repeated(elements, count))
        default: return nil
        }
    }

    private func repeated(_ elements: Elements, _ count: Int) throws(TemplateError) -> Elements {
        try chargeMemory(count, of: elements.items.count * 16)
        if elements.items.isEmpty || count == 0 { return Elements(items: [], depth: 1) }
        var items: [Value] = []
        for _ in 0..<count { items += elements.items }
        return Elements(items: items, depth: elements.depth)
    }

    func signed(_ value: Value, isNegative: Bool) throws(TemplateError) -> Value {
        if let whole = value.wholeNumber {
            return .integer(isNegative ? try checked(0.subtractingReportingOverflow(whole)) : whole)
        }
        if case .float(let number) = value { return .float(isNegative ? -number : number) }
        try refuseUndefined(value)
        throw failure(.type, "A value of type '\(value.typeName)' has no sign.")
    }

    // MARK: - Numbers

    private func checked(
        _ result: (partialValue: Int, overflow: Bool)
    ) throws(TemplateError) -> Int {
        guard !result.overflow else {
            throw failure(.limit, "The result does not fit in 64 bits.")
        }
        return result.partialValue
    }

    private func divisionByZero() -> TemplateError {
        failure(.value, "A division by zero stands here.")
    }

    private func wholeNumbers(
        _ operation: Arithmetic, _ a: Int, _ b: Int
    ) throws(TemplateError) -> Value {
        switch operation {
        case .add: return .integer(try checked(a.addingReportingOverflow(b)))
        case .subtract: return .integer(try checked(a.subtractingReportingOverflow(b)))
        case .multiply: return .integer(try checked(a.multipliedReportingOverflow(by: b)))
        case .divide: return try floats(.divide, Double(a), Double(b))
        case .floorDivide:
            guard b != 0 else { throw divisionByZero() }
            let quotient = try checked(a.dividedReportingOverflow(by: b))
            return .integer(a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient)
        case .remainder:
            guard b != 0 else { throw divisionByZero() }
            let rest = b == -1 ? 0 : a % b
            return .integer(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest)
        case .power:
            if b < 0 { return try floats(.power, Double(a), Double(b)) }
            var result = 1
            var base = a
            var exponent = b
            while exponent > 0 {
                if exponent & 1 == 1 {
                    result = try checked(result.multipliedReportingOverflow(by: base))
                }
                exponent >>= 1
                if exponent > 0 {
                    // Powers of 0, 1 and -1 go on for ever without leaving 64 bits.
                    base = try checked(base.multipliedReportingOverflow(by: base))
                }
            }
            return .integer(result)
        }
    }

    private func floats(
        _ operation: Arithmetic, _ a: Double, _ b: Double
    ) throws(TemplateError) -> Value {
        switch operation {
        case .add: return .float(a + b)
        case .subtract: return .float(a - b)
        case .multiply: return .float(a * b)
        case .divide:
            guard b != 0 else { throw divisionByZero() }
            return .float(a / b)
        case .floorDivide, .remainder:
            guard b != 0 else { throw divisionByZero() }
            var rest = fmod(a, b)
            var quotient = (a - rest) / b
            if rest != 0 {
                if (b < 0) != (rest < 0) {
                    rest += b
                    quotient -= 1
                }
            } else {
                rest = Double(signOf: b, magnitudeOf: 0)
            }
            if operation == .remainder { return .float(rest) }
            guard quotient != 0 else { return .float(Double(signOf: a / b, magnitudeOf: 0)) }
            let floor = quotient.rounded(.down)
            return .float(quotient - floor > 0.5 ? floor + 1 : floor)
        case .power:
            if a == 0, b < 0 { throw divisionByZero() }
            if a < 0, a.isFinite, b.isFinite, b != b.rounded() {
                throw failure(.unsupported, "A fractional power of a negative number is complex.")
            }
            let result = pow(a, b)
            if result.isInfinite, a.isFinite, b.isFinite {
                throw failure(.value, "The result is too large for a float.")
            }
            return .float(result)
        }
    }
}
