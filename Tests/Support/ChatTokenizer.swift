public import Tokenizers

/// Bytes, the special tokens of chats, and a few merged pairs, found from left to right.
public struct ChatTokenizer: Tokenizer {
    public static let usual = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<|end|>", "[CALL]"]

    public let specials: [String]
    /// Pieces of ordinary text that are one token.
    public let merged: [String]

    public init(specials: [String] = usual, merged: [String] = ["\n\n", " x"]) {
        self.specials = specials
        self.merged = merged
    }

    private var pieces: [String] { specials + merged }

    public var vocabularySize: Int { 256 + pieces.count }
    public var fingerprint: String { pieces.joined(separator: ",") }

    public var specialTokens: SpecialTokens {
        func id(_ text: String) -> Int32? {
            specials.firstIndex(of: text).map { Int32(256 + $0) }
        }
        let names = specials.enumerated().map { (Int32(256 + $0), $1) }
        return SpecialTokens(
            beginning: id("<s>"), end: id("</s>"), names: Dictionary(uniqueKeysWithValues: names))
    }

    public func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        var rest = Array(utf8)[...]
        while let byte = rest.first {
            if let index = pieces.firstIndex(where: { rest.starts(with: $0.utf8) }) {
                ids.append(Int32(256 + index))
                rest = rest.dropFirst(pieces[index].utf8.count)
            } else {
                ids.append(Int32(byte))
                rest = rest.dropFirst()
            }
        }
    }

    public func bytes(of id: Int32) -> [UInt8] {
        id < 256 ? [UInt8(id)] : Array(pieces[Int(id) - 256].utf8)
    }

    public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String {
        let end = 256 + specials.count
        let kept = ids.filter { !skipsSpecialTokens || $0 < 256 || $0 >= end }
        return String(decoding: kept.flatMap(bytes), as: UTF8.self)
    }

    public func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] { [] }
}
