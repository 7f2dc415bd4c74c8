/// The plain data of a tokenizer: a vocabulary, and the pipeline around it.
protocol SubwordModel: Sendable {
    /// The model's own tokens as their file spells them, in id order.
    var vocabulary: [[UInt8]] { get }
    /// Stands for what the vocabulary cannot spell.
    var unknown: Int32? { get set }
    /// Whether every text has a spelling, so that nothing is ever unknown.
    var spellsEverything: Bool { get }
    var pipeline: TokenizerPipeline { get set }
    /// XXH3-128 of what decides the ids: not of the files, whose spacing and order may vary.
    var fingerprint: String { get }

    /// Throws where the parts contradict each other.
    func check() throws
    /// The tokenizer, which carries `files` along.
    func makeTokenizer(files: [(name: String, contents: [UInt8])]) throws -> any Tokenizer
}

extension SubwordModel {
    /// The number of ids, added tokens included.
    var idCount: Int {
        vocabulary.count + pipeline.addedTokens.count { Int($0.id) >= vocabulary.count }
    }

    /// The literal spelling of `id`, or nil where there is no such id.
    func literal(of id: Int32) -> [UInt8]? {
        if vocabulary.indices.contains(Int(id)) { return vocabulary[Int(id)] }
        return pipeline.addedTokens.first { $0.id == id }?.content
    }

    /// Throws where a token stands twice, or the added tokens, roles or normalizers are at odds
    /// with the vocabulary.
    func checkPipeline() throws {
        try checkAddedTokens()
        var distinct = ByteStringTable(minimumCapacity: vocabulary.count)
        for (id, token) in vocabulary.enumerated() {
            let (other, isNew) = distinct.insert(token)
            guard !isNew else { continue }
            throw TokenizerError(
                .inconsistent,
                "ids \(other) and \(id) have the same token"
                    + " \"\(String(decoding: token, as: UTF8.self))\"", key: "model.vocab")
        }
        for (name, id) in [
            ("bos_token", pipeline.roles.beginning), ("eos_token", pipeline.roles.end),
            ("pad_token", pipeline.roles.padding), ("unk_token", unknown),
        ] {
            guard let id, !(0..<idCount).contains(Int(id)) else { continue }
            throw TokenizerError(
                .inconsistent, "id \(id) is outside the vocabulary of \(idCount)", key: name)
        }
        for normalizer in pipeline.normalizers {
            if case .replace(let replacement) = normalizer, replacement.pattern.isEmpty {
                throw TokenizerError(
                    .malformed, "the pattern to replace is empty", key: "normalizer.pattern")
            }
        }
    }

    private func checkAddedTokens() throws {
        var next = vocabulary.count
        var previous: Int32 = -1
        for token in pipeline.addedTokens {
            let text = String(decoding: token.content, as: UTF8.self)
            guard token.id > previous else {
                throw TokenizerError(
                    .inconsistent, "id \(token.id) (\"\(text)\") appears twice",
                    key: "added_tokens")
            }
            previous = token.id
            guard !token.content.isEmpty else {
                throw TokenizerError(
                    .inconsistent, "the added token with id \(token.id) is empty",
                    key: "added_tokens")
            }
            if Int(token.id) < vocabulary.count {
                guard vocabulary[Int(token.id)] == token.content else {
                    let own = String(decoding: vocabulary[Int(token.id)], as: UTF8.self)
                    throw TokenizerError(
                        .inconsistent,
                        "id \(token.id) is \"\(text)\" among the added tokens, but \"\(own)\" in"
                            + " the vocabulary", key: "added_tokens")
                }
            } else {
                guard Int(token.id) == next else {
                    throw TokenizerError(
                        .inconsistent,
                        "\"\(text)\" has id \(token.id) where \(next) is next: ids may have no gap",
                        key: "added_tokens")
                }
                next += 1
            }
        }
        guard Set(pipeline.addedTokens.map(\.content)).count == pipeline.addedTokens.count else {
            throw TokenizerError(
                .inconsistent, "two added tokens have the same content", key: "added_tokens")
        }
    }
}
