import Foundation
import Testing

@testable import Tokenizers

/// Reads the files that `Scripts/goldens/tokenizers.py` made, and those of the shared data folder.
enum Goldens {
    static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// Real vocabularies beside the repository, or where NIGHTJAR_SHARED_DATA says.
    static let shared =
        ProcessInfo.processInfo.environment["NIGHTJAR_SHARED_DATA"].map { URL(filePath: $0) }
        ?? root.deletingLastPathComponent().appending(path: "shared/data")

    static var hasShared: Bool { isShared("tokenizer/gpt2/vocab.bpe") }

    static func isShared(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: shared.appending(path: path).path)
    }

    static func read(_ name: String) throws -> JSONField {
        let url = root.appending(path: "Tests/Goldens/tokenizers/\(name).json")
        let bytes = Array(try Data(contentsOf: url))
        return JSONField(try JSONReader.read(bytes, file: url.path), file: url.path)
    }

    static func sharedBytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: shared.appending(path: path)))
    }

    static func sharedJSON(_ path: String) throws -> JSONField {
        JSONField(try JSONReader.read(try sharedBytes(path), file: path), file: path)
    }
}

extension JSONField {
    func ids() throws -> [Int32] { try elements().map { try $0.id() } }

    /// One text with what the reference makes of it.
    func check(_ tokenizer: any Tokenizer, at location: SourceLocation = #_sourceLocation) throws {
        let text = try self["text"].bytes()
        let expected = try self["ids"].ids()
        let shown = String(decoding: text, as: UTF8.self).debugDescription
        #expect(tokenizer.encode(bytes: text) == expected, "\(shown)", sourceLocation: location)
        let ordinary = try self["ordinary"].isNull ? expected : self["ordinary"].ids()
        var plain: [Int32] = []
        text.withUnsafeBufferPointer { tokenizer.encode(ordinary: $0, into: &plain) }
        #expect(plain == ordinary, "ordinary \(shown)", sourceLocation: location)

        let decoded = try self["decoded"].bytes()
        let all = tokenizer.decode(expected, skipsSpecialTokens: false)
        #expect(Array(all.utf8) == decoded, "\(shown)", sourceLocation: location)
        let skipped = try self["skipped"].isNull ? decoded : self["skipped"].bytes()
        let some = tokenizer.decode(expected, skipsSpecialTokens: true)
        #expect(Array(some.utf8) == skipped, "skipped \(shown)", sourceLocation: location)

        var stream = StreamingDecoder(tokenizer, skipsSpecialTokens: false)
        let streamed = expected.map { stream.push($0) }.joined() + stream.flush()
        #expect(Array(streamed.utf8) == decoded, "streamed \(shown)", sourceLocation: location)
    }
}

extension Tokenizer {
    func encode(bytes: [UInt8]) -> [Int32] {
        var ids: [Int32] = []
        bytes.withUnsafeBufferPointer { encode($0, into: &ids) }
        return ids
    }
}

/// A small generator (SplitMix64) so that every run sees the same random texts.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
