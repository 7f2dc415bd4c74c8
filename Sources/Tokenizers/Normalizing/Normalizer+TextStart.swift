extension Normalizer {
    /// Whether `apply` takes away what `text` begins with, so that what begins it afterwards comes
    /// from further on.
    ///
    /// Hugging Face's `Metaspace` with the scheme `first` puts its space only where the first
    /// character is the first one of the text as given. A replaced match counts as coming from its
    /// last character.
    func removesStart(of text: [UInt8]) -> Bool {
        guard
            let first = text.withUnsafeBufferPointer({ buffer in
                buffer.baseAddress.map { UTF8Scan.decode($0, 0).scalar }
            })
        else { return false }
        let kinds = CharacterKind.of(first)
        switch self {
        case .form, .lowercase, .prepend, .precompiled, .sentencePiece: return false
        case .stripAccents: return kinds.contains(.mark)
        case .strip(let left, _): return left && kinds.contains(.space)
        case .replace(let replacement):
            let length = replacement.pattern.count { $0 & 0xC0 != 0x80 }
            return text.starts(with: replacement.pattern)
                && (length > 1 || replacement.content.isEmpty)
        case .replaceMatches(let replacement):
            let length = replacement.leadingMatchLength(text)
            return length > 1 || length == 1 && replacement.content.isEmpty
        case .nmt:
            return ScalarRewriting.nmt(
                Array(UTF8.encode(Unicode.Scalar(first) ?? "?").map(Array.init) ?? [])
            ).isEmpty
        case .bert(let bert):
            return bert.cleansText && (first == 0 || first == 0xFFFD || kinds.contains(.control))
                || bert.stripsAccents && kinds.contains(.nonspacingMark)
        }
    }
}
