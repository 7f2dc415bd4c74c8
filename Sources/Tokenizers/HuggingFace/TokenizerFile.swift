/// Reads and writes Hugging Face's `tokenizer.json`, version 1.0.
///
/// Whatever in a file would change ids and is not implemented is an error that names it.
public enum TokenizerFile {
    /// The byte-pair model in `contents`; `name` stands in errors.
    ///
    /// Roles are those the file's template shows; `tokenizer_config.json` says more.
    public static func read(_ contents: [UInt8], name: String = "tokenizer.json") throws
        -> BytePairModel
    {
        let model = try readAny(contents, name: name)
        guard let model = model as? BytePairModel else {
            throw TokenizerError(
                .unsupported, "is no byte-pair model, which is needed here", file: name,
                key: "model.type")
        }
        return model
    }

    /// The model in `contents`, of whichever kind.
    static func readAny(_ contents: [UInt8], name: String) throws -> any SubwordModel {
        let root = JSONField(try JSONReader.read(contents, file: name), file: name)
        try root.checkKeys()
        try root.allowOnly([
            "version", "truncation", "padding", "added_tokens", "normalizer", "pre_tokenizer",
            "post_processor", "decoder", "model",
        ])
        guard try root["version"].text() == "1.0" else {
            throw root["version"].unsupported("only version 1.0 is known")
        }
        for key in ["truncation", "padding"] where !root[key].isNull {
            throw root[key].unsupported("set it to null: the loader cuts and pads")
        }
        let steps = try readPreTokenizer(root["pre_tokenizer"])
        let isByteLevel = steps.contains { if case .byteLevel = $0 { true } else { false } }
        var model = try readModel(root["model"], isByteLevel: isByteLevel)
        model.pipeline.preTokenizer = steps
        model.pipeline.normalizers = try readNormalizer(root["normalizer"])
        model.pipeline.addedTokens = try readAddedTokens(root["added_tokens"])
        model.pipeline.decoding = try readDecoder(root["decoder"], isByteLevel: isByteLevel)
        model.pipeline.template = try readPostProcessor(root["post_processor"])
        model.pipeline.roles.beginning = model.pipeline.template.before.first
        model.pipeline.roles.end = model.pipeline.template.after.last
        do {
            try model.check()
        } catch let error as TokenizerError {
            throw error.placed(in: name)
        }
        return model
    }

    private static func readModel(_ field: JSONField, isByteLevel: Bool) throws
        -> any SubwordModel
    {
        if field.isNull { throw field.error(.malformed, "is missing: this is no tokenizer file") }
        let kind = try field["type"].isNull ? impliedKind(field) : field["type"].text()
        switch kind {
        case "BPE": return try readBytePair(field, isByteLevel: isByteLevel)
        case "Unigram": return try readUnigram(field)
        case "WordPiece": return try readWordPiece(field)
        default:
            throw field["type"].unsupported(
                "is \(kind), but only BPE, Unigram and WordPiece are implemented")
        }
    }

    /// What a model without a type is: older files leave it out.
    private static func impliedKind(_ field: JSONField) -> String {
        if !field["merges"].isNull { return "BPE" }
        if case .array = field["vocab"].value { return "Unigram" }
        return field["continuing_subword_prefix"].isNull ? "BPE" : "WordPiece"
    }

    private static func readBytePair(_ field: JSONField, isByteLevel: Bool) throws
        -> BytePairModel
    {
        try field.allowOnly([
            "type", "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix",
            "fuse_unk", "byte_fallback", "ignore_merges", "vocab", "merges",
        ])
        switch field["dropout"].value {
        case .null, .integer(0), .number(0): break
        default: throw field["dropout"].unsupported("random merges are not implemented")
        }
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] where !field[key].isNull {
            guard try field[key].bytes().isEmpty else {
                throw field[key].unsupported("is not implemented")
            }
        }
        let vocabulary = try readVocabulary(field["vocab"])
        var table = ByteStringTable(minimumCapacity: vocabulary.count)
        for token in vocabulary { _ = table.insert(token) }
        let byteFallback = try field["byte_fallback"].bool(default: false)
        let fusesUnknown = try field["fuse_unk"].bool(default: false)
        var model = BytePairModel(
            vocabulary: vocabulary, merges: try readMerges(field["merges"], table),
            alphabet: isByteLevel
                ? .bytes : .characters(byteFallback: byteFallback, fusesUnknown: fusesUnknown))
        if isByteLevel, byteFallback || fusesUnknown,
            ByteAlphabet.spellings.contains(where: { table.find($0) == nil })
        {
            let key = byteFallback ? "byte_fallback" : "fuse_unk"
            throw field[key].unsupported("beside ByteLevel every byte needs its own token")
        }
        if !field["unk_token"].isNull {
            guard let id = table.find(try field["unk_token"].bytes()) else {
                throw field["unk_token"].error(.inconsistent, "is not in the vocabulary")
            }
            model.unknown = Int32(id)
        }
        model.ignoresMerges = try field["ignore_merges"].bool(default: false)
        return model
    }
}
