/// Reads the vocabulary of a GGUF file: llama.cpp's `llama` (SentencePiece BPE), `gpt2`
/// (byte-level BPE) and `bert` (WordPiece).
struct GGUFVocabulary {
    private let values: [String: GGUFMetadata.Value]
    private let tokens: [[UInt8]]
    /// What each token is for, in the numbers of `SentencePieceFile.Kind`.
    private let kinds: [SentencePieceFile.Kind]

    init(_ metadata: GGUFMetadata) throws {
        values = metadata.values
        guard case .strings(let tokens)? = values["tokenizer.ggml.tokens"], !tokens.isEmpty else {
            throw TokenizerError(
                .malformed, "is missing: the file holds no vocabulary",
                key: "tokenizer.ggml.tokens")
        }
        for (id, token) in tokens.enumerated() {
            let isText = token.withUnsafeBufferPointer {
                $0.baseAddress.map { UTF8Scan.validRunEnd($0, 0, token.count) } == token.count
            }
            guard isText, !token.isEmpty else {
                throw TokenizerError(
                    .malformed, token.isEmpty ? "is empty" : "is not UTF-8",
                    key: "tokenizer.ggml.tokens[\(id)]")
            }
        }
        self.tokens = tokens
        guard case .numbers(let numbers)? = values["tokenizer.ggml.token_type"] else {
            kinds = [SentencePieceFile.Kind](repeating: .normal, count: tokens.count)
            return
        }
        try Self.check(numbers.count, tokens.count, "tokenizer.ggml.token_type")
        kinds = try numbers.enumerated().map { id, number in
            guard let raw = UInt64(exactly: number),
                let kind = SentencePieceFile.Kind(rawValue: raw)
            else {
                throw TokenizerError(
                    .malformed, "is \(number), which is no kind of token",
                    key: "tokenizer.ggml.token_type[\(id)]")
            }
            return kind
        }
    }

    private static func check(_ count: Int, _ wanted: Int, _ key: String) throws {
        guard count == wanted else {
            throw TokenizerError(
                .inconsistent, "has \(count) elements, but there are \(wanted) tokens", key: key)
        }
    }

    /// The model of the vocabulary, with the roles that the file gives.
    func model() throws -> any SubwordModel {
        let key = "tokenizer.ggml.model"
        guard case .string(let bytes)? = values[key] else {
            throw TokenizerError(.malformed, "is missing: the file holds no vocabulary", key: key)
        }
        var model: any SubwordModel
        switch String(decoding: bytes, as: UTF8.self) {
        case "llama": model = try sentencePiece()
        case "gpt2": model = try byteLevel()
        case "bert": model = try wordPiece()
        case let name:
            throw TokenizerError(
                .unsupported, "is \(name), but only llama, gpt2 and bert are implemented", key: key)
        }
        model.pipeline.roles = .init(
            beginning: try id("bos_token_id") ?? id("cls_token_id"),
            end: try id("eos_token_id") ?? id("seperator_token_id"),
            padding: try id("padding_token_id"))
        do {
            try model.check()
        } catch let error as TokenizerError {
            throw TokenizerError(
                error.kind, error.message,
                key: error.key.map { "tokenizer.ggml (\($0))" } ?? "tokenizer.ggml")
        }
        return model
    }

    private func id(_ name: String) throws -> Int32? {
        let key = "tokenizer.ggml." + name
        guard let value = values[key] else { return nil }
        guard case .integer(let integer) = value, tokens.indices.contains(integer) else {
            throw TokenizerError(
                .inconsistent, "is no id of the \(tokens.count) tokens", key: key)
        }
        return Int32(integer)
    }

    private func flag(_ name: String, default fallback: Bool) -> Bool {
        if case .bool(let flag)? = values["tokenizer.ggml." + name] { flag } else { fallback }
    }

    /// Tokens that are matched as they are: those of users, and special ones.
    private func addedTokens() -> [AddedToken] {
        kinds.enumerated().compactMap { id, kind in
            guard [.unknown, .control, .userDefined].contains(kind) else { return nil }
            return AddedToken(
                id: Int32(id), content: tokens[id], isSpecial: kind != .userDefined)
        }
    }

