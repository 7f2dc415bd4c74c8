/// Filters of text; what is no text is printed first, where jinja2 does that.
extension Interpreter {
    func textFilter(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "upper", "lower", "capitalize":
            _ = try bind(arguments, to: [], of: name)
            let text = try printed(value)
            try chargeWork(text.utf8.count)
            return try string(changedCase(name, text.unicodeScalars))
        case "title":
            _ = try bind(arguments, to: [], of: name)
            return try string(titled(try printed(value)))
        case "trim":
            let given = try bind(arguments, to: ["chars"], of: name)
            return try stripped(try printed(value), given[0])
        case "center":
            let given = try bind(arguments, to: ["width"], of: name)
            return try padded(
                "center", try printed(value),
                Arguments(positional: [given[0] ?? .integer(80)]))
        case "replace":
            let given = try bind(arguments, to: ["old", "new", "count"], required: 2, of: name)
            let count = given[2] ?? .none
            return try replaced(
                try printed(value), try printed(given[0] ?? .none), try printed(given[1] ?? .none),
                atMost: count.isNone ? -1 : try integer(count))
        case "wordcount":
            _ = try bind(arguments, to: [], of: name)
            let text = try printed(value)
            try chargeWork(text.utf8.count)
            return .integer(text.unicodeScalars.split { !$0.isWordPart }.count)
        case "format":
            let format = try printed(value)
            if arguments.keywords.isEmpty {
                return try string(
                    try percentFormatted(format, try tuple(arguments.positional)))
            }
            guard arguments.positional.isEmpty else {
                throw failure(.type, "'format' takes values by place or by name, not both.")
            }
            let named = arguments.keywords.map { (key: Value.string($0.name), value: $0.value) }
            return try string(try percentFormatted(format, .dictionary(try table(named))))
        case "indent": return try indented(value, arguments)
        case "truncate": return try truncated(value, arguments)
        case "wordwrap": return try wrapped(value, arguments)
        default: return try quotedForURL(value, arguments)
        }
    }

    /// Words begin after blanks, hyphens and opening brackets.
    private func titled(_ text: String) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        var word: [Unicode.Scalar] = []
        func finish() {
            guard let first = word.first else { return }
            result += LetterCase.upper([first]) + LetterCase.lower(word.dropFirst())
            word = []
        }
        for scalar in text.unicodeScalars {
            let ends = scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar)
            if ends {
                finish()
                result.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        finish()
        return result
    }

    private func indented(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(arguments, to: ["width", "first", "blank"], of: "indent")
        let text = try self.text(value)
        var indent = ""
        if case .string(let given)? = given[0] {
            indent = given
        } else {
            let count = max(try integer(given[0], or: 4), 0)
            try chargeMemory(count, of: 1)
            indent = String(repeating: " ", count: count)
        }
        let takesBlank = given[2]?.isTrue ?? false
        let lines = lines(text + "\n")
        try chargeMemory(lines.count, of: indent.utf8.count + 1)
        var result = given[1]?.isTrue ?? false ? indent : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if takesBlank || !line.isEmpty { result += indent }
            }
            result += line
        }
        return try string(result)
    }

    private func truncated(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
        let given = try bind(
            arguments, to: ["length", "killwords", "end", "leeway"], of: "truncate")
        let limit = try integer(given[0], or: 255)
        let end = try text(given[2] ?? .string("..."))
        let leeway = given[3] ?? .none
        let room = leeway.isNone ? 5 : try integer(leeway)
        let mark = end.unicodeScalars.count
        guard limit >= mark, room >= 0 else {
            throw failure(.value, "'truncate' needs a length of \(mark) at least, its mark's own.")
        }
        if value.isUndefined { return value }
        if case .string(let text) = value {
            let scalars = text.unicodeScalars
            let (most, isBeyond) = limit.addingReportingOverflow(room)
            guard !isBeyond, scalars.count > most else { return value }
            var kept = Array(scalars.prefix(limit - mark))
            if !(given[1]?.isTrue ?? false), let space = kept.lastIndex(of: " ") {
                kept.removeSubrange(space...)
            }
            return try string(kept + Array(end.unicodeScalars))
        }
        let (most, isBeyond) = limit.addingReportingOverflow(room)
        if isBeyond { return value }
        if try length(value) <= most { return value }
        throw failure(.type, "'truncate' shortens text, not '\(value.typeName)'.")
    }

    private func quotedForURL(
        _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try bind(arguments, to: [], of: "urlencode")
        switch value {
        case .dictionary, .list, .tuple, .view, .range, .object:
            var pairs: [Value] = []
            var source = value
            if case .dictionary(let table) = value {
                source = .view(TableView(kind: .items, table: table))
            }
            for item in try allItems(source) {
                let parts = try allItems(item)
                guard parts.count == 2 else {
                    throw failure(.value, "'urlencode' needs pairs of a name and a value.")
                }
                let name = quotedForURL(try printed(parts[0]), isQuery: true)
                let text = quotedForURL(try printed(parts[1]), isQuery: true)
                pairs.append(try string(name + "=" + text))
            }
            return try joined(pairs, by: "&")
        default: return try string(quotedForURL(try printed(value), isQuery: false))
        }
    }

    private func quotedForURL(_ text: String, isQuery: Bool) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            let isKept =
                scalar.isASCIILetter && scalar.isASCII || scalar.isASCIIDigit
                || "_.-~".unicodeScalars.contains(scalar) || !isQuery && scalar == "/"
            if isKept {
                result.unicodeScalars.append(scalar)
            } else if isQuery, scalar == " " {
                result += "+"
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return result
    }
}
