import Glibc
import Synchronization
import Testing

@testable import Checkpoints

@Suite struct CheckpointStoreTests {
    /// Keeps what a store warns of.
    final class Warnings: Sendable {
        private let kept = Mutex<[String]>([])
        var all: [String] { kept.withLock { $0 } }
        func add(_ text: String) { kept.withLock { $0.append(text) } }
    }

    private static func store(
        _ folder: TemporaryFolder, _ fileSystem: any FileSystem = PosixFileSystem(),
        lock: RunLock? = nil, warnings: Warnings = Warnings()
    ) throws -> CheckpointStore {
        try CheckpointStore(run: folder.path, lock: lock, fileSystem: fileSystem) {
            warnings.add($0)
        }
    }

    private static func contents(
        _ mark: String, parents: [String: String] = [:]
    ) -> CheckpointContents {
        CheckpointContents(
            files: [
                CheckpointFile("state.json", text: "{\"mark\":\"\(mark)\"}"),
                CheckpointFile(
                    "model.safetensors",
                    tensors: [TensorDeclaration(name: "w", type: .uint8, shape: [64])]
                ) { _, sink in try sink.append(noise(64, seed: 9)) },
            ], parents: parents)
    }

    private static func mark(_ checkpoint: CheckpointFolder) throws -> String {
        let text = String(decoding: try checkpoint.read("state.json"), as: UTF8.self)
        return String(text.split(separator: "\"")[3])
    }

