/// One step that turns tokens into text, as `tokenizer.json` names it.
public enum DecoderStep: Sendable, Hashable {
    /// Reads tokens in the printable byte alphabet, and joins them.
    case byteLevel
    /// Reads `<0x0A>` as a byte.
    case byteFallback
    /// Joins the tokens: what follows sees one text.
    case fuse
    /// Replaces a literal inside every token.
    case replace(LiteralReplacement)
    /// Takes up to `start` and `stop` of a character from both ends of every token; after `fuse`,
    /// up to `start` spaces from the beginning of the text.
    case strip(content: [UInt8], start: Int, stop: Int)
    /// Reads `replacement` as a space; in the first token, where one was put in front, as nothing.
    case metaspace(replacement: [UInt8], dropsFirst: Bool)
    /// Puts a space before every token but the first and those with `prefix`, which goes.
    case wordPiece(prefix: [UInt8], cleansUp: Bool)
    /// Puts a space between tokens: what a file without a decoder asks for.
    case spaced
}
