extension SentencePieceFile {
    /// The model that encodes as the SentencePiece library does from this file.
    ///
    /// Control pieces become special tokens, matched in text where special tokens are; text between
    /// them begins anew, prefix included.
    func model() throws -> any SubwordModel {
        for (isAsked, key) in [
            (spaceIsSuffix, "trainer_spec.treat_whitespace_as_suffix"),
            (!escapesSpaces, "normalizer_spec.escape_whitespaces"),
        ] where isAsked {
            throw TokenizerError(
                .unsupported,
                "is not implemented; it would change the ids, so the file is not read",
                key: key)
        }
        let model: any SubwordModel
        switch algorithm {
        case .unigram: model = try unigram()
        case .bpe: model = try bytePair()
        case .word, .char:
            throw TokenizerError(
                .unsupported, "is \(algorithm), but only unigram and bpe are implemented",
                key: "trainer_spec.model_type")
        }
        do {
            try model.check()
        } catch let error as TokenizerError {
            throw TokenizerError(error.kind, error.message, key: "pieces")
        }
        return model
    }

    private func unigram() throws -> UnigramModel {
        let ordinary = pieces.filter { $0.kind == .normal }.map(\.score)
        // The library's greatest score begins at the least positive number, not at the least.
        let greatest = max(ordinary.max() ?? 0, Float.leastNormalMagnitude)
        var model = UnigramModel(
            vocabulary: pieces.map(\.text),
            scores: pieces.map { piece in
                guard piece.kind == .userDefined else { return Double(piece.score) }
                return Double(Float(piece.text.count) * greatest) - 0.1
            }, unknown: unknown, byteFallback: byteFallback, arithmetic: .single)
        model.usable = pieces.map { $0.kind == .normal || $0.kind == .userDefined }
        model.leastScore = Double(ordinary.min() ?? 0)
        model.pipeline = try pipeline(isBytePair: false)
        return model
    }

    private func bytePair() throws -> BytePairModel {
        if let id = pieces.firstIndex(where: { $0.kind == .unused }) {
            throw TokenizerError(
                .unsupported, "is unused, which in a BPE model is not implemented",
                key: "piece \(id)")
        }
        var model = BytePairModel(
            vocabulary: pieces.map(\.text),
            merges: MergeRecovery.merges(
                of: pieces.map(\.text), ordered: .byScore(pieces.map(\.score)),
                isMergeable: pieces.map { $0.kind == .normal }),
            alphabet: .characters(byteFallback: byteFallback, fusesUnknown: true))
        model.unknown = unknown
        model.pipeline = try pipeline(isBytePair: true)
        return model
    }

    /// What stands around the model.
    ///
    /// Pieces of users are found in normalised text before a byte-pair model sees it, which never
    /// merges them; a Unigram model spells with them as with all others. A byte-pair model's
    /// pipeline is put in words that `tokenizer.json` has too, where there are such.
    private func pipeline(isBytePair: Bool) throws -> TokenizerPipeline {
        let space = SentencePieceNormalization.space
        var pipeline = TokenizerPipeline(decoding: [
            .replace(.init(pattern: space, content: [0x20])), .byteFallback, .fuse,
        ])
        if addsPrefix { pipeline.decoding.append(.strip(content: [0x20], start: 1, stop: 0)) }
        for (id, piece) in pieces.enumerated() {
            let isSpecial = piece.kind == .control || piece.kind == .unknown
            guard isSpecial || isBytePair && piece.kind == .userDefined else { continue }
            pipeline.addedTokens.append(
                AddedToken(
                    id: Int32(id), content: piece.text, isSpecial: isSpecial,
                    isNormalized: piece.kind == .userDefined))
        }
        let kept = pieces.filter { $0.kind == .userDefined }.map(\.text)
        if isBytePair, map.isEmpty, !removesExtraSpaces, kept.isEmpty {
            let replacement = LiteralReplacement(pattern: [0x20], content: space)
            pipeline.normalizers =
                (addsPrefix ? [.prepend(space)] : []) + [.replace(replacement)]
        } else {
            do {
                pipeline.normalizers = [
                    .sentencePiece(
                        SentencePieceNormalization(
                            map: map.isEmpty ? nil : try CharacterMap(map),
                            addsPrefix: addsPrefix, removesExtraSpaces: removesExtraSpaces,
                            kept: kept))
                ]
            } catch let error as TokenizerError {
                throw TokenizerError(
                    error.kind, error.message, key: "normalizer_spec.precompiled_charsmap")
            }
        }
        func role(_ id: Int32) -> Int32? {
            pieces.indices.contains(Int(id)) && pieces[Int(id)].kind == .control ? id : nil
        }
        pipeline.roles = .init(beginning: role(beginning), end: role(end), padding: role(padding))
        return pipeline
    }
}
