/// Python's `json.dumps`, as the filter `tojson` calls it.
extension Interpreter {
    struct JSONStyle {
        var isASCII = false
        var indent: String?
        var itemSeparator = ", "
        var keySeparator = ": "
        var sortsKeys = false
    }

    func toJSON(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(
            arguments, to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson")
        var style = JSONStyle()
        style.isASCII = given[0]?.isTrue ?? false
        style.sortsKeys = given[3]?.isTrue ?? false
        switch given[1] ?? .none {
        case .none: break
        case .string(let text): style.indent = text
        case let count:
            let count = max(try integer(count), 0)
            try chargeMemory(count, of: 1)
            style.indent = String(repeating: " ", count: count)
        }
        if style.indent != nil { style.itemSeparator = "," }
        if let separators = given[2], !separators.isNone {
            let parts = try allItems(separators)
            guard parts.count == 2 else {
                throw failure(.value, "'separators' is a pair of texts.")
            }
            style.itemSeparator = try text(parts[0])
            style.keySeparator = try text(parts[1])
        }
        var text = ""
        try writeJSON(value, style, level: 0, into: &text)
        return .string(text)
    }

    private func writeJSON(
        _ value: Value, _ style: JSONStyle, level: Int, into text: inout String
    ) throws(TemplateError) {
        try enter()
        defer { leave() }
        let before = text.utf8.count
        switch value {
        case .none: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .float(let value): text += jsonFloat(value)
        case .string(let value): try quoteJSON(value, style, into: &text)
        case .list(let elements), .tuple(let elements):
            text += "["
            for (index, item) in elements.items.enumerated() {
                try separate(index, style, level, into: &text)
                try writeJSON(item, style, level: level + 1, into: &text)
            }
            if !elements.items.isEmpty { try breakLine(style, level, into: &text) }
            text += "]"
        case .dictionary(let table):
            var order = Array(table.keys.indices)
            if style.sortsKeys {
                let places = order.map { Value.integer($0) }
                order = try sorted(places, by: table.keys).compactMap(\.wholeNumber)
            }
            text += "{"
            for (index, place) in order.enumerated() {
                try separate(index, style, level, into: &text)
                try quoteJSON(try jsonKey(table.keys[place]), style, into: &text)
                text += style.keySeparator
                try writeJSON(table.values[place], style, level: level + 1, into: &text)
            }
            if !order.isEmpty { try breakLine(style, level, into: &text) }
            text += "}"
        case .undefined, .view, .range, .object:
            try refuseUndefined(value)
            throw failure(.type, "A value of type '\(value.typeName)' cannot be written as JSON.")
        }
        // What inner values took is charged by themselves; a little twice does no harm.
        if level == 0 { try chargeMemory(text.utf8.count - before) }
    }

    private func separate(
        _ index: Int, _ style: JSONStyle, _ level: Int, into text: inout String
    ) throws(TemplateError) {
        if index > 0 { text += style.itemSeparator }
        try breakLine(style, level + 1, into: &text)
        try chargeMemory(style.itemSeparator.utf8.count + style.keySeparator.utf8.count)
    }

    private func breakLine(
        _ style: JSONStyle, _ level: Int, into text: inout String
    ) throws(TemplateError) {
        guard let indent = style.indent else { return }
        try chargeMemory(level, of: indent.utf8.count)
        text += "\n"
        for _ in 0..<level { text += indent }
    }

    private func jsonFloat(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return representedFloat(value)
    }

    private func jsonKey(_ key: Value) throws(TemplateError) -> String {
        switch key {
        case .string(let text): return text
        case .none: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return jsonFloat(value)
        default:
            throw failure(.type, "A value of type '\(key.typeName)' cannot be a key in JSON.")
        }
    }

    private func quoteJSON(
        _ value: String, _ style: JSONStyle, into text: inout String
    ) throws(TemplateError) {
        try chargeWork(value.utf8.count)
        try chargeMemory(value.utf8.count)
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            default:
                if scalar.value < 32 || style.isASCII && scalar.value > 126 {
                    for unit in String(scalar).utf16 {
                        let digits = String(unit, radix: 16)
                        text +=
                            "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                    }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
