import Foundation
import Testing

@testable import Corpora

/// Real text, where a copy of the data folder stands beside the package.
@Suite(.enabled(if: SharedText.exists, "the folder ../shared/data/text is absent"))
struct SharedTextTests {
    @Test func everyByteOfEveryCategoryIsAccountedFor() throws {
        let folder = try TemporaryFolder()
        let cache = CorpusCache(folder: folder.path)
        for category in try FileManager.default.contentsOfDirectory(atPath: SharedText.path) {
            let source = Source(
                name: category,
                place: .folder(
                    SharedText.path + "/" + category, patterns: Source.defaultPatterns))
            let corpus = try cache.corpus(source, tokenizer: TestTokenizer())
            #expect(corpus.report.drops.isEmpty && corpus.report.repairedDocuments == 0)
            #expect(
                corpus.train.byteCount + corpus.validation.byteCount == corpus.report.textBytes)
            // A token a byte.
            #expect(
                corpus.train.tokenCount + corpus.validation.tokenCount == corpus.report.textBytes)
            try corpus.train.verify()
        }
    }

    @Test func rowsEqualThoseOfFoundationsParser() throws {
        let path = SharedText.path + "/math/openlogic.jsonl"
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        let expected = try lines.map { line in
            let row = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(row?["text"] as? String)
        }
        var texts: [String] = []
        var whole = ""
        try DocumentReader(Source(name: "math", place: .files([path]))).read { document, _ in
            whole += document.text
            if !document.goesOn {
                texts.append(whole)
                whole = ""
            }
        }
        #expect(texts == expected.filter { !$0.isEmpty })
    }
}

enum SharedText {
    static let path: String = {
        if let data = ProcessInfo.processInfo.environment["NIGHTJAR_SHARED_DATA"] {
            return data + "/text"
        }
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.deletingLastPathComponent().appendingPathComponent("shared/data/text").path
    }()

    static let exists = FileManager.default.fileExists(atPath: path)
}