    @Test func anEmptyRunHasNoCheckpoint() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        #expect(try store.names() == [])
        #expect(try store.newestWhole() == nil)
        #expect(try store.prune(Retention(keepLast: 1)) == [])
        #expect(folder.names() == [])
    }

    @Test func theNewestIsThatOfTheHighestStep() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        for step in [500, 1_000_000, 20, 999_999] {
            let saved = try store.save(step: step, contents: Self.contents("\(step)"))
            #expect(saved.manifest.step == step)
        }
        #expect(
            try store.names() == ["step-000020", "step-000500", "step-999999", "step-1000000"])
        let newest = try #require(try store.newestWhole())
        #expect(try Self.mark(newest) == "1000000")
        #expect(try Self.mark(store.open("step-500")) == "500")
        let error = try checkpointError { _ = try store.open("step-501") }
        #expect(error.code == .unknownName)
        #expect(error.message.contains("step-000500"))
    }

    @Test func savingAStepAgainReplacesIt() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        try store.save(step: 5, contents: Self.contents("one"))
        try store.save(step: 5, contents: Self.contents("two"))
        #expect(try Self.mark(#require(try store.newestWhole())) == "two")
        #expect(folder.names(in: "checkpoints") == ["step-000005"])
    }

    @Test func brokenOnesAreSkippedWithAWarningThatNamesFileAndReason() throws {
        let folder = try TemporaryFolder()
        let warnings = Warnings()
        let store = try Self.store(folder, warnings: warnings)
        for step in 1...5 { try store.save(step: step, contents: Self.contents("\(step)")) }
        let path = store.folder
        try flipBit(of: path + "/step-000005/state.json", atByte: 3)
        try cutFile(path + "/step-000004/model.safetensors", to: 100)
        try PosixFileSystem().removeFile(path + "/step-000003/manifest.json")
        let newest = try #require(try store.newestWhole())
        #expect(try Self.mark(newest) == "2")
        #expect(warnings.all.count == 3)
        #expect(warnings.all[0].contains("step-000005/state.json: MiB 0"))
        #expect(warnings.all[1].contains("step-000004/model.safetensors: the file has 100 bytes"))
        #expect(warnings.all[2].contains("no manifest.json"))
    }

    @Test func pruningSparesStagesParentsAndTheProtected() throws {
        let folder = try TemporaryFolder()
        let warnings = Warnings()
        let store = try Self.store(folder, warnings: warnings)
        for step in 1...8 {
            let parents = step == 8 ? ["\(folder.path)@step-3": "00"] : [:]
            try store.save(step: step, contents: Self.contents("\(step)", parents: parents))
        }
        try store.stages.point("pre", at: "step-000002")
        try flipBit(of: store.folder + "/step-000006/manifest.json", atByte: 9)
        let removed = try store.prune(
            Retention(keepLast: 2, protected: ["step-000005"]))
        #expect(removed == ["step-000001", "step-000004"])
        #expect(
            folder.names(in: "checkpoints")
                == [2, 3, 5, 6, 7, 8].map { CheckpointName.of(step: $0) })
        #expect(warnings.all.count == 1)
        #expect(warnings.all[0].contains("step-000006"))
    }

    @Test func brokenCheckpointsNeverPushOutWholeOnes() throws {
        let folder = try TemporaryFolder()
        let store = try Self.store(folder)
        for step in 1...4 { try store.save(step: step, contents: Self.contents("\(step)")) }
        for step in 2...4 {
            try cutFile(
                store.folder + "/" + CheckpointName.of(step: step) + "/state.json", to: 1)
        }
        #expect(try store.prune(Retention(keepLast: 2)) == [])
        #expect(try Self.mark(#require(try store.newestWhole())) == "1")
    }

    /// The life that the sweeps disturb: a new step, a replaced one, a stage, and pruning.
    private static func live(_ folder: TemporaryFolder, _ fileSystem: any FileSystem) throws {
        let store = try Self.store(folder, fileSystem)
        try store.save(step: 2, contents: contents("two"))
        try store.save(step: 1, contents: contents("one again"))
        try store.stages.point("pre", at: "step-000002")
        try store.prune(Retention(keepLast: 1))
    }

    private static func prepared() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try store(folder, FaultyFileSystem(.none)).save(step: 1, contents: contents("one"))
        return folder
    }

    private static func operationCount() throws -> Int {
        let counting = FaultyFileSystem(.none)
        try live(prepared(), counting)
        return counting.operations.count
    }

    /// Whatever stands under a checkpoint's name is whole, one is there, and nothing else is.
    private static func checkAllWhole(_ folder: TemporaryFolder, _ moment: Comment) throws {
        let lock = try RunLock(run: folder.path)
        let warnings = Warnings()
        let store = try Self.store(
            folder, FaultyFileSystem(.none), lock: lock, warnings: warnings)
        let names = try store.names()
        #expect(!names.isEmpty, moment)
        for name in names {
            let checkpoint = try store.open(name)
            try checkpoint.verify()
            let expected = name == "step-000002" ? ["two"] : ["one", "one again"]
            #expect(expected.contains(try mark(checkpoint)), moment)
        }
        #expect(folder.names(in: "checkpoints") == names, moment)
        #expect(try store.newestWhole() != nil, moment)
        #expect(warnings.all == [], moment)
        for target in try store.stages.all().values {
            #expect(names.contains(target), moment)
        }
    }

    @Test(arguments: [ENOSPC, EIO])
    func whereAnyCallFailsOnceEveryCheckpointIsWhole(code: Int32) throws {
        for n in 1...(try Self.operationCount()) {
            let folder = try Self.prepared()
            let fileSystem = FaultyFileSystem(.once(n, code))
            do {
                try Self.live(folder, fileSystem)
            } catch let error as CheckpointError {
                #expect(error.errno == code)
            }
            let operation = fileSystem.operations[n - 1]
            try Self.checkAllWhole(folder, "call \(n): \(operation)")
            // And the next save goes through.
            try Self.live(folder, FaultyFileSystem(.none))
            try Self.checkAllWhole(folder, "after call \(n): \(operation)")
        }
    }

    @Test func killedBeforeAnyCallEveryCheckpointIsWhole() throws {
        for n in 1...(try Self.operationCount()) {
            let folder = try Self.prepared()
            try? Self.live(folder, FaultyFileSystem(.killed(n)))
            try Self.checkAllWhole(folder, "killed before call \(n)")
        }
    }

    @Test func aDiskThatStaysFullHarmsNothingThatWasSaved() throws {
        for n in 1...(try Self.operationCount()) {
            let folder = try Self.prepared()
            try? Self.live(folder, FaultyFileSystem(.full(n)))
            try Self.checkAllWhole(folder, "full from call \(n)")
        }
    }

    @Test func readersChangeNothing() throws {
        let folder = try Self.prepared()
        let leftover = Leftover("step-000009", .partial, processID: 0x3FFF_FFFF)
        try PosixFileSystem().makeFolder(folder / "checkpoints/\(leftover.name)")
        let store = try Self.store(folder)
        _ = try store.newestWhole()
        #expect(folder.names(in: "checkpoints") == [leftover.name, "step-000001"])
        try store.save(step: 2, contents: Self.contents("two"))
        #expect(folder.names(in: "checkpoints") == ["step-000001", "step-000002"])
    }
}
