import Checkpoints
import Foundation
import Synchronization
import Testing

@Suite struct MappedFileTests {
    @Test func readsAreTheFilesBytes() throws {
        let folder = try TemporaryFolder()
        let bytes = noise(3_000_001, seed: 5)
        try writeFile(folder / "file", bytes)
        let file = try MappedFile(path: folder / "file")
        #expect(file.byteCount == bytes.count)
        for range in [0..<0, 0..<1, 4095..<8193, 0..<bytes.count, 3_000_000..<3_000_001] {
            #expect(try file.read(range) == Array(bytes[range]))
        }
        var pieces: [UInt8] = []
        try file.forEachPiece(ofByteCount: 700_000) { (offset, piece) throws(CheckpointError) in
            #expect(offset == pieces.count)
            pieces.append(contentsOf: piece)
        }
        #expect(pieces == bytes)
    }

    @Test func anEmptyFileOpens() throws {
        let folder = try TemporaryFolder()
        try writeFile(folder / "empty", "")
        let file = try MappedFile(path: folder / "empty")
        #expect(file.byteCount == 0)
        #expect(try file.read(0..<0) == [])
    }

    @Test(arguments: [0, 1, 100, 4096, 5000, 1_000_000, 1_999_999], [true, false])
    func aFileCutWhileMappedGivesAnErrorThatNamesIt(length: Int, staysOpen: Bool) throws {
        let folder = try TemporaryFolder()
        try writeFile(folder / "shard", noise(2_000_000, seed: 6))
        let file = try MappedFile(path: folder / "shard", staysOpen: staysOpen)
        try cutFile(folder / "shard", to: length)
        let error = try checkpointError { _ = try file.read(0..<2_000_000) }
        #expect(error.code == .damaged)
        #expect(error.path == folder / "shard")
        #expect(error.message.contains("\(length) bytes"))
        #expect(!error.isUserMistake)
        // A short read goes through the map, a long one does not.
        #expect(try checkpointError { _ = try file.read(1_990_000..<2_000_000) }.code == .damaged)
        // What is still there stays readable.
        #expect(try file.read(0..<length) == Array(noise(2_000_000, seed: 6)[..<length]))
    }

    /// What was mapped stays, whatever takes its path or removes it.
    @Test func aMapWithoutADescriptorOutlivesItsPath() throws {
        let folder = try TemporaryFolder()
        let bytes = noise(300_000, seed: 8)
        try writeFile(folder / "shard", bytes)
        let file = try MappedFile(path: folder / "shard", staysOpen: false)
        try writeFile(folder / "other", "short")
        try FileManager.default.removeItem(atPath: folder / "shard")
        #expect(try file.read(0..<300_000) == bytes)
        try FileManager.default.moveItem(atPath: folder / "other", toPath: folder / "shard")
        #expect(try file.read(100..<200) == Array(bytes[100..<200]))
    }

    @Test func threadsMeetTheCutEachForItself() async throws {
        let folder = try TemporaryFolder()
        try writeFile(folder / "shard", noise(1 << 20, seed: 7))
        let file = try MappedFile(path: folder / "shard")
        try cutFile(folder / "shard", to: 8192)
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            let isWhole = index % 2 == 0
            let range = isWhole ? 0..<8192 : 0..<(1 << 20)
            if (try? file.read(range)) == nil { failures.withLock { $0 += 1 } }
        }
        #expect(failures.withLock { $0 } == 32)
    }

    /// Reads a file under the guard and returns a descriptor of it; its folder is gone by then, for
    /// the process that asks is about to end.
    private static func guardedFile() throws -> Int32 {
        let folder = try TemporaryFolder()
        try writeFile(folder / "file", noise(100_000, seed: 8))
        _ = try MappedFile(path: folder / "file").read(0..<1)
        return open(folder / "file", O_RDWR)
    }

    @Test func aBusErrorFromElsewhereStillEndsTheProcess() async {
        await #expect(processExitsWith: .signal(SIGBUS)) {
            _ = try MappedFileTests.guardedFile()
            raise(SIGBUS)
        }
        await #expect(processExitsWith: .signal(SIGBUS)) {
            let descriptor = try MappedFileTests.guardedFile()
            // A map of someone else's, read without the guard.
            let map = mmap(nil, 100_000, PROT_READ, MAP_SHARED, descriptor, 0)
            ftruncate(descriptor, 0)
            // The exit code uses what is read, or the read would be optimised away.
            exit(Int32(map?.load(fromByteOffset: 50_000, as: UInt8.self) ?? 1))
        }
    }

    @Test func whatIsNoPlainFileIsRefused() throws {
        let folder = try TemporaryFolder()
        #expect(try checkpointError { _ = try MappedFile(path: folder / "none") }.code == .missing)
        #expect(try checkpointError { _ = try MappedFile(path: folder.path) }.code == .malformed)
        // A named pipe must not make the caller wait for a writer.
        #expect(mkfifo(folder / "pipe", 0o600) == 0)
        #expect(
            try checkpointError { _ = try MappedFile(path: folder / "pipe") }.code == .malformed)
    }
}
