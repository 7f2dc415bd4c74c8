extension TokenizerFile {
    /// A `tokenizer.json` from which Hugging Face's `tokenizers` encodes as `model` does.
    public static func write(_ model: BytePairModel) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("version", "1.0")
            json.memberNull("truncation")
            json.memberNull("padding")
            json.key("added_tokens")
            json.array(model.addedTokens) { json, token in
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
            writeNormalizers(model, &json)
            writePreTokenizer(model, &json)
            writePostProcessor(model, &json)
            writeDecoder(model, &json)
            writeModel(model, &json)
        }
        return json.bytes
    }

    private static func writeNormalizers(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("normalizer")
        json.sequence(model.normalizers, list: "normalizers") { json, normalizer in
            switch normalizer {
            case .composed: json.member("type", "NFC")
            case .prepend(let bytes):
                json.member("type", "Prepend")
                json.member("prepend", bytes)
            case .replace(let replacement): write(replacement, &json)
            }
        }
    }

    private static func write(
        _ replacement: BytePairModel.Replacement, _ json: inout JSONWriter
    ) {
        json.member("type", "Replace")
        json.key("pattern")
        json.object { $0.member("String", replacement.pattern) }
        json.member("content", replacement.content)
    }

    private static func writePreTokenizer(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("pre_tokenizer")
        json.sequence(model.preTokenizer, list: "pretokenizers") { json, step in
            switch step {
            case .byteLevel(let addsPrefixSpace, let usesPattern):
                json.member("type", "ByteLevel")
                json.member("add_prefix_space", addsPrefixSpace)
                json.member("trim_offsets", true)
                json.member("use_regex", usesPattern)
            case .split(let pattern, let behavior, let isInverted):
                json.member("type", "Split")
                json.key("pattern")
                json.object { json in
                    switch pattern {
                    case .regex(let text): json.member("Regex", text)
                    case .literal(let text): json.member("String", text)
                    }
                }
                json.member("behavior", behavior.rawValue)
                json.member("invert", isInverted)
            case .digits(let individually):
                json.member("type", "Digits")
                json.member("individual_digits", individually)
            case .metaspace(let replacement, let prefix, let splits):
                json.member("type", "Metaspace")
                json.member("replacement", replacement)
                json.member("prepend_scheme", prefix.rawValue)
                json.member("split", splits)
            }
        }
    }

    private static func writePostProcessor(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("post_processor")
        let (before, after) = (model.template.before, model.template.after)
        guard !before.isEmpty || !after.isEmpty else { return json.null() }
        func name(_ id: Int32) -> [UInt8] { model.spelling(of: id) ?? [] }
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

    private static func writeDecoder(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("decoder")
        switch model.decoding {
        case .bytes:
            json.object { json in
                json.member("type", "ByteLevel")
                json.member("add_prefix_space", true)
                json.member("trim_offsets", true)
                json.member("use_regex", true)
            }
        case .characters(let replacements, let byteFallback, let spaces):
            json.object { json in
                json.member("type", "Sequence")
                json.key("decoders")
                json.arrayOfObjects(
                    replacements.map { replacement in { write(replacement, &$0) } }
                        + (byteFallback ? [{ $0.member("type", "ByteFallback") }] : [])
                        + [{ $0.member("type", "Fuse") }]
                        + (spaces > 0
                            ? [
                                {
                                    $0.member("type", "Strip")
                                    $0.member("content", " ")
                                    $0.member("start", spaces)
                                    $0.member("stop", 0)
                                }
                            ] : []))
            }
        }
    }

    private static func writeModel(_ model: BytePairModel, _ json: inout JSONWriter) {
        json.key("model")
        json.object { json in
            json.member("type", "BPE")
            json.memberNull("dropout")
            if let unknown = model.unknown {
                json.member("unk_token", model.spelling(of: unknown) ?? [])
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
            json.key("vocab")
            json.object { json in
                for (id, token) in model.vocabulary.enumerated() {
                    json.key(token)
                    json.integer(id)
                }
            }
            json.key("merges")
            json.array(model.merges) { json, merge in
                json.array([merge.left, merge.right]) {
                    $0.string(model.vocabulary[Int($1)])
                }
            }
        }
    }
}
