/// Spells text byte by byte: ids 0 to 255 are the bytes, then come the special tokens.
///
/// Needs no training and loses nothing. It is a byte-pair tokenizer without merges, so the files it
/// writes load as one, with the same ids and the same fingerprint.
public struct ByteTokenizer: Tokenizer {
    /// What recipes call it.
    public static let name = "byte"
    /// Ends a text (id 256).
    public static let end = "<|endoftext|>"
    /// Fills rows (id 257).
    public static let padding = "<|pad|>"

    let tokenizer: BytePairTokenizer

    public init() {
        let specials = [Self.end, Self.padding].map { Array($0.utf8) }
        var model = BytePairModel(
            vocabulary: ByteAlphabet.spellings + specials, merges: [], alphabet: .bytes)
        model.addedTokens = specials.enumerated().map {
            AddedToken(id: Int32(256 + $0), content: $1, isSpecial: true)
        }
        model.preTokenizer = [.byteLevel(addsPrefixSpace: false, usesPattern: true)]
        model.roles = .init(end: 256, padding: 257)
        do {
            tokenizer = try BytePairTokenizer(model)
        } catch {
            preconditionFailure("the byte vocabulary is consistent: \(error)")
        }
    }

    public var vocabularySize: Int { tokenizer.vocabularySize }
    public var specialTokens: SpecialTokens { tokenizer.specialTokens }
    public var fingerprint: String { tokenizer.fingerprint }

    public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        tokenizer.encode(utf8, into: &ids)
    }

    public func encode(ordinary utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        tokenizer.encode(ordinary: utf8, into: &ids)
    }

    public func bytes(of id: Int32) -> [UInt8] { tokenizer.bytes(of: id) }

    public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String {
        tokenizer.decode(ids, skipsSpecialTokens: skipsSpecialTokens)
    }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] {
        try tokenizer.huggingFaceFiles()
    }
}
