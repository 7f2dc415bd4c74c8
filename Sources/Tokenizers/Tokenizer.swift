/// Turns text into token ids and back.
///
/// Implementations are immutable values or final classes, safe to use from any thread.
public protocol Tokenizer: Sendable {
    /// The number of ids, special and added tokens included: ids are `0 ..< vocabularySize`.
    var vocabularySize: Int { get }

    /// The tokens with a role, by id.
    var specialTokens: SpecialTokens { get }

    /// A content hash (XXH3-128, hexadecimal) of everything that decides the ids.
    ///
    /// Tokenized corpora and checkpoints record it, so that ids never meet a foreign vocabulary.
    var fingerprint: String { get }

    /// Encodes UTF-8 bytes, appending to `ids`; no beginning- or end-of-text token is added.
    ///
    /// Byte sequences that are not UTF-8 are encoded as the tokenizer's model can: byte for byte
    /// where it has byte tokens, otherwise as its unknown token.
    ///
    /// Special tokens written out in the text become their ids.
    func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32])

    /// Encodes UTF-8 bytes with special tokens read as ordinary text: for text of strangers.
    func encode(ordinary utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32])

    /// How many spaces a decoded text loses at its beginning, if it begins with so many.
    var leadingSpacesStripped: Int { get }

    /// The bytes a token stands for; special tokens stand for their literal text.
    func bytes(of id: Int32) -> [UInt8]

    /// The bytes a token stands for; where `isFirst`, as the first of a text, which may lose the
    /// space that was put in front of it.
    func bytes(of id: Int32, isFirst: Bool) -> [UInt8]

    /// The text of a run of ids; malformed UTF-8 becomes U+FFFD.
    func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String

    /// The files a Hugging Face folder needs to carry this tokenizer: name to contents.
    func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])]
}

extension Tokenizer {
    /// Encodes a string; no beginning- or end-of-text token is added.
    public func encode(_ text: String) -> [Int32] {
        var ids: [Int32] = []
        var text = text
        text.withUTF8 { encode($0, into: &ids) }
        return ids
    }

    /// Encodes a string with special tokens read as ordinary text.
    public func encode(ordinary text: String) -> [Int32] {
        var ids: [Int32] = []
        var text = text
        text.withUTF8 { encode(ordinary: $0, into: &ids) }
        return ids
    }

    /// For a tokenizer that matches no special tokens in text.
    public func encode(ordinary utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        encode(utf8, into: &ids)
    }

    public var leadingSpacesStripped: Int { 0 }

    /// For a tokenizer whose tokens mean the same wherever they stand.
    public func bytes(of id: Int32, isFirst: Bool) -> [UInt8] { bytes(of: id) }
}
