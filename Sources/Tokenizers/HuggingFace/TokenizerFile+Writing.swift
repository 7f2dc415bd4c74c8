extension TokenizerFile {
    /// A `tokenizer.json` from which Hugging Face's `tokenizers` encodes as `model` does.
    ///
    /// The model must have been read from such a file or be `isWritable`.
    public static func write(_ model: BytePairModel) -> [UInt8] {
        write(model) { json in writeModel(model, &json) }
    }

    /// A `tokenizer.json` from which Hugging Face's `tokenizers` encodes as `model` does.
    static func write(_ model: WordPieceModel) -> [UInt8] {
        write(model) { json in
            json.key("model")
            json.object { json in
                json.member("type", "WordPiece")
                json.member("unk_token", model.unknown.flatMap { model.literal(of: $0) } ?? [])
                json.member("continuing_subword_prefix", model.continuationPrefix)
                json.member("max_input_chars_per_word", model.maximumCharacters)
                writeVocabulary(model.vocabulary, &json)
            }
        }
    }

    /// Whether `tokenizer.json` can say what the pipeline does: it has no word for
    /// SentencePiece's own way with a character map.
    static func isWritable(_ pipeline: TokenizerPipeline) -> Bool {
        pipeline.normalizers.allSatisfy { if case .sentencePiece = $0 { false } else { true } }
    }

    private static func write(
        _ model: some SubwordModel, writesModel: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        precondition(isWritable(model.pipeline), "the pipeline has its own file")
        var json = JSONWriter()
        json.object { json in
            json.member("version", "1.0")
            json.memberNull("truncation")
            json.memberNull("padding")
            json.key("added_tokens")
            json.array(model.pipeline.addedTokens) { json, token in
                json.object { json in
                    json.member("id", Int(token.id))
                    json.member("content", token.content)
                    json.member("single_word", token.isSingleWord)
                    json.member("lstrip", token.stripsLeft)
                    json.member("rstrip", token.stripsRight)
                    json.member("normalized", token.isNormalized)
                    json.member("special", token.isSpecial)
                }
            }
            json.key("normalizer")
            json.sequence(model.pipeline.normalizers, list: "normalizers") { write($1, &$0) }
            json.key("pre_tokenizer")
            json.sequence(model.pipeline.preTokenizer, list: "pretokenizers") { write($1, &$0) }
            writePostProcessor(model, &json)
            json.key("decoder")
            json.sequence(decoders(model.pipeline), list: "decoders") { write($1, &$0) }
            writesModel(&json)
        }
        return json.bytes
    }

    /// The decoder as files have it: byte fallback is always followed by `Fuse`, and no decoder at
    /// all puts spaces between tokens.
    private static func decoders(_ pipeline: TokenizerPipeline) -> [DecoderStep] {
        pipeline.decoding == [.spaced] ? [] : pipeline.decoding
    }

    private static func writePostProcessor(
        _ model: some SubwordModel, _ json: inout JSONWriter
    ) {
        json.key("post_processor")
        let (before, after) = (model.pipeline.template.before, model.pipeline.template.after)
        guard !before.isEmpty || !after.isEmpty else { return json.null() }
        func name(_ id: Int32) -> [UInt8] { model.literal(of: id) ?? [] }
        json.object { json in
            json.member("type", "TemplateProcessing")
            // One text, and two: the second repeats what stands around the first.
            for (key, texts) in [("single", ["A"]), ("pair", ["A", "B"])] {
                json.key(key)
                let pieces = texts.enumerated().flatMap { type, text in
                    before.map { ("SpecialToken", name($0), type) }
                        + [("Sequence", Array(text.utf8), type)]
                        + after.map { ("SpecialToken", name($0), type) }
                }
                json.array(pieces) { json, piece in
                    json.object { json in
                        json.key(piece.0)
                        json.object { json in
                            json.member("id", piece.1)
                            json.member("type_id", piece.2)
                        }
                    }
                }
            }
            json.key("special_tokens")
            json.object { json in
                for id in Set(before + after).sorted() {
                    json.key(name(id))
                    json.object { json in
                        json.member("id", name(id))
                        json.key("ids")
                        json.array([id]) { $0.integer(Int($1)) }
                        json.key("tokens")
                        json.array([name(id)]) { $0.string($1) }
                    }
                }
            }
        }
    }

    private static func writeModel(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("model")
        json.object { json in
            json.member("type", "BPE")
            json.memberNull("dropout")
            if let unknown = model.unknown {
                json.member("unk_token", model.literal(of: unknown) ?? [])
            } else {
                json.memberNull("unk_token")
            }
            json.memberNull("continuing_subword_prefix")
            json.memberNull("end_of_word_suffix")
            if case .characters(let byteFallback, let fusesUnknown) = model.alphabet {
                json.member("fuse_unk", fusesUnknown)
                json.member("byte_fallback", byteFallback)
            } else {
                json.member("fuse_unk", false)
                json.member("byte_fallback", false)
            }
            json.member("ignore_merges", model.ignoresMerges)
            writeVocabulary(model.vocabulary, &json)
            json.key("merges")
            json.array(model.merges) { json, merge in
                json.array([merge.left, merge.right]) {
                    $0.string(model.vocabulary[Int($1)])
                }
            }
        }
    }

    private static func writeVocabulary(_ vocabulary: [[UInt8]], _ json: inout JSONWriter) {
        json.key("vocab")
        json.object { json in
            for (id, token) in vocabulary.enumerated() {
                json.key(token)
                json.integer(id)
            }
        }
    }
}
