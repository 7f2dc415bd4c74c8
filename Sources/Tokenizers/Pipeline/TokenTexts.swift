/// What every id stands for in a text: its bytes, which may differ for the first id of all.
struct TokenTexts: Sendable {
    /// By id.
    private var texts: [[UInt8]] = []
    /// The ids that stand for something else where they come first.
    private var firsts: [Int32: [UInt8]] = [:]
    /// How many spaces a text loses at its beginning, if it begins with so many.
    let leadingSpacesStripped: Int

    init(_ model: any SubwordModel) {
        let steps = model.pipeline.decoding
        var spaces = 0
        var isFused = false
        for step in steps {
            if case .strip(_, let start, _) = step, isFused { spaces += start }
            if step == .fuse || step == .byteLevel { isFused = true }
        }
        leadingSpacesStripped = spaces
        let dependsOnPlace = steps.contains { step in
            switch step {
            case .metaspace, .wordPiece, .spaced: true
            default: false
            }
        }
        func append(_ id: Int32, _ make: (_ isFirst: Bool) -> [UInt8]) {
            let later = make(false)
            let first = dependsOnPlace ? make(true) : later
            if Int(id) < texts.count { texts[Int(id)] = later } else { texts.append(later) }
            firsts[id] = first == later ? nil : first
        }
        for (id, spelling) in model.vocabulary.enumerated() {
            append(Int32(id)) { Self.text(spelling, steps, isFirst: $0) }
        }
        for token in model.pipeline.addedTokens {
            append(token.id) { Self.text(token, model.pipeline, isFirst: $0) }
        }
    }

    /// The bytes of `id`, which are none for an id there is not; `isFirst` where no id came before.
    func bytes(of id: Int32, isFirst: Bool = false) -> [UInt8] {
        if isFirst, let first = firsts[id] { return first }
        return texts.indices.contains(Int(id)) ? texts[Int(id)] : []
    }

    private static func text(
        _ spelling: [UInt8], _ steps: [DecoderStep], isFirst: Bool
    ) -> [UInt8] {
        var text = spelling
        for step in steps {
            switch step {
            case .byteLevel: return ByteAlphabet.unspell(text) ?? text
            case .fuse: return text
            case .byteFallback:
                if let byte = BytePairModel.byte(ofToken: text) { return [byte] }
            default: apply(step, to: &text, isFirst: isFirst)
            }
        }
        return text
    }

    /// An added token stands for its literal; one that is matched in normalised text stands for
    /// what it was found in, which the normalizers had rewritten.
    private static func text(
        _ token: AddedToken, _ pipeline: TokenizerPipeline, isFirst: Bool
    ) -> [UInt8] {
        var text = token.isNormalized ? pipeline.normalized(token.content) : token.content
        loop: for step in pipeline.decoding {
            switch step {
            case .byteLevel, .fuse: break loop
            case .byteFallback, .strip: continue
            case .replace, .metaspace:
                if token.isNormalized { apply(step, to: &text, isFirst: isFirst) }
            case .wordPiece, .spaced: apply(step, to: &text, isFirst: isFirst)
            }
        }
        return text
    }

    private static func apply(_ step: DecoderStep, to text: inout [UInt8], isFirst: Bool) {
        switch step {
        case .byteLevel, .byteFallback, .fuse: break
        case .replace(let replacement): Normalizer.replace(replacement, in: &text)
        case .metaspace(let replacement, let dropsFirst):
            let content: [UInt8] = isFirst && dropsFirst ? [] : [0x20]
            Normalizer.replace(.init(pattern: replacement, content: content), in: &text)
        case .strip(let content, let start, let stop):
            var left = start
            while left > 0, text.starts(with: content) {
                text.removeFirst(content.count)
                left -= 1
            }
            left = stop
            while left > 0, text.count >= content.count, text.suffix(content.count) == content[...]
            {
                text.removeLast(content.count)
                left -= 1
            }
        case .wordPiece(let prefix, let cleansUp):
            if !isFirst {
                if !prefix.isEmpty, text.starts(with: prefix) {
                    text.removeFirst(prefix.count)
                } else {
                    text.insert(0x20, at: 0)
                }
            }
            if cleansUp {
                for replacement in cleanUps { Normalizer.replace(replacement, in: &text) }
            }
        case .spaced: if !isFirst { text.insert(0x20, at: 0) }
        }
    }

    /// English spacing put right, in the order of the reference.
    private static let cleanUps = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"),
        (" 'm", "'m"), (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { LiteralReplacement(pattern: Array($0.utf8), content: Array($1.utf8)) }
}
