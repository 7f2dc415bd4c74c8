extension TokenizerFile {
    static func readDecoder(_ field: JSONField, isByteLevel: Bool) throws -> [DecoderStep] {
        if isByteLevel {
            if !field.isNull, try readDecoderSteps(field) != [.byteLevel] {
                throw field.error(
                    .unsupported, "beside a ByteLevel pre-tokenizer only a ByteLevel decoder works")
            }
            return [.byteLevel]
        }
        if field.isNull { return [.spaced] }
        let steps = try readDecoderSteps(field)
        guard let fuse = steps.firstIndex(where: { $0 == .fuse || $0 == .byteLevel }) else {
            return steps
        }
        for step in steps[(fuse + 1)...] {
            switch step {
            case .fuse: continue
            case .strip(let content, _, let stop) where content == [0x20] && stop == 0: continue
            default:
                throw field.error(
                    .unsupported,
                    "once tokens are joined, only spaces at the beginning of a text can be"
                        + " stripped: text is decoded as it comes")
            }
        }
        return steps
    }

    private static func readDecoderSteps(_ field: JSONField) throws -> [DecoderStep] {
        let kind = try field["type"].text()
        switch kind {
        case "Sequence":
            try field.allowOnly(["type", "decoders"])
            let steps = try field["decoders"].elements().flatMap(readDecoderSteps)
            try checkGrowth(
                steps.map { if case .replace(let literal) = $0 { literal.growth } else { 1 } },
                of: field)
            return steps
        case "ByteLevel":
            try field.allowOnly(["type", "add_prefix_space", "trim_offsets", "use_regex"])
            return [.byteLevel]
        case "Replace": return [.replace(try readReplacement(field))]
        case "ByteFallback":
            try field.allowOnly(["type"])
            return [.byteFallback]
        case "Fuse":
            try field.allowOnly(["type"])
            return [.fuse]
        case "Metaspace":
            guard case .metaspace(let replacement, let prefix, _) = try readMetaspace(field)
            else { return [] }
            return [.metaspace(replacement: replacement, dropsFirst: prefix != .never)]
        case "WordPiece":
            try field.allowOnly(["type", "prefix", "cleanup"])
            return [
                .wordPiece(
                    prefix: field["prefix"].isNull
                        ? Array("##".utf8) : try field["prefix"].bytes(),
                    cleansUp: try field["cleanup"].bool(default: true))
            ]
        case "Strip":
            try field.allowOnly(["type", "content", "start", "stop"])
            let content = try field["content"].bytes()
            guard !content.isEmpty else {
                throw field["content"].error(.malformed, "is empty, but a character is needed")
            }
            let (start, stop) = (try field["start"].integer(), try field["stop"].integer())
            guard start >= 0, stop >= 0 else {
                throw field.error(.malformed, "strips a negative number of characters")
            }
            return [.strip(content: content, start: start, stop: stop)]
        default: throw field.error(.unsupported, "decoder \(kind) is not implemented")
        }
    }
}
