/// The keys of a GGUF file that say how text becomes ids: `tokenizer.ggml.*`.
///
/// llama.cpp knows steps of tokenizing by name only. What it has no name for is refused, and what was
/// written is read again and compared with the tokenizer before it is handed over.
public struct GGUFVocabularyKeys: Sendable {
    /// In the order in which they are written.
    public private(set) var keys: [(key: String, value: GGUFValue)] = []
    /// What people should know of the difference to the tokenizer; sentences.
    public private(set) var remarks: [String] = []

    /// The keys of `tokenizer` for a model with an embedding for each of `idCount` ids: ids that the
    /// tokenizer lacks are filled up with unused tokens.
    ///
    /// - Throws: `TokenizerError` saying what llama.cpp has no word for.
    public init(_ tokenizer: any Tokenizer, idCount: Int) throws {
        let pairs = (tokenizer as? ByteTokenizer)?.tokenizer ?? tokenizer as? BytePairTokenizer
        guard let model = pairs?.model else {
            throw Self.refusal(
                "only byte-pair tokenizers are written to GGUF, and this is another kind")
        }
        guard model.vocabularySize <= idCount else {
            throw TokenizerError(
                .inconsistent,
                "the tokenizer has \(model.vocabularySize) ids, and the model \(idCount): they do "
                    + "not belong together")
        }
        try Self.checkAddedTokens(model)
        var flags: [(String, GGUFValue)] = []
        switch model.alphabet {
        case .bytes:
            let name = try Self.splitName(of: model)
            if model.normalizers == [.composed] {
                remarks.append(
                    "llama.cpp composes no characters (NFC): text that is not composed already "
                        + "gets other ids there.")
            } else if !model.normalizers.isEmpty {
                throw Self.refusal(
                    "the tokenizer rewrites text before it is cut, which GGUF cannot say")
            }
            add("tokenizer.ggml.model", .text("gpt2"))
            add("tokenizer.ggml.pre", .text(name))
            flags.append(("merges", .strings(Self.merges(of: model))))
        case .characters(let byteFallback, _):
            guard byteFallback else {
                throw Self.refusal(
                    "the tokenizer spells by characters without a fallback to bytes, which "
                        + "llama.cpp does not have")
            }
            add("tokenizer.ggml.model", .text("llama"))
            add("tokenizer.ggml.pre", .text("default"))
            flags.append(("scores", .float32s(Self.scores(of: model, idCount: idCount))))
            flags.append(("add_space_prefix", .bool(try Self.addsPrefix(model))))
        }
        add("tokenizer.ggml.tokens", .strings(Self.tokens(of: model, idCount: idCount)))
        add("tokenizer.ggml.token_type", .int32s(Self.kinds(of: model, idCount: idCount)))
        for (name, value) in flags { add("tokenizer.ggml." + name, value) }
        try addRoles(of: model)
        try GGUFVocabularyCheck(keys).compare(with: pairs ?? ByteTokenizer().tokenizer, of: model)
    }

    private mutating func add(_ key: String, _ value: GGUFValue) { keys.append((key, value)) }

    static func refusal(_ what: String) -> TokenizerError {
        TokenizerError(
            .unsupported, "\(what); write --format hf, which carries the tokenizer as it is")
    }

    private static func checkAddedTokens(_ model: BytePairModel) throws {
        for token in model.addedTokens {
            let isOdd =
                token.isSingleWord || token.stripsLeft || token.stripsRight
                || token.isNormalized && !model.normalizers.isEmpty && model.alphabet != .bytes
            guard !isOdd else {
                throw refusal(
                    "the token \"\(String(decoding: token.content, as: UTF8.self))\" takes the space "
                        + "around it, or is matched in rewritten text, which GGUF cannot say")
            }
        }
    }

