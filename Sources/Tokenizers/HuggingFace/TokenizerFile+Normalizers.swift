import Foundation

extension TokenizerFile {
    static func readNormalizer(_ field: JSONField) throws -> [Normalizer] {
        if field.isNull { return [] }
        let kind = try field["type"].text()
        switch kind {
        case "Sequence":
            try field.allowOnly(["type", "normalizers"])
            let steps = try field["normalizers"].elements().flatMap(readNormalizer)
            try checkGrowth(
                steps.map { step in
                    switch step {
                    case .replace(let literal): literal.growth
                    case .replaceMatches(let matches): max(1, matches.content.count)
                    default: 1
                    }
                }, of: field)
            return steps
        case "NFC", "NFD", "NFKC", "NFKD":
            try field.allowOnly(["type"])
            return NormalizationForm(rawValue: kind).map { [.form($0)] } ?? []
        case "Lowercase":
            try field.allowOnly(["type"])
            return [.lowercase]
        case "StripAccents":
            try field.allowOnly(["type"])
            return [.stripAccents]
        case "Nmt":
            try field.allowOnly(["type"])
            return [.nmt]
        case "Strip":
            try field.allowOnly(["type", "strip_left", "strip_right"])
            return [
                .strip(
                    left: try field["strip_left"].bool(default: true),
                    right: try field["strip_right"].bool(default: true))
            ]
        case "Prepend":
            try field.allowOnly(["type", "prepend"])
            return [.prepend(try field["prepend"].bytes())]
        case "Replace": return [try readReplace(field)]
        case "Precompiled": return [.precompiled(try readCharacterMap(field))]
        case "BertNormalizer":
            try field.allowOnly([
                "type", "clean_text", "handle_chinese_chars", "strip_accents", "lowercase",
            ])
            let lowercases = try field["lowercase"].bool(default: true)
            return [
                .bert(
                    BertNormalization(
                        cleansText: try field["clean_text"].bool(default: true),
                        separatesChinese: try field["handle_chinese_chars"].bool(default: true),
                        // Where it is not said, accents go with letter case.
                        stripsAccents: try field["strip_accents"].bool(default: lowercases),
                        lowercases: lowercases))
            ]
        default: throw field.unsupported("normalizer \(kind) is not implemented")
        }
    }

    /// Throws where replacements, one after the other, could make a text very much longer: a few of
    /// them fill any memory.
    static func checkGrowth(_ factors: [Int], of field: JSONField) throws {
        let most = 64
        var growth = 1
        for factor in factors {
            growth = growth.multipliedReportingOverflow(by: factor).partialValue
            guard growth <= most, factor <= most else {
                throw field.error(
                    .unsupported,
                    "its replacements can make a text more than \(most) times as long; take the "
                        + "tokenizer from where it was published")
            }
        }
    }

    private static func readReplace(_ field: JSONField) throws -> Normalizer {
        let pattern = field["pattern"]["Regex"]
        if pattern.isNull { return .replace(try readReplacement(field)) }
        try field.allowOnly(["type", "pattern", "content"])
        do {
            return .replaceMatches(
                try PatternReplacement(
                    pattern: try pattern.text(), content: try field["content"].bytes()))
        } catch let error as TokenizerError where error.key == nil {
            throw pattern.error(error.kind, error.message)
        }
    }

    private static func readCharacterMap(_ field: JSONField) throws -> CharacterMap {
        try field.allowOnly(["type", "precompiled_charsmap"])
        let map = field["precompiled_charsmap"]
        guard let data = Data(base64Encoded: Data(try map.bytes())) else {
            throw map.error(.malformed, "is not base64")
        }
        do {
            return try CharacterMap(Array(data))
        } catch let error as TokenizerError {
            throw map.error(error.kind, error.message)
        }
    }

    /// A literal and what replaces it.
    static func readReplacement(_ field: JSONField) throws -> LiteralReplacement {
        try field.allowOnly(["type", "pattern", "content"])
        guard field["pattern"]["Regex"].isNull else {
            throw field["pattern"].unsupported(
                "replacing a regular expression is not implemented here")
        }
        return LiteralReplacement(
            pattern: try field["pattern"]["String"].bytes(), content: try field["content"].bytes())
    }
}
