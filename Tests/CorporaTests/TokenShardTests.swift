import Foundation
import Testing

@testable import Corpora

@Suite struct TokenShardTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Documents of random ids, some in parts, from three files.
    private func makeDocuments(
        _ count: Int, vocabulary: Int, longest: Int = 50
    ) -> [(document: Document, ids: [Int32])] {
        var random = TestRandom(UInt64(count))
        return (0..<count).map { index in
            let origin = DocumentOrigin(source: "s", file: "f\(index * 3 / count)", line: index + 1)
            let document = Document(
                utf8: Array("text \(index)".utf8), origin: origin, startsMidway: index % 5 == 3,
                goesOn: index % 5 == 2)
            let ids = (0..<Int.random(in: 1...longest, using: &random)).map { _ in
                Int32.random(in: 0..<Int32(vocabulary), using: &random)
            }
            return (document, ids)
        }
    }

    private func write(
        _ documents: [(document: Document, ids: [Int32])], vocabulary: Int,
        to name: String = "a.shard"
    ) throws -> String {
        let path = folder.path + "/" + name
        let writer = try ShardWriter(
            path: path, vocabularySize: vocabulary, tokenizerFingerprint: "tok", sourceKey: "key")
        for (document, ids) in documents { try writer.append(ids, of: document) }
        try writer.finish()
        return path
    }

    private func expectError(
        _ code: CorporaError.Code, naming path: String, _ body: () throws -> Void,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            try body()
            Issue.record("nothing was thrown", sourceLocation: sourceLocation)
        } catch {
            let error = error as? CorporaError
            #expect(error?.code == code, sourceLocation: sourceLocation)
            #expect(error?.path == path, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: [256, 65_536, 65_537, 300_000])
    func everythingComesBack(vocabulary: Int) throws {
        let documents = makeDocuments(300, vocabulary: vocabulary)
        let path = try write(documents, vocabulary: vocabulary)
        let shard = try TokenShard(path: path, name: "s", tokenizerFingerprint: "tok")
        #expect(shard.documentCount == 300)
        #expect(shard.tokenCount == documents.reduce(0) { $0 + $1.ids.count })
        #expect(shard.byteCount == documents.reduce(0) { $0 + $1.document.utf8.count })
        #expect(shard.vocabularySize == vocabulary)
        for (index, (document, ids)) in documents.enumerated() {
            let extent = try shard.extent(ofDocument: index)
            #expect(
                extent
                    == DocumentExtent(
                        tokenCount: ids.count, byteCount: document.utf8.count,
                        startsMidway: document.startsMidway, goesOn: document.goesOn))
            #expect(try shard.run(ofDocument: index, tokens: 0..<ids.count).ids == ids)
            let part = ids.count / 3..<ids.count
            #expect(try shard.run(ofDocument: index, tokens: part).ids == Array(ids[part]))
            #expect(try shard.origin(ofDocument: index) == document.origin)
        }
        try shard.verify()
        #expect(try folder.names() == ["a.shard"])
    }

    @Test func documentsLongerThanABlockComeBack() throws {
        let documents = makeDocuments(5, vocabulary: 70_000, longest: 900_000)
        let path = try write(documents, vocabulary: 70_000)
        let shard = try TokenShard(path: path, name: "s")
        for (index, (_, ids)) in documents.enumerated() {
            #expect(try shard.run(ofDocument: index, tokens: 0..<ids.count).ids == ids)
        }
    }

    @Test func aShardWithoutDocumentsOpens() throws {
        let shard = try TokenShard(path: write([], vocabulary: 10), name: "s")
        #expect(shard.documentCount == 0 && shard.tokenCount == 0)
    }

    /// The same data in a folder that was moved is the same.
    @Test func theFingerprintFollowsTheIdsAndNotTheFilesNames() throws {
        var documents = makeDocuments(20, vocabulary: 100)
        func fingerprint() throws -> String {
            try TokenShard(path: write(documents, vocabulary: 100), name: "s").fingerprint
        }
        let first = try fingerprint()
        #expect(try fingerprint() == first)
        for index in documents.indices {
            let file = documents[index].document.origin.file ?? ""
            documents[index].document.origin.file = "moved/" + file
        }
        #expect(try fingerprint() == first)
        documents[3].ids[0] = (documents[3].ids[0] + 1) % 100
        #expect(try fingerprint() != first)
    }

    @Test func anotherTokenizersShardIsRefused() throws {
        let path = try write(makeDocuments(2, vocabulary: 10), vocabulary: 10)
        expectError(.foreignTokenizer, naming: path) {
            _ = try TokenShard(path: path, name: "s", tokenizerFingerprint: "other")
        }
    }

    @Test func aFileCutUnderAnOpenReaderIsAnErrorThatNamesIt() throws {
        let path = try write(makeDocuments(100_000, vocabulary: 1000), vocabulary: 1000)
        let shard = try TokenShard(path: path, name: "s")
        _ = try shard.run(ofDocument: 0, tokens: 0..<1)
        try #require(truncate(path, 2 << 20) == 0)
        expectError(.truncatedFile, naming: path) { _ = try shard.extent(ofDocument: 99_999) }
        try #require(truncate(path, 600) == 0)
        // Its first block was found whole before: the read itself notices.
        expectError(.truncatedFile, naming: path) { _ = try shard.extent(ofDocument: 0) }
        #expect(!CorporaError(.truncatedFile, "").isUserMistake)
    }

    @Test func aFileCutBeforeOpeningIsRefusedAtEveryLength() throws {
        let path = try write(makeDocuments(50, vocabulary: 1000), vocabulary: 1000)
        let length = try Data(contentsOf: URL(fileURLWithPath: path)).count
        for cut in [0, 1, 511, 512, length / 2, length - 1] {
            let copy = folder.path + "/cut.shard"
            try? FileManager.default.removeItem(atPath: copy)
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            try #require(truncate(copy, cut) == 0)
            expectError(.truncatedFile, naming: copy) { _ = try TokenShard(path: copy, name: "s") }
        }
    }

    @Test func everyFlippedByteIsFound() throws {
        let path = try write(makeDocuments(10, vocabulary: 1000), vocabulary: 1000)
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        func put(_ byte: UInt8, at index: Int) throws {
            try handle.seek(toOffset: UInt64(index))
            try handle.write(contentsOf: [byte])
        }
        for index in whole.indices {
            try put(whole[index] ^ 0x10, at: index)
            #expect(throws: CorporaError.self, "byte \(index)") {
                try TokenShard(path: path, name: "s").verify()
            }
            try put(whole[index], at: index)
        }
        try TokenShard(path: path, name: "s").verify()
    }

    @Test func aFlippedByteIsFoundWhenItsBlockIsFirstRead() throws {
        let path = try write(
            makeDocuments(2000, vocabulary: 1000, longest: 3000), vocabulary: 1000)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[3 << 20] ^= 1
        let copy = try folder.write("flipped.shard", bytes)
        let shard = try TokenShard(path: copy, name: "s")
        _ = try shard.run(ofDocument: 0, tokens: 0..<1)
        expectError(.damagedFile, naming: copy) {
            for index in 0..<shard.documentCount {
                let extent = try shard.extent(ofDocument: index)
                _ = try shard.run(ofDocument: index, tokens: 0..<extent.tokenCount)
            }
        }
    }

    @Test func anUnfinishedShardLeavesNothingBehind() throws {
        do {
            let writer = try ShardWriter(
                path: folder.path + "/a.shard", vocabularySize: 10, tokenizerFingerprint: "t",
                sourceKey: "k")
            try writer.append([1], of: makeDocuments(1, vocabulary: 10)[0].document)
        }
        #expect(try folder.names() == [])
    }

    @Test func aTornShardNeverOpens() throws {
        // What a killed writer leaves: the place of the header holds zeros until the end.
        let path = try folder.write("torn.shard", [UInt8](repeating: 0, count: 3000))
        expectError(.foreignFormat, naming: path) { _ = try TokenShard(path: path, name: "s") }
    }

    @Test func anotherFormatIsRefusedByNumber() throws {
        let path = try write(makeDocuments(3, vocabulary: 10), vocabulary: 10)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        bytes[8] = 9
        let copy = try folder.write("other.shard", bytes)
        expectError(.foreignFormat, naming: copy) { _ = try TokenShard(path: copy, name: "s") }
    }

    @Test func anIdOutsideTheVocabularyIsRefused() throws {
        let writer = try ShardWriter(
            path: folder.path + "/a.shard", vocabularySize: 10, tokenizerFingerprint: "t",
            sourceKey: "k")
        let document = makeDocuments(1, vocabulary: 10)[0].document
        for id in [Int32(10), -1] {
            expectError(.brokenTokenizer, naming: "f0") { try writer.append([id], of: document) }
        }
    }
}