    /// The name under which llama.cpp cuts text as the model does.
    private static func splitName(of model: BytePairModel) throws -> String {
        let words = WordPattern(model.preTokenizer)
        let alike = SplitPatterns.writtenNames.filter { name in
            guard let steps = SplitPatterns.steps(llamaCppName: name) else { return false }
            return steps == model.preTokenizer || words != nil && words == WordPattern(steps)
        }
        // Whether words that are tokens skip the merges often makes no difference: the check, which
        // encodes the text of every token, sees where it does.
        let fitting =
            alike.first { SplitPatterns.ignoresMerges(llamaCppName: $0) == model.ignoresMerges }
            ?? alike.first
        guard let fitting else {
            throw refusal(
                "llama.cpp knows patterns that cut text into words by name only, and has none for "
                    + "this tokenizer's")
        }
        return fitting
    }

    private static func merges(of model: BytePairModel) -> [[UInt8]] {
        model.merges.map {
            model.vocabulary[Int($0.left)] + [0x20] + model.vocabulary[Int($0.right)]
        }
    }

    /// Whether a space is put in front of every text; throws where text is rewritten otherwise.
    private static func addsPrefix(_ model: BytePairModel) throws -> Bool {
        let space = SentencePieceNormalization.space
        let spaces = Normalizer.replace(.init(pattern: [0x20], content: space))
        // Cutting at spaces cuts nothing where each is U+2581 by then.
        let cutsNothing = model.preTokenizer.allSatisfy { step in
            if case .split(.literal(" "), _, _) = step { true } else { false }
        }
        if cutsNothing {
            if model.normalizers == [.prepend(space), spaces] { return true }
            if model.normalizers == [spaces] { return false }
        }
        throw refusal("the tokenizer rewrites or cuts text in a way that GGUF cannot say")
    }

    /// Scores that put the merges into their order: the higher comes first.
    private static func scores(of model: BytePairModel, idCount: Int) -> [Float] {
        var scores = [Float](repeating: -Float(model.merges.count + 1), count: idCount)
        for (rank, merge) in model.merges.enumerated().reversed() {
            scores[Int(merge.result)] = -Float(rank)
        }
        for token in model.addedTokens { scores[Int(token.id)] = 0 }
        return scores
    }

    private static func tokens(of model: BytePairModel, idCount: Int) -> [[UInt8]] {
        (0..<idCount).map { id in
            model.literal(of: Int32(id)) ?? Array("[PAD\(id)]".utf8)
        }
    }

    /// What each token is for, in llama.cpp's numbers, which are those of SentencePiece.
    private static func kinds(of model: BytePairModel, idCount: Int) -> [Int32] {
        var kinds = (0..<idCount).map { id -> SentencePieceFile.Kind in
            guard id < model.vocabulary.count else { return .unused }
            guard case .characters = model.alphabet else { return .normal }
            return BytePairModel.byte(ofToken: model.vocabulary[id]) == nil ? .normal : .byte
        }
        for token in model.addedTokens {
            kinds[Int(token.id)] = token.isSpecial ? .control : .userDefined
        }
        if let unknown = model.unknown { kinds[Int(unknown)] = .unknown }
        return kinds.map { Int32($0.rawValue) }
    }

    private mutating func addRoles(of model: BytePairModel) throws {
        let roles = model.roles
        for (name, id) in [
            ("bos", roles.beginning), ("eos", roles.end), ("unknown", model.unknown),
            ("padding", roles.padding),
        ] {
            if let id { add("tokenizer.ggml.\(name)_token_id", .uint32(UInt32(id))) }
        }
        let (before, after) = (model.template.before, model.template.after)
        guard before.isEmpty || before == [roles.beginning], after.isEmpty || after == [roles.end]
        else {
            throw Self.refusal(
                "the tokenizer puts other tokens around a text than its beginning and its end")
        }
        add("tokenizer.ggml.add_bos_token", .bool(!before.isEmpty))
        add("tokenizer.ggml.add_eos_token", .bool(!after.isEmpty))
    }
}
