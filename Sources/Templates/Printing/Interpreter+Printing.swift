/// Python's `str` and `repr`.
extension Interpreter {
    /// What printing a value gives.
    func printed(_ value: Value) throws(TemplateError) -> String {
        switch value {
        case .undefined: return ""
        case .string(let text): return text
        default: return try represented(value)
        }
    }

    func represented(_ value: Value) throws(TemplateError) -> String {
        var text = ""
        try represent(value, into: &text)
        return text
    }

    private func represent(_ value: Value, into text: inout String) throws(TemplateError) {
        try enter()
        defer { leave() }
        switch value {
        case .undefined: text += "Undefined"
        case .none: text += "None"
        case .bool(let value): text += value ? "True" : "False"
        case .integer(let value): text += String(value)
        case .float(let value): text += representedFloat(value)
        case .string(let value):
            try chargeMemory(value.utf8.count)
            try chargeWork(value.utf8.count)
            quote(value, into: &text)
        case .list(let elements):
            text += "["
            try represent(elements.items, into: &text)
            text += "]"
        case .tuple(let elements):
            text += "("
            try represent(elements.items, into: &text)
            text += elements.items.count == 1 ? ",)" : ")"
        case .dictionary(let table):
            try represent(table.keys, table.values, into: &text)
        case .view(let view):
            text += "dict_\(view.kind.rawValue)(["
            try represent(try allItems(value), into: &text)
            text += "])"
        case .range(let range):
            text += "range(\(range.start), \(range.stop)"
            text += range.step == 1 ? ")" : ", \(range.step))"
        case .object(let object):
            if let namespace = object as? Namespace {
                text += "<Namespace "
                let values = namespace.names.map { namespace.values[TextKey($0)] ?? .none }
                try represent(namespace.names.map { .string($0) }, values, into: &text)
                text += ">"
            } else if let loop = object as? LoopState {
                text += "<LoopContext \(loop.index + 1)/\(try loop.count())>"
            } else {
                text += object.printed
            }
        }
        try chargeMemory(8)
    }

    private func represent(_ items: [Value], into text: inout String) throws(TemplateError) {
        for (index, item) in items.enumerated() {
            if index > 0 { text += ", " }
            try represent(item, into: &text)
        }
    }

    private func represent(
        _ keys: [Value], _ values: [Value], into text: inout String
    ) throws(TemplateError) {
        text += "{"
        for (index, (key, value)) in zip(keys, values).enumerated() {
            if index > 0 { text += ", " }
            try represent(key, into: &text)
            text += ": "
            try represent(value, into: &text)
        }
        text += "}"
    }

    /// In single quotes, unless only those stand in the text.
    private func quote(_ value: String, into text: inout String) {
        let quote: Unicode.Scalar =
            value.utf8.contains(UInt8(ascii: "'")) && !value.utf8.contains(UInt8(ascii: "\""))
            ? "\"" : "'"
        text.unicodeScalars.append(quote)
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\\": text += "\\\\"
            case quote:
                text += "\\"
                text.unicodeScalars.append(quote)
            default:
                if scalar.isPythonPrintable {
                    text.unicodeScalars.append(scalar)
                } else {
                    text += scalar.escaped
                }
            }
        }
        text.unicodeScalars.append(quote)
    }

    /// `repr` with every character beyond ASCII escaped.
    func representedInASCII(_ value: Value) throws(TemplateError) -> String {
        var text = ""
        for scalar in try represented(value).unicodeScalars {
            text += scalar.isASCII ? String(scalar) : scalar.escaped
        }
        try chargeMemory(text.utf8.count)
        return text
    }
}