    private func sentencePiece() throws -> BytePairModel {
        let key = "tokenizer.ggml.scores"
        guard case .numbers(let scores)? = values[key] else {
            throw TokenizerError(.malformed, "is missing", key: key)
        }
        try Self.check(scores.count, tokens.count, key)
        if flag("remove_extra_whitespaces", default: false) {
            throw TokenizerError(
                .unsupported,
                "is not implemented; it would change the ids, so the file is not read",
                key: "tokenizer.ggml.remove_extra_whitespaces")
        }
        let merges = MergeRecovery.merges(
            of: tokens, ordered: .byScore(scores.map { Float($0) }),
            isMergeable: kinds.map { $0 == .normal })
        var model = BytePairModel(
            vocabulary: tokens, merges: merges,
            alphabet: .characters(byteFallback: kinds.contains(.byte), fusesUnknown: true))
        model.unknown = try id("unknown_token_id")
        model.addedTokens = addedTokens()
        let space = SentencePieceNormalization.space
        let prefixes = flag("add_space_prefix", default: true)
        model.normalizers =
            (prefixes ? [.prepend(space)] : [])
            + [.replace(.init(pattern: [0x20], content: space))]
        model.decoding =
            [.replace(.init(pattern: space, content: [0x20])), .byteFallback, .fuse]
            + (prefixes ? [.strip(content: [0x20], start: 1, stop: 0)] : [])
        return model
    }

    private func byteLevel() throws -> BytePairModel {
        let key = "tokenizer.ggml.pre"
        guard case .string(let bytes)? = values[key] else {
            throw TokenizerError(
                .unsupported, "is missing: the file does not say how text is cut into words",
                key: key)
        }
        let name = String(decoding: bytes, as: UTF8.self)
        guard let steps = SplitPatterns.steps(llamaCppName: name) else {
            throw TokenizerError(
                .unsupported, "is \(name), a split pattern that is not implemented", key: key)
        }
        var model = BytePairModel(
            vocabulary: tokens, merges: try merges(), alphabet: .bytes)
        model.preTokenizer = steps
        model.addedTokens = addedTokens()
        model.ignoresMerges = SplitPatterns.ignoresMerges(llamaCppName: name)
        return model
    }

    private func merges() throws -> [BytePairModel.Merge] {
        let key = "tokenizer.ggml.merges"
        guard case .strings(let lines)? = values[key] else {
            throw TokenizerError(.malformed, "is missing", key: key)
        }
        var table = ByteStringTable(minimumCapacity: tokens.count)
        for token in tokens { _ = table.insert(token) }
        return try lines.enumerated().map { rank, line in
            func id(_ token: [UInt8]) throws -> Int32 {
                guard let id = table.find(token) else {
                    throw TokenizerError(
                        .inconsistent,
                        "names \"\(String(decoding: token, as: UTF8.self))\", which is no token",
                        key: "\(key)[\(rank)]")
                }
                return Int32(id)
            }
            // A space that is part of a token is spelt otherwise; the first one here separates.
            let parts = line.split(separator: 0x20, maxSplits: 1)
            guard parts.count == 2 else {
                throw TokenizerError(
                    .malformed, "is not two tokens and a space", key: "\(key)[\(rank)]")
            }
            let (left, right) = (Array(parts[0]), Array(parts[1]))
            return .init(left: try id(left), right: try id(right), result: try id(left + right))
        }
    }

    /// BERT's tokens are spelt with U+2581 where a word begins, and plain where it goes on.
    private func wordPiece() throws -> WordPieceModel {
        let space = SentencePieceNormalization.space
        let vocabulary = tokens.enumerated().map { id, token -> [UInt8] in
            let isNamed = token.first == 0x5B && token.last == 0x5D && token.count > 2
            if kinds[id] != .normal || isNamed { return token }
            return token.starts(with: space)
                ? Array(token.dropFirst(space.count)) : Array("##".utf8) + token
        }
        guard let unknown = try id("unknown_token_id") else {
            throw TokenizerError(.malformed, "is missing", key: "tokenizer.ggml.unknown_token_id")
        }
        var model = WordPieceModel(vocabulary: vocabulary, unknown: unknown)
        model.normalizers = [
            .bert(
                BertNormalization(
                    cleansText: true, separatesChinese: true, stripsAccents: true,
                    lowercases: true))
        ]
        model.preTokenizer = [.bert]
        model.addedTokens = addedTokens()
        return model
    }
}
