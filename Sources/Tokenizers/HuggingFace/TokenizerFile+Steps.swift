extension TokenizerFile {
    static func readPreTokenizer(_ field: JSONField) throws -> [PreTokenizerStep] {
        if field.isNull { return [] }
        let kind = try field["type"].text()
        switch kind {
        case "Sequence":
            try field.allowOnly(["type", "pretokenizers"])
            return try field["pretokenizers"].elements().flatMap(readPreTokenizer)
        case "ByteLevel":
            try field.allowOnly(["type", "add_prefix_space", "trim_offsets", "use_regex"])
            return [
                .byteLevel(
                    addsPrefixSpace: try field["add_prefix_space"].bool(default: true),
                    usesPattern: try field["use_regex"].bool(default: true))
            ]
        case "Split":
            try field.allowOnly(["type", "pattern", "behavior", "invert"])
            let behavior = try readBehavior(field["behavior"])
            let pattern = field["pattern"]
            try pattern.allowOnly(["Regex", "String"])
            return [
                .split(
                    pattern: pattern["Regex"].isNull
                        ? .literal(try pattern["String"].text())
                        : .regex(try pattern["Regex"].text()),
                    behavior: behavior, isInverted: try field["invert"].bool(default: false))
            ]
        case "Digits":
            try field.allowOnly(["type", "individual_digits"])
            return [.digits(individually: try field["individual_digits"].bool(default: false))]
        case "Metaspace":
            return [try readMetaspace(field)]
        case "Punctuation":
            try field.allowOnly(["type", "behavior"])
            let behavior = field["behavior"]
            return [
                .punctuation(behavior: try behavior.isNull ? .isolated : readBehavior(behavior))
            ]
        case "Whitespace":
            try field.allowOnly(["type"])
            return [.words]
        case "WhitespaceSplit":
            try field.allowOnly(["type"])
            return [.whitespace]
        case "BertPreTokenizer":
            try field.allowOnly(["type"])
            return [.bert]
        default: throw field.unsupported("pre-tokenizer \(kind) is not implemented")
        }
    }

    private static func readBehavior(_ field: JSONField) throws -> PreTokenizerStep.Behavior {
        let name = try field.text()
        guard let behavior = PreTokenizerStep.Behavior(rawValue: name) else {
            throw field.unsupported("\(name) is not implemented")
        }
        return behavior
    }

    static func readMetaspace(_ field: JSONField) throws -> PreTokenizerStep {
        try field.allowOnly([
            "type", "replacement", "prepend_scheme", "split", "add_prefix_space", "str_rep",
        ])
        // Files from before `prepend_scheme` say the same with `add_prefix_space`.
        var prefix: PreTokenizerStep.Prefix =
            try field["add_prefix_space"].bool(default: true) ? .always : .never
        if !field["prepend_scheme"].isNull {
            let name = try field["prepend_scheme"].text()
            guard let scheme = PreTokenizerStep.Prefix(rawValue: name) else {
                throw field["prepend_scheme"].unsupported("\(name) is not implemented")
            }
            prefix = scheme
        }
        let replacement = try field["replacement"].bytes()
        guard !replacement.isEmpty else {
            throw field["replacement"].error(.malformed, "is empty, but a character is needed")
        }
        return .metaspace(
            replacement: replacement, prefix: prefix, splits: try field["split"].bool(default: true)
        )
    }

    static func readAddedTokens(_ field: JSONField) throws -> [AddedToken] {
        if field.isNull { return [] }
        return try field.elements().map { token in
            try token.allowOnly([
                "id", "content", "single_word", "lstrip", "rstrip", "normalized", "special",
            ])
            let isSpecial = try token["special"].bool(default: false)
            return AddedToken(
                id: try token["id"].id(), content: try token["content"].bytes(),
                isSpecial: isSpecial,
                isSingleWord: try token["single_word"].bool(default: false),
                stripsLeft: try token["lstrip"].bool(default: false),
                stripsRight: try token["rstrip"].bool(default: false),
                isNormalized: try token["normalized"].bool(default: !isSpecial))
        }.sorted { $0.id < $1.id }
    }
}
