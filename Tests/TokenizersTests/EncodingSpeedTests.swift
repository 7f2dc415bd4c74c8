import Foundation
import Testing

@testable import Tokenizers

/// Prints how fast text becomes ids, on one thread. Runs only when asked:
///
///     NIGHTJAR_BENCH=1 swift test -c release -Xswiftc -enable-testing --filter EncodingSpeedTests
///
/// With NIGHTJAR_BENCH a folder, the tokenizers and the texts are left there, so that others can be
/// measured on the same.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["NIGHTJAR_BENCH"] != nil, "not asked for"),
    .enabled(if: Goldens.hasShared, "../shared/data and NIGHTJAR_SHARED_DATA are absent"))
struct EncodingSpeedTests {
    static func texts() throws -> [[UInt8]] {
        let folder = Goldens.shared.appending(path: "text/fiction")
        var texts: [[UInt8]] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".txt") {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            var start = 0
            while start < bytes.count {
                var end = min(start + 4096, bytes.count)
                while end < bytes.count, bytes[end] != 0x0A { end += 1 }
                texts.append(Array(bytes[start..<end]))
                start = end
            }
        }
        return texts
    }

    static func leave(_ bytes: [UInt8], _ name: String) throws {
        let value = ProcessInfo.processInfo.environment["NIGHTJAR_BENCH"] ?? ""
        guard value.hasPrefix("/") else { return }
        try Data(bytes).write(to: URL(filePath: value).appending(path: name))
    }

    @Test func encodes() throws {
        let texts = try Self.texts()
        let size = texts.reduce(0) { $0 + $1.count }
        try Self.leave(Array(texts.joined(separator: [0])), "texts.bin")
        var trainer = try BytePairTrainer(.init(vocabularySize: 4096))
        let start = ContinuousClock.now
        for text in texts { text.withUnsafeBufferPointer { trainer.count($0) } }
        let counted = ContinuousClock.now
        let learnt = try trainer.learn()
        print("counting \(counted - start), learning 4096 \(ContinuousClock.now - counted)")
        let stories = Goldens.shared.appending(path: "checkpoint/stories260K/converted").path
        for (name, tokenizer) in [
            ("4096", learnt as any Tokenizer), ("gpt2", try SharedVocabularies.gpt2()),
            (
                "cl100k",
                try SharedVocabularies.load("tokenizer/tiktoken/cl100k_base.tiktoken")
            ),
            (
                "olmo",
                try TokenizerLoader.load(Goldens.shared.appending(path: "tokenizer/olmo").path)
            ),
            ("stories260K", try TokenizerLoader.load(stories)),
            ("phi-3", try SharedVocabularyTests.phi3.get()), ("byte", ByteTokenizer()),
        ] {
            for file in try tokenizer.huggingFaceFiles() {
                try Self.leave(file.contents, "\(name).\(file.name)")
            }
            var ids: [Int32] = []
            var rates: [Double] = []
            for _ in 0..<7 {
                ids.removeAll(keepingCapacity: true)
                let start = ContinuousClock.now
                for text in texts {
                    text.withUnsafeBufferPointer { tokenizer.encode($0, into: &ids) }
                }
                rates.append(Double(size) / ((ContinuousClock.now - start) / .seconds(1)) / 1e6)
            }
            rates.sort()
            try Self.leave(ids.withUnsafeBytes(Array.init), "\(name).ids")
            print(
                name, "first..best MB/s", rates.map { ($0 * 10).rounded() / 10 }, "ids", ids.count)
        }
        let path = Goldens.shared.appending(path: "tokenizer/olmo/tokenizer.json").path
        let loading = ContinuousClock.now
        _ = try TokenizerLoader.load(path)
        print("loading olmo (50k)", ContinuousClock.now - loading)
    }
}
