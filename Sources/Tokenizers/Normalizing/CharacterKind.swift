/// What Hugging Face's steps ask of a character, by the tables that they ask.
///
/// White space, words and letter case follow the newest Unicode; categories follow Unicode 8, marks
/// that `StripAccents` takes Unicode 9, and a few characters have changed their category since.
struct CharacterKind: OptionSet, Sendable {
    let rawValue: UInt8

    static let space = CharacterKind(rawValue: 1)
    static let punctuation = CharacterKind(rawValue: 2)
    /// `\w` of Unicode's technical standard 18.
    static let word = CharacterKind(rawValue: 4)
    static let mark = CharacterKind(rawValue: 8)
    static let nonspacingMark = CharacterKind(rawValue: 16)
    /// A control, format, private or surrogate character that is no white space.
    static let control = CharacterKind(rawValue: 32)

    /// The kinds of a scalar.
    static func of(_ value: UInt32) -> CharacterKind {
        Int(value) < table.count
            ? CharacterKind(rawValue: table[Int(value)]) : computed(value)
    }

    private static let table = FrozenBuffer((0..<UInt32(0x32000)).map { computed($0).rawValue })

    private static func computed(_ value: UInt32) -> CharacterKind {
        guard let scalar = Unicode.Scalar(value) else { return [] }
        let properties = scalar.properties
        let category = properties.generalCategory
        let age = properties.age?.major ?? .max
        var kinds: CharacterKind = []
        if properties.isWhitespace { kinds.insert(.space) }
        if AddedTokenMatcher.isWordCharacter(scalar) { kinds.insert(.word) }
        switch category {
        case .nonspacingMark, .spacingMark, .enclosingMark:
            if age <= 9 { kinds.insert(.mark) }
            if category == .nonspacingMark, age <= 8 { kinds.insert(.nonspacingMark) }
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
            .initialPunctuation, .finalPunctuation, .otherPunctuation:
            if age <= 8 { kinds.insert(.punctuation) }
        case .control, .format, .privateUse, .surrogate:
            if age <= 8 { kinds.insert(.control) }
        default: break
        }
        switch value {
        // ASCII's symbols are punctuation to all of these steps.
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: kinds.insert(.punctuation)
        case 0x09, 0x0A, 0x0D: kinds.remove(.control)
        case 0x166D: kinds.insert(.punctuation)
        case 0x1734, 0x1171E: kinds.insert(.nonspacingMark)
        case 0x1885, 0x1886, 0xA9BD: kinds.remove(.nonspacingMark)
        case 0x1CF2, 0x1CF3: kinds.insert(.mark)
        case 0x111C9:
            kinds.subtract([.mark, .nonspacingMark])
            kinds.insert(.punctuation)
        default: break
        }
        return kinds
    }
}
