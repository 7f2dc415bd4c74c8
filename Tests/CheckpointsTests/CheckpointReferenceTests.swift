import Testing

@testable import Checkpoints

@Suite struct CheckpointReferenceTests {
    private func run(_ folder: TemporaryFolder) throws -> String {
        let store = try CheckpointStore(run: folder / "base") { _ in }
        for step in [500, 900] {
            try store.save(
                step: step,
                contents: CheckpointContents(files: [CheckpointFile("config.json", text: "{}")]))
        }
        try store.stages.point("pre", at: "step-000500")
        return folder / "base"
    }

    private func resolved(_ text: String) throws -> String {
        try CheckpointReference(text).resolve { _ in }
    }

    @Test func theThreeFormsLeadToTheirFolders() throws {
        let folder = try TemporaryFolder()
        let base = try run(folder)
        #expect(try resolved(base + "@pre") == base + "/checkpoints/step-000500")
        #expect(try resolved(base + "@step-900") == base + "/checkpoints/step-000900")
        #expect(try resolved(base + "@step-000900") == base + "/checkpoints/step-000900")
        #expect(try resolved(base) == base + "/checkpoints/step-000900")
        let plain = base + "/checkpoints/step-000500"
        #expect(try resolved(plain) == plain)
    }

    @Test func aFolderWithAnAtSignIsAFolder() throws {
        let folder = try TemporaryFolder()
        try PosixFileSystem().makeFolder(folder / "model@v2")
        #expect(try resolved(folder / "model@v2") == folder / "model@v2")
        #expect(try CheckpointReference("a@b/c") == .folder("a@b/c"))
    }

    @Test func whatIsNotThereIsNamedWithTheNearest() throws {
        let folder = try TemporaryFolder()
        let base = try run(folder)
        let stage = try checkpointError { _ = try resolved(base + "@prr") }
        #expect(stage.code == .unknownName)
        #expect(stage.message.contains("did you mean \"pre\"?"))
        let step = try checkpointError { _ = try resolved(base + "@step-901") }
        #expect(step.message.contains("step-000900"))
        #expect(try checkpointError { _ = try resolved(folder / "none@pre") }.code == .missing)
        #expect(try checkpointError { _ = try resolved(folder / "none") }.code == .missing)
        for error in [stage, step] { #expect(error.isUserMistake) }
    }

    @Test(arguments: ["", "@pre", "runs/base@", "runs/base@a b", "runs/base@.."])
    func whatIsNoReferenceIsRefused(text: String) throws {
        let error = try checkpointError { _ = try CheckpointReference(text) }
        #expect(error.code == .invalidName)
        #expect(error.isUserMistake)
    }

    @Test func stagesMoveAndRefuseBadNames() throws {
        let folder = try TemporaryFolder()
        let base = try run(folder)
        let stages = StagePointers(run: base)
        try stages.point("pre", at: "step-000900")
        #expect(try stages.all() == ["pre": "step-000900"])
        for name in ["", "a/b", ".x", "step-5", "é", "a b"] {
            #expect(throws: CheckpointError.self) { try stages.point(name, at: "step-000900") }
        }
        try writeFile(stages.folder + "/mid", "\n")
        #expect(try checkpointError { _ = try stages.all() }.path == stages.folder + "/mid")
    }

    @Test func stepNamesReadBack() {
        for step in [0, 7, 500, 999_999, 1_000_000, 123_456_789] {
            #expect(CheckpointName.step(of: CheckpointName.of(step: step)) == step)
        }
        #expect(CheckpointName.of(step: 500) == "step-000500")
        for name in ["step-", "step--1", "step-1x", "stop-1", "step-99999999999999999999"] {
            #expect(CheckpointName.step(of: name) == nil)
        }
    }
}
