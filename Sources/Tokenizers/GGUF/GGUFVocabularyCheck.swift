/// Reads written keys again and compares what they encode with the tokenizer that they came from.
struct GGUFVocabularyCheck {
    private let copy: any Tokenizer

    /// How many texts made of several tokens are compared.
    private static let mixtureCount = 20_000

    init(_ keys: [(key: String, value: GGUFValue)]) throws {
        var bytes = Array("GGUF".utf8)
        GGUFValue.append(UInt32(3), to: &bytes)
        GGUFValue.append(UInt64(0), to: &bytes)
        GGUFValue.append(UInt64(keys.count), to: &bytes)
        for (key, value) in keys { bytes += value.encoded(under: key) }
        let metadata = try bytes.withUnsafeBytes { try GGUFMetadata($0) }
        copy = try GGUFVocabulary(metadata).model().makeTokenizer(files: [])
    }

    /// Throws where a text gets other ids: each token's own, and mixtures of up to six with spaces and
    /// line ends among them, the same for the same tokenizer.
    func compare(with tokenizer: BytePairTokenizer, of model: BytePairModel) throws {
        let count = Int32(tokenizer.vocabularySize)
        func text(_ id: Int32) -> [UInt8] { tokenizer.bytes(of: id) }
        for id in 0..<count { try compare(text(id), tokenizer) }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func draw(_ bound: Int32) -> Int32 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32(truncatingIfNeeded: state >> 33) % max(bound, 1)
        }
        let fillers: [[UInt8]] = [[], [], [0x20], [0x20, 0x20], [0x0A], [0x20, 0x0A], [0x39]]
        for _ in 0..<Self.mixtureCount {
            var mixture: [UInt8] = []
            for _ in 0...draw(6) {
                mixture += fillers[Int(draw(Int32(fillers.count)))]
                mixture += text(draw(count))
            }
            try compare(mixture, tokenizer)
        }
    }

    private func compare(_ text: [UInt8], _ tokenizer: BytePairTokenizer) throws {
        // Composing is the one difference that is remarked on instead.
        let isPlain = text.withUnsafeBufferPointer { bytes in
            tokenizer.model.normalizers != [.composed] || NormalizationForm.composed.isPlain(bytes)
        }
        guard isPlain else { return }
        var (own, read): ([Int32], [Int32]) = ([], [])
        text.withUnsafeBufferPointer {
            tokenizer.encode($0, into: &own)
            copy.encode($0, into: &read)
        }
        guard own == read else {
            let shown = String(decoding: text.prefix(60), as: UTF8.self).debugDescription
            throw GGUFVocabularyKeys.refusal(
                "GGUF can say this tokenizer nearly, not wholly: \(shown) is \(own.prefix(8)) here and "
                    + "would be \(read.prefix(8)) there")
        }
    }
}
