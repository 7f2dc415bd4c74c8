import Checkpoints
import Glibc
import Testing

@Suite struct JournalFileTests {
    @Test func recordsSurviveReopening() throws {
        let folder = try TemporaryFolder()
        let path = folder / "events.jsonl"
        for round in 0..<3 {
            let journal = try JournalFile(path: path)
            #expect(journal.cutByteCount == 0)
            #expect(try journal.lines() == (0..<round).map { "{\"n\":\($0)}" })
            try journal.append("{\"n\":\(round)}")
        }
    }

    @Test func aRecordIsFlushedBeforeAppendReturns() throws {
        let folder = try TemporaryFolder()
        let fileSystem = FaultyFileSystem(.none)
        let journal = try JournalFile(path: folder / "events.jsonl", fileSystem: fileSystem)
        let before = fileSystem.operations.count
        try journal.append("{}")
        #expect(
            Array(fileSystem.operations[before...])
                == ["write events.jsonl", "fsync events.jsonl"])
    }

    @Test func aTornLastLineIsCutWhereverItTore() throws {
        let folder = try TemporaryFolder()
        let path = folder / "events.jsonl"
        let whole = "{\"a\":1}\n{\"b\":2}\n"
        for count in 0...whole.utf8.count {
            try writeFile(path, Array(whole.utf8.prefix(count)))
            let journal = try JournalFile(path: path)
            let kept = count < 8 ? 0 : count < 16 ? 8 : 16
            #expect(journal.cutByteCount == count - kept)
            #expect(try readFile(path) == Array(whole.utf8.prefix(kept)))
            try journal.append("{}")
            #expect(try readFile(path) == Array(whole.utf8.prefix(kept)) + Array("{}\n".utf8))
        }
        // A torn line longer than what is looked at in one go.
        try writeFile(path, whole + String(repeating: "x", count: 200_000))
        #expect(try JournalFile(path: path).cutByteCount == 200_000)
        #expect(try readFile(path) == Array(whole.utf8))
    }

    @Test(arguments: [ENOSPC, EIO])
    func aRecordThatFailsLeavesNothingBehind(code: Int32) throws {
        for n in 1...12 {
            let folder = try TemporaryFolder()
            let path = folder / "events.jsonl"
            let fileSystem = FaultyFileSystem(.once(n, code))
            var written: [String] = []
            for record in ["{\"a\":1}", "{\"b\":2}", "{\"c\":3}"] {
                guard let journal = try? JournalFile(path: path, fileSystem: fileSystem) else {
                    continue
                }
                if (try? journal.append(record)) != nil { written.append(record) }
            }
            #expect(try JournalFile(path: path).lines() == written)
            #expect(written.count >= 2)
        }
    }

    @Test func oneJournalGoesOnAfterAFailedRecord() throws {
        let folder = try TemporaryFolder()
        let path = folder / "events.jsonl"
        let opening = FaultyFileSystem(.none)
        _ = try JournalFile(path: path, fileSystem: opening)
        let count = opening.operations.count - 1
        // The write fails halfway, and so do the cut after it and the cut before the next record.
        let fileSystem = FaultyFileSystem(.several((count + 1)...(count + 3), ENOSPC))
        let journal = try JournalFile(path: path, fileSystem: fileSystem)
        #expect(throws: CheckpointError.self) { try journal.append("{\"lost\":1}") }
        #expect(try readFile(path) != [], "half a record must be there, or nothing is tested")
        #expect(try journal.lines() == [])
        #expect(throws: CheckpointError.self) { try journal.append("{\"lost\":2}") }
        try journal.append("{\"kept\":3}")
        #expect(try journal.lines() == ["{\"kept\":3}"])
        #expect(try readFile(path) == Array("{\"kept\":3}\n".utf8))
    }
}
