extension TokenizerFile {
    static func readUnigram(_ field: JSONField) throws -> UnigramModel {
        try field.allowOnly(["type", "unk_id", "vocab", "byte_fallback"])
        var vocabulary: [[UInt8]] = []
        var scores: [Double] = []
        for entry in try field["vocab"].elements() {
            let pair = try entry.elements()
            guard pair.count == 2 else {
                throw entry.error(.malformed, "is not a token and its score")
            }
            vocabulary.append(try pair[0].bytes())
            scores.append(try pair[1].number())
        }
        var model = UnigramModel(
            vocabulary: vocabulary, scores: scores, unknown: nil,
            byteFallback: try field["byte_fallback"].bool(default: false))
        if !field["unk_id"].isNull {
            let id = try field["unk_id"].id()
            guard Int(id) < vocabulary.count else {
                throw field["unk_id"].error(
                    .inconsistent, "is \(id), but there are only \(vocabulary.count) tokens")
            }
            model.unknown = id
        }
        return model
    }

    static func readWordPiece(_ field: JSONField) throws -> WordPieceModel {
        try field.allowOnly([
            "type", "unk_token", "continuing_subword_prefix", "max_input_chars_per_word", "vocab",
        ])
        let vocabulary = try readVocabulary(field["vocab"])
        let unknown =
            field["unk_token"].isNull ? Array("[UNK]".utf8) : try field["unk_token"].bytes()
        guard let id = vocabulary.firstIndex(of: unknown) else {
            throw field["unk_token"].error(.inconsistent, "is not in the vocabulary")
        }
        let prefix = field["continuing_subword_prefix"]
        let maximum = field["max_input_chars_per_word"]
        return WordPieceModel(
            vocabulary: vocabulary, unknown: Int32(id),
            continuationPrefix: prefix.isNull ? Array("##".utf8) : try prefix.bytes(),
            maximumCharacters: maximum.isNull ? 100 : try maximum.integer())
    }
}
