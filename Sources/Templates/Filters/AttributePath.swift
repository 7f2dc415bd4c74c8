/// Names and numbers with dots between them, looked up one after the other.
struct AttributePath {
    private let parts: [Value]

    init(_ value: Value, _ interpreter: Interpreter) throws(TemplateError) {
        guard case .string(let text) = value else {
            parts = value.isNone ? [] : [value]
            return
        }
        try interpreter.chargeWork(text.utf8.count)
        try interpreter.chargeMemory(text.utf8.count, of: 16)
        parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
            let isNumber = !part.isEmpty && part.unicodeScalars.allSatisfy(\.isPythonDigit)
            return isNumber
                ? Int(part).map { .integer($0) } ?? .string(String(part)) : .string(String(part))
        }
    }

    func value(
        of item: Value, _ interpreter: Interpreter, or standard: Value = .none
    ) throws(TemplateError) -> Value {
        var value = item
        for part in parts {
            value = try interpreter.item(part, of: value)
            if value.isUndefined, !standard.isNone { value = standard }
        }
        return value
    }

    /// Several paths with commas between them.
    static func list(
        _ value: Value, _ interpreter: Interpreter
    ) throws(TemplateError) -> [AttributePath] {
        guard case .string(let text) = value else {
            return [try AttributePath(value, interpreter)]
        }
        var paths: [AttributePath] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            paths.append(try AttributePath(.string(String(part)), interpreter))
        }
        return paths
    }
}
