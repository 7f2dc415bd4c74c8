import Foundation
import Testing

@testable import Corpora

@Suite struct DocumentReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ source: Source, chunk: Int = 1 << 20) throws -> ([Document], ReadReport) {
        var documents: [Document] = []
        let report = try DocumentReader(source, chunkBytes: chunk).read { document, _ in
            documents.append(document)
        }
        return (documents, report)
    }

    private func error(_ source: Source) -> CorporaError? {
        do {
            _ = try read(source)
            return nil
        } catch {
            return error as? CorporaError
        }
    }

    @Test func aWholeFileIsOneDocument() throws {
        let path = try folder.write("a.txt", "one\ntwo\n\nthree\n")
        let (documents, report) = try read(Source(name: "s", place: .files([path])))
        #expect(documents.map(\.text) == ["one\ntwo\n\nthree\n"])
        #expect(documents[0].origin == DocumentOrigin(source: "s", file: path, line: 1))
        #expect(report.bytes == 15 && report.textBytes == 15 && report.rows == 1)
        #expect(report.remarks.isEmpty)
    }

    @Test func linesBlankLinesAndSeparatorsSplitWithLineNumbers() throws {
        let path = try folder.write("a.txt", "one\r\ntwo\n \t\r\n\nthree\n%\nfour")
        func texts(_ split: Source.TextSplit) throws -> [String] {
            try read(Source(name: "s", place: .files([path]), format: .text(split))).0.map {
                "\($0.origin.line):\($0.text)"
            }
        }
        #expect(try texts(.lines) == ["1:one", "2:two", "3: \t", "5:three", "6:%", "7:four"])
        #expect(try texts(.blankLines) == ["1:one\r\ntwo", "5:three\n%\nfour"])
        #expect(
            try texts(.separator("\n%\n")) == ["1:one\r\ntwo\n \t\r\n\nthree", "7:four"])
    }

    @Test func everySplitIsTheSameForAnyChunkSize() throws {
        var random = TestRandom(5)
        let alphabet: [UInt8] = Array("ab \n\n%\r".utf8) + Array("é".utf8)
        for _ in 0..<20 {
            let bytes = (0..<400).map { _ in alphabet.randomElement(using: &random)! }
            let path = try folder.write("r.txt", bytes)
            for split in [
                Source.TextSplit.whole, .lines, .blankLines, .separator("\n%\n"),
                .separator("\n\n"),
            ] {
                let source = Source(
                    name: "s", place: .files([path]), format: .text(split),
                    maximumDocumentBytes: 64)
                let whole = try read(source)
                for chunk in [1, 2, 3, 7, 64] {
                    let other = try read(source, chunk: chunk)
                    #expect(other.0 == whole.0)
                    #expect(other.1 == whole.1)
                }
            }
        }
    }

    @Test func linesEqualThoseOfTheObviousSplit() throws {
        var random = TestRandom(6)
        for _ in 0..<20 {
            let text = String(
                (0..<300).map { _ in "ab\n".randomElement(using: &random)! })
            let path = try folder.write("r.txt", text)
            let (documents, report) = try read(
                Source(name: "s", place: .files([path]), format: .text(.lines)), chunk: 16)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let expected = lines.enumerated().filter { !$0.element.isEmpty }
            #expect(documents.map(\.text) == expected.map { String($0.element) })
            #expect(documents.map(\.origin.line) == expected.map { $0.offset + 1 })
            let blank = lines.dropLast(text.hasSuffix("\n") ? 1 : 0).count { $0.isEmpty }
            #expect(report.droppedRows == blank)
        }
    }

    @Test func aLongTextIsCutIntoPartsThatJoinWithoutLoss() throws {
        let line = "Twas brillig, and the slithy tovés did gyre and gimble\n"
        let text = String(repeating: line, count: 40)
        let path = try folder.write("a.txt", text)
        let (documents, report) = try read(
            Source(name: "s", place: .files([path]), maximumDocumentBytes: 200), chunk: 31)
        #expect(documents.map(\.text).joined() == text)
        #expect(documents.count > 5 && documents.allSatisfy { $0.utf8.count <= 200 })
        #expect(documents.allSatisfy { $0.text.hasSuffix("\n") })
        #expect(documents.map(\.startsMidway) == [false] + documents.dropFirst().map { _ in true })
        #expect(documents.map(\.goesOn) == documents.dropLast().map { _ in true } + [false])
        #expect(documents[1].origin.line == 4)
        #expect(report.rows == 1 && report.cutTexts == 1)
        #expect(report.remarks == ["1 long texts cut into parts"])
    }

    @Test func aTextWithoutSpacesIsCutBetweenCharacters() throws {
        let text = String(repeating: "é漢🜁", count: 100)
        let (documents, _) = try read(
            Source(name: "s", place: .memory([text]), maximumDocumentBytes: 64))
        #expect(documents.map(\.text).joined() == text)
        #expect(documents.allSatisfy { UTF8Check.isValid($0.utf8) && $0.utf8.count <= 64 })
        #expect(Set(documents.map(\.contentHash)).count == 1)
    }

    @Test func jsonLinesGiveTheFieldAndCountEveryBadRowByCause() throws {
        let path = try folder.write(
            "a.jsonl",
            """
            {"text": "one", "id": 1}
            not json
            {"id": 2}
            {"text": 5}

            {"text": ""}
            {"text": "t\\u00e9\\nx"}
            {"txet": "x"}
            [1]
            """)
        let (documents, report) = try read(Source(name: "s", place: .files([path])))
        #expect(documents.map(\.text) == ["one", "té\nx"])
        #expect(documents.map(\.origin.line) == [1, 7])
        #expect(report.rows == 9 && report.droppedRows == 7)
        #expect(report.drops.map(\.cause) == [.notJSON, .missingField, .wrongType, .empty])
        #expect(report.drops.map(\.count) == [2, 2, 1, 2])
        #expect(
            report.drops[1].firstCases == [
                "\(path):3: no 'text'; it has 'id'", "\(path):8: no 'text'; is it 'txet'?",
            ])
        #expect(report.drops[0].firstCases[0].hasPrefix("\(path):2: "))
    }

    @Test func onlyTheFirstThreeCasesAreKept() throws {
        let path = try folder.write("a.jsonl", String(repeating: "x\n", count: 10))
        let (_, report) = try read(Source(name: "s", place: .files([path])))
        #expect(report.drops[0].count == 10 && report.drops[0].firstCases.count == 3)
        #expect(report.remarks[0].hasSuffix("; ..."))
    }

    @Test func aBadRowStopsWhereTheSourceSaysSo() throws {
        let path = try folder.write("a.jsonl", "{\"text\": \"x\"}\n{\"text\": }\n")
        let error = error(Source(name: "s", place: .files([path]), badRow: .stop))
        #expect(error?.code == .badRow && error?.line == 2 && error?.path == path)
        #expect(error?.isUserMistake == true)
    }

    @Test func invalidUTF8IsReplacedDroppedOrRefused() throws {
        let bad = Array("good\nb".utf8) + [0xff, 0xc3] + Array("d\nfine\n".utf8)
        let path = try folder.write("a.txt", bad)
        func source(_ choice: Source.InvalidUTF8) -> Source {
            Source(
                name: "s", place: .files([path]), format: .text(.lines), invalidUTF8: choice)
        }
        let (replaced, repairs) = try read(source(.replace))
        #expect(replaced.map(\.text) == ["good", "b\u{fffd}\u{fffd}d", "fine"])
        #expect(repairs.repairedDocuments == 1 && repairs.firstRepairs == ["\(path):2"])
        let (kept, drops) = try read(source(.drop))
        #expect(kept.map(\.text) == ["good", "fine"])
        #expect(drops.drops.map(\.cause) == [.invalidUTF8])
        let error = error(source(.stop))
        #expect(error?.code == .invalidUTF8 && error?.line == 2)
    }

    @Test func theLineOfInvalidUTF8IsFoundInsideADocument() throws {
        let path = try folder.write("a.txt", Array("one\ntwo\nth".utf8) + [0xe2, 0x28])
        let error = error(Source(name: "s", place: .files([path]), invalidUTF8: .stop))
        #expect(error?.line == 3)
    }

    @Test func aLoneSurrogateInARowIsInvalidText() throws {
        let path = try folder.write("a.jsonl", #"{"text": "a\ud800b"}"#)
        let (documents, report) = try read(Source(name: "s", place: .files([path])))
        #expect(documents.map(\.text) == ["a\u{fffd}b"] && report.repairedDocuments == 1)
        let (none, dropped) = try read(
            Source(name: "s", place: .files([path]), invalidUTF8: .drop))
        #expect(none.isEmpty && dropped.drops[0].cause == .invalidUTF8)
        #expect(
            error(Source(name: "s", place: .files([path]), invalidUTF8: .stop))?.line == 1)
    }

    @Test func aByteOrderMarkIsRemovedAndCounted() throws {
        let path = try folder.write("a.jsonl", [0xef, 0xbb, 0xbf] + Array(#"{"text":"x"}"#.utf8))
        let (documents, report) = try read(Source(name: "s", place: .files([path])))
        #expect(documents.map(\.text) == ["x"] && report.byteOrderMarks == 1)
    }

    @Test func aMissingFileIsNamed() {
        let error = error(Source(name: "s", place: .files(["/nowhere/at/all.txt"])))
        #expect(error?.code == .missingFile && error?.path == "/nowhere/at/all.txt")
    }

    @Test func anEmptyFileIsCountedAsMissingItsDocument() throws {
        let path = try folder.write("a.txt", "")
        let (documents, report) = try read(Source(name: "s", place: .files([path])))
        #expect(documents.isEmpty && report.drops.map(\.cause) == [.empty])
    }

    @Test func aFolderIsReadInBytewiseOrderOfPaths() throws {
        for name in ["b.txt", "a/z.txt", "B.txt", "a.txt", "a/b.jsonl", ".hidden.txt", "x.bin"] {
            try folder.write(name, name.hasSuffix("l") ? #"{"text":"row"}"# : name)
        }
        let source = Source(
            name: "s",
            place: .folder(folder.path, patterns: Source.defaultPatterns))
        let (documents, report) = try read(source)
        #expect(documents.map(\.text) == ["B.txt", "a.txt", "row", "a/z.txt", "b.txt"])
        #expect(report.filesLeftOut == 1 && report.firstFilesLeftOut == ["x.bin"])
    }

    @Test func aFolderThatLeadsBackIntoItselfEnds() throws {
        try folder.write("a/one.txt", "one")
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/a/up", withDestinationPath: folder.path)
        let (documents, _) = try read(
            Source(name: "s", place: .folder(folder.path, patterns: ["*.txt"])))
        #expect(documents.count == 1)
    }

    @Test func aFolderWithoutAMatchIsAnErrorThatSaysWhatIsThere() throws {
        try folder.write("x.bin", "x")
        let error = error(Source(name: "s", place: .folder(folder.path, patterns: ["*.txt"])))
        #expect(error?.code == .emptyCorpus)
        #expect(error?.message.contains("x.bin") == true)
    }

    @Test(arguments: [
        Source(name: "", place: .memory([])),
        Source(name: "s", place: .files([])),
        Source(name: "s", place: .folder("/", patterns: [])),
        Source(name: "s", place: .files(["x"]), format: .jsonLines(field: "")),
        Source(name: "s", place: .files(["x"]), format: .text(.separator(""))),
        Source(name: "s", place: .memory([]), format: .text(.lines)),
        Source(name: "s", place: .files(["/"])),
        Source(name: "s", place: .files(["/dev/null"])),
        Source(name: "s", place: .folder("/dev/null", patterns: ["*"])),
        Source(name: "s", place: .memory([]), maximumDocumentBytes: 3),
        Source(name: "s", place: .memory([]), split: ValidationSplit(share: 1)),
        Source(name: "s", place: .memory([]), split: ValidationSplit(share: .nan)),
    ])
    func settingsOutOfRangeAreRefused(source: Source) {
        #expect(error(source)?.code == .badSetting)
    }
}
