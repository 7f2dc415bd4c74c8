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

    /// The categories as a catalog, drawn from for a million tokens: every share is met within half a
    /// percentage point, and the same rows come whatever is prepared ahead.
    @Test func aCatalogOfItIsMixedExactly() throws {
        let folder = try TemporaryFolder()
        let percents = [
            "encyclopedic": 24, "fiction": 14, "legal": 20, "math": 14, "names": 1, "science": 20,
            "shakespeare": 7,
        ]
        var entries: [String: [String: Any]] = [:]
        for (category, percent) in percents {
            try FileManager.default.copyItem(
                atPath: "\(SharedText.path)/\(category)", toPath: "\(folder.path)/\(category)")
            entries[category] = ["path": category, "percent": percent, "licence": "see SOURCE.md"]
        }
        try folder.write(
            Catalog.fileName,
            Data(JSONSerialization.data(withJSONObject: ["name": "shared", "categories": entries])))
        let catalog = try Catalog(folder: folder.path)
        #expect(catalog.categories.count == 7)
        let cache = CorpusCache(folder: folder.path + "/cache")
        let shards = try catalog.categories.map {
            try cache.corpus($0.source, tokenizer: TestTokenizer()).train
        }
        let mix = try Mix(shards, weights: catalog.categories.map(\.percent))
        func loader(prefetch: Int) throws -> BatchLoader {
            try BatchLoader(
                mix: mix, packing: Packing(length: 512, end: 0), rows: 8, seed: 5,
                prefetch: prefetch)
        }
        let (plain, ahead) = (try loader(prefetch: 0), try loader(prefetch: 4))
        for _ in 0..<245 { #expect(try plain.next().inputs == ahead.next().inputs) }
        let drawn = plain.state.sources.map(\.tokens)
        let all = drawn.reduce(0, +)
        #expect(all >= 1_000_000)
        for (category, tokens) in zip(catalog.categories, drawn) {
            #expect(abs(100 * Double(tokens) / Double(all) - category.percent) < 0.5)
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
