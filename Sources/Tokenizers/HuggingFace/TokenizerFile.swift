/// Reads and writes Hugging Face's `tokenizer.json`, version 1.0, with a byte-pair model.
///
/// Whatever in a file would change ids and is not implemented is an error that names it.
public enum TokenizerFile {
    /// The model in `contents`; `name` stands in errors.
    ///
    /// Roles are those the file's template shows; `tokenizer_config.json` says more.
    public static func read(_ contents: [UInt8], name: String = "tokenizer.json") throws
        -> BytePairModel
    {
        let root = JSONField(try JSONReader.read(contents, file: name), file: name)
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
        model.preTokenizer = steps
        model.normalizers = try readNormalizer(root["normalizer"])
        model.addedTokens = try readAddedTokens(root["added_tokens"])
        model.decoding = try readDecoder(root["decoder"], isByteLevel: isByteLevel)
        model.template = try readPostProcessor(root["post_processor"], model)
        model.roles.beginning = model.template.before.first
        model.roles.end = model.template.after.last
        do {
            try model.check()
        } catch let error as TokenizerError {
            throw error.placed(in: name)
        }
        return model
    }

    private static func readModel(_ field: JSONField, isByteLevel: Bool) throws -> BytePairModel {
        if field.isNull { throw field.error(.malformed, "is missing: this is no tokenizer file") }
        let kind = try field["type"].isNull ? "BPE" : field["type"].text()
        guard kind == "BPE" else {
            throw field["type"].unsupported("is \(kind), but only BPE is implemented")
        }
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

    private static func readVocabulary(_ field: JSONField) throws -> [[UInt8]] {
        let members = try field.members()
        var vocabulary = [[UInt8]?](repeating: nil, count: members.count)
        var seen = ByteStringTable(minimumCapacity: members.count)
        for (key, value) in members {
            let text = String(decoding: key, as: UTF8.self)
            guard case .integer(let id) = value, id >= 0 else {
                throw field.error(
                    .malformed, "the id of \"\(text)\" is not a whole number from 0 up")
            }
            guard seen.insert(key).isNew else {
                throw field.error(.inconsistent, "\"\(text)\" appears twice")
            }
            guard id < members.count else {
                throw field.error(
                    .inconsistent,
                    "\"\(text)\" has id \(id), but there are only \(members.count) tokens:"
                        + " ids may have no gap")
            }
            if let other = vocabulary[id] {
                throw field.error(
                    .inconsistent,
                    "id \(id) belongs to \"\(String(decoding: other, as: UTF8.self))\" and to"
                        + " \"\(text)\"")
            }
            vocabulary[id] = key
        }
        return vocabulary.compactMap { $0 }
    }

    private static func readMerges(_ field: JSONField, _ table: ByteStringTable) throws
        -> [BytePairModel.Merge]
    {
        guard case .array(let elements) = field.value else {
            throw field.error(.malformed, "is \(field.value.kindName), but an array is needed")
        }
        return try elements.enumerated().map { rank, element in
            func failure(_ what: String) -> TokenizerError {
                JSONField(element, path: "\(field.path)[\(rank)]", file: field.file)
                    .error(.inconsistent, what)
            }
            let pair: (left: [UInt8], right: [UInt8])
            switch element {
            case .string(let text):
                let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw failure("is not two tokens and a space") }
                pair = (Array(parts[0]), Array(parts[1]))
            case .array(let parts):
                guard parts.count == 2, case .string(let left) = parts[0],
                    case .string(let right) = parts[1]
                else { throw failure("is not a pair of strings") }
                pair = (left, right)
            default: throw failure("is \(element.kindName), but a pair of tokens is needed")
            }
            func id(_ token: [UInt8]) throws -> Int32 {
                guard let id = table.find(token) else {
                    let text = String(decoding: token, as: UTF8.self)
                    throw failure("names \"\(text)\", which is not in the vocabulary")
                }
                return Int32(id)
            }
            return BytePairModel.Merge(
                left: try id(pair.left), right: try id(pair.right),
                result: try id(pair.left + pair.right))
        }
    }
}
