import Tokenizers

/// One id a byte; 256 ends and 257 begins a text.
struct TestTokenizer: Tokenizer {
    var vocabularySize = 258
    var fingerprint = "test-bytes"
    /// Bytes that give no token.
    var silent: Set<UInt8> = []
    /// Added to every id, to leave the vocabulary.
    var shift: Int32 = 0

    var specialTokens: SpecialTokens {
        SpecialTokens(
            beginning: 257, end: 256, names: [256: "<|end|>", 257: "<|begin|>"])
    }

    func encode(_ utf8: UnsafeBufferPointer<UInt8>, into ids: inout [Int32]) {
        if silent.isEmpty && shift == 0 { return ids.append(contentsOf: utf8.lazy.map(Int32.init)) }
        for byte in utf8 where !silent.contains(byte) { ids.append(Int32(byte) + shift) }
    }

    func bytes(of id: Int32) -> [UInt8] { id < 256 ? [UInt8(id)] : Array("<|end|>".utf8) }

    func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String {
        String(decoding: ids.flatMap { bytes(of: $0) }, as: UTF8.self)
    }

    func huggingFaceFiles() throws -> [(name: String, contents: [UInt8])] { [] }
}
