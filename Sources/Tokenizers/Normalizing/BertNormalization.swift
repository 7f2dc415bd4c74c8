/// BERT's cleaning, in its order: controls, Chinese characters, accents, letter case.
public struct BertNormalization: Sendable, Hashable {
    /// Controls go, and white space becomes a space.
    public var cleansText: Bool
    /// Chinese characters stand between spaces.
    public var separatesChinese: Bool
    /// Letters lose their accents.
    public var stripsAccents: Bool
    /// Letters become small.
    public var lowercases: Bool

    /// The four steps, each taken or not.
    public init(
        cleansText: Bool, separatesChinese: Bool, stripsAccents: Bool, lowercases: Bool
    ) {
        self.cleansText = cleansText
        self.separatesChinese = separatesChinese
        self.stripsAccents = stripsAccents
        self.lowercases = lowercases
    }

    func apply(to text: inout [UInt8]) {
        if cleansText {
            text = ScalarRewriting.rewrite(text) { value, bytes, result in
                if value >= 0x20, value < 0x7F { return result.append(UInt8(value)) }
                let kinds = CharacterKind.of(value)
                if value == 0 || value == 0xFFFD || kinds.contains(.control) { return }
                if kinds.contains(.space) {
                    result.append(0x20)
                } else {
                    result.append(contentsOf: bytes)
                }
            }
        }
        if separatesChinese {
            text = ScalarRewriting.rewrite(text) { value, bytes, result in
                if value < 0x3400 { return result.append(contentsOf: bytes) }
                let isChinese = Self.isChinese(value)
                if isChinese { result.append(0x20) }
                result.append(contentsOf: bytes)
                if isChinese { result.append(0x20) }
            }
        }
        if stripsAccents {
            if !text.withUnsafeBufferPointer(UTF8Scan.isASCII) {
                text = text.withUnsafeBufferPointer(NormalizationForm.decomposed.form)
                text = ScalarRewriting.removing(.nonspacingMark, from: text)
            }
        }
        if lowercases { text = ScalarRewriting.lowercased(text) }
    }

    private static func isChinese(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0xF900...0xFAFF, 0x20000...0x2A6DF,
            0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
