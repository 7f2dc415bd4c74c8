/// A token matched literally in the text before anything else happens to it.
public struct AddedToken: Sendable, Hashable {
    public var id: Int32
    /// The literal it matches, UTF-8.
    public var content: [UInt8]
    /// Matches only between characters that are not part of a word.
    public var isSingleWord: Bool
    /// Takes the white space before it.
    public var stripsLeft: Bool
    /// Takes the white space after it.
    public var stripsRight: Bool
    /// Is matched in the normalised text rather than in the text as given.
    public var isNormalized: Bool
    /// Has a role: `encode(ordinary:)` reads it as text, decoding may skip it.
    public var isSpecial: Bool

    public init(
        id: Int32, content: [UInt8], isSpecial: Bool, isSingleWord: Bool = false,
        stripsLeft: Bool = false, stripsRight: Bool = false, isNormalized: Bool = false
    ) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
        self.isSingleWord = isSingleWord
        self.stripsLeft = stripsLeft
        self.stripsRight = stripsRight
        self.isNormalized = isNormalized
    }
}
