extension TokenizerFile {
    static func readNormalizer(_ field: JSONField) throws -> [Normalizer] {
        if field.isNull { return [] }
        let kind = try field["type"].text()
        switch kind {
        case "Sequence":
            try field.allowOnly(["type", "normalizers"])
            return try field["normalizers"].elements().flatMap(readNormalizer)
        case "NFC":
            try field.allowOnly(["type"])
            return [.composed]
        case "Prepend":
            try field.allowOnly(["type", "prepend"])
            return [.prepend(try field["prepend"].bytes())]
        case "Replace":
            return [.replace(try readReplacement(field))]
        default: throw field.unsupported("normalizer \(kind) is not implemented")
        }
    }

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
            let name = try field["behavior"].text()
            guard let behavior = PreTokenizerStep.Behavior(rawValue: name) else {
                throw field["behavior"].unsupported("\(name) is not implemented")
            }
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
        default: throw field.unsupported("pre-tokenizer \(kind) is not implemented")
        }
    }

    private static func readMetaspace(_ field: JSONField) throws -> PreTokenizerStep {
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

    static func readDecoder(_ field: JSONField, isByteLevel: Bool) throws -> BytePairModel.Decoding
    {
        if isByteLevel {
            if !field.isNull, try field["type"].text() != "ByteLevel" {
                throw field.error(
                    .unsupported, "beside a ByteLevel pre-tokenizer only a ByteLevel decoder works")
            }
            return .bytes
        }
        var replacements: [BytePairModel.Replacement] = []
        var byteFallback = false
        var spaces = 0
        func read(_ field: JSONField) throws {
            if field.isNull { return }
            let kind = try field["type"].text()
            switch kind {
            case "Sequence": for part in try field["decoders"].elements() { try read(part) }
            case "Replace": replacements.append(try readReplacement(field))
            case "ByteFallback": byteFallback = true
            case "Fuse": break
            case "Metaspace":
                guard case .metaspace(let replacement, let prefix, _) = try readMetaspace(field)
                else { return }
                replacements.append(.init(pattern: replacement, content: [0x20]))
                spaces = prefix == .never ? 0 : 1
            case "Strip":
                guard try field["content"].bytes() == [0x20], try field["stop"].integer() == 0
                else {
                    throw field.error(
                        .unsupported, "only spaces at the beginning of a text can be stripped")
                }
                spaces = try field["start"].integer()
            default: throw field.error(.unsupported, "decoder \(kind) is not implemented")
            }
        }
        try read(field)
        return .characters(
            replacements: replacements, byteFallback: byteFallback,
            leadingSpacesStripped: max(spaces, 0))
    }

    static func readPostProcessor(_ field: JSONField, _ model: BytePairModel) throws
        -> BytePairModel.Template
    {
        if field.isNull { return .init() }
        let kind = try field["type"].text()
        switch kind {
        case "ByteLevel": return .init()
        case "Sequence":
            var template = BytePairModel.Template()
            for part in try field["processors"].elements() {
                let next = try readPostProcessor(part, model)
                template.before = next.before + template.before
                template.after += next.after
            }
            return template
        case "TemplateProcessing":
            var template = BytePairModel.Template()
            var isPastText = false
            for piece in try field["single"].elements() {
                if piece["SpecialToken"].isNull {
                    isPastText = true
                    continue
                }
                let name = try piece["SpecialToken"]["id"].text()
                let ids = try field["special_tokens"][name]["ids"].elements().map { try $0.id() }
                if isPastText { template.after += ids } else { template.before += ids }
            }
            return template
        default: throw field.unsupported("post-processor \(kind) is not implemented")
        }
    }

    private static func readReplacement(_ field: JSONField) throws -> BytePairModel.Replacement {
        try field.allowOnly(["type", "pattern", "content"])
        guard field["pattern"]["Regex"].isNull else {
            throw field["pattern"].unsupported("replacing a regular expression is not implemented")
        }
        return BytePairModel.Replacement(
            pattern: try field["pattern"]["String"].bytes(), content: try field["content"].bytes())
    }
}
