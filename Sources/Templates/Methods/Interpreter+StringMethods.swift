/// Python's methods of text.
extension Interpreter {
    func stringMethod(
        _ name: String, _ text: String, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        try chargeWork(text.utf8.count)
        try chargeMemory(text.utf8.count)
        let scalars = text.unicodeScalars
        switch name {
        case "lower", "upper", "title", "capitalize", "swapcase", "casefold":
            _ = try positional(arguments, 0...0, name)
            return try string(changedCase(name, scalars))
        case "strip", "lstrip", "rstrip":
            let given = try positional(arguments, 0...1, name)
            return try stripped(
                text, given.first, left: name != "rstrip", right: name != "lstrip")
        case "startswith", "endswith":
            return .bool(try touches(name, text, arguments))
        case "removeprefix", "removesuffix":
            let affix = try self.text(try positional(arguments, 1...1, name)[0])
            guard try hasAffix(name == "removeprefix", Array(text.utf8)[...], affix) else {
                return .string(text)
            }
            let isPrefix = name == "removeprefix"
            return try string(
                isPrefix
                    ? text.utf8.dropFirst(affix.utf8.count)
                    : text.utf8.dropLast(affix.utf8.count))
        case "join":
            return try joined(try allItems(try positional(arguments, 1...1, name)[0]), by: text)
        case "replace":
            let given = try positional(arguments, 2...3, name)
            return try replaced(
                text, try self.text(given[0]), try self.text(given[1]),
                atMost: given.count > 2 ? try integer(given[2]) : -1)
        case "format": return try string(try braceFormatted(text, arguments))
        case "format_map":
            guard case .dictionary(let table) = try positional(arguments, 1...1, name)[0] else {
                throw failure(.type, "'format_map' needs a dictionary.")
            }
            var named = Arguments()
            for (key, value) in zip(table.keys, table.values) {
                if case .string(let name) = key { named.keywords.append((name, value)) }
            }
            return try string(try braceFormatted(text, named))
        case "center", "ljust", "rjust", "zfill": return try padded(name, text, arguments)
        case "find", "rfind", "index", "rindex", "count":
            return .integer(try searched(name, text, arguments))
        case "split", "rsplit", "splitlines", "partition", "rpartition":
            return try cut(name, text, arguments)
        case "expandtabs":
            let size = try integer(
                try bind(arguments, to: ["tabsize"], of: name)[0], or: 8)
            return try string(try expandedTabs(text, size))
        default:
            _ = try positional(arguments, 0...0, name)
            return .bool(isMade(name, scalars))
        }
    }

    func changedCase(
        _ name: String, _ scalars: String.UnicodeScalarView
    ) -> [Unicode.Scalar] {
        switch name {
        case "lower": LetterCase.lower(scalars)
        case "upper": LetterCase.upper(scalars)
        case "title": LetterCase.title(scalars)
        case "capitalize": LetterCase.capitalize(scalars)
        case "swapcase": LetterCase.swap(scalars)
        default: LetterCase.fold(scalars)
        }
    }

    private func isMade(_ name: String, _ scalars: String.UnicodeScalarView) -> Bool {
        switch name {
        case "isascii": return scalars.allSatisfy(\.isASCII)
        case "isprintable": return scalars.allSatisfy(\.isPythonPrintable)
        case "islower": return LetterCase.isLower(scalars)
        case "isupper": return LetterCase.isUpper(scalars)
        case "istitle": return LetterCase.isTitle(scalars)
        default: break
        }
        guard let first = scalars.first else { return false }
        switch name {
        case "isalpha": return scalars.allSatisfy(\.isPythonLetter)
        case "isalnum": return scalars.allSatisfy(\.isPythonAlphanumeric)
        case "isdecimal": return scalars.allSatisfy(\.isPythonDecimal)
        case "isdigit": return scalars.allSatisfy(\.isPythonDigit)
        case "isnumeric": return scalars.allSatisfy(\.isPythonNumeric)
        case "isspace": return scalars.allSatisfy(\.isPythonSpace)
        default:
            return (first == "_" || first.properties.isXIDStart)
                && scalars.allSatisfy { $0 == "_" || $0.properties.isXIDContinue }
        }
    }

    func stripped(
        _ text: String, _ characters: Value?, left: Bool = true, right: Bool = true
    ) throws(TemplateError) -> Value {
        var set: Set<Unicode.Scalar>?
        if let characters, !characters.isNone {
            set = Set(try self.text(characters).unicodeScalars)
        }
        func isTaken(_ scalar: Unicode.Scalar) -> Bool {
            set?.contains(scalar) ?? scalar.isPythonSpace
        }
        var rest = text.unicodeScalars[...]
        if left { rest = rest.drop(while: isTaken) }
        if right { while let last = rest.last, isTaken(last) { rest.removeLast() } }
        return try string(String(rest))
    }

    private func hasAffix(
        _ isPrefix: Bool, _ text: ArraySlice<UInt8>, _ affix: String
    ) throws(TemplateError) -> Bool {
        try chargeWork(affix.utf8.count)
        guard affix.utf8.count <= text.count else { return false }
        return isPrefix
            ? text.starts(with: affix.utf8)
            : text.suffix(affix.utf8.count).elementsEqual(affix.utf8)
    }

    private func touches(
        _ name: String, _ text: String, _ arguments: Arguments
    ) throws(TemplateError) -> Bool {
        let given = try positional(arguments, 1...3, name)
        guard let (range, _) = try searchRange(text, given) else { return false }
        let part = Array(text.utf8)[range]
        if case .tuple(let affixes) = given[0] {
            for affix in affixes.items {
                if try hasAffix(name == "startswith", part, try self.text(affix)) { return true }
            }
            return false
        }
        return try hasAffix(name == "startswith", part, try self.text(given[0]))
    }

    func joined(_ items: [Value], by separator: String) throws(TemplateError) -> Value {
        var result = ""
        for (index, item) in items.enumerated() {
            guard case .string(let piece) = item else {
                throw failure(.type, "'join' takes texts, not '\(item.typeName)'.")
            }
            try chargeMemory(piece.utf8.count + separator.utf8.count, of: 1)
            if index > 0 { result += separator }
            result += piece
        }
        return .string(result)
    }

    func replaced(
        _ text: String, _ old: String, _ new: String, atMost limit: Int
    ) throws(TemplateError) -> Value {
        let limit = limit < 0 ? Int.max : limit
        try chargeWork(text.utf8.count + old.utf8.count)
        if old.isEmpty {
            let scalars = Array(text.unicodeScalars)
            let count = min(limit, scalars.count + 1)
            try chargeMemory(count, of: new.utf8.count + 1)
            var result = ""
            for (index, scalar) in scalars.enumerated() {
                if index < count { result += new }
                result.unicodeScalars.append(scalar)
            }
            if count > scalars.count { result += new }
            return try string(result)
        }
        let bytes = Array(text.utf8)
        let places = ByteSearch(old).all(in: bytes, atMost: limit)
        try chargeMemory(places.count, of: new.utf8.count)
        var result: [UInt8] = []
        var start = 0
        for place in places {
            result += bytes[start..<place]
            result += new.utf8
            start = place + old.utf8.count
        }
        result += bytes[start...]
        return try string(result)
    }
}
