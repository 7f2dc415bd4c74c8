import Checkpoints
import Foundation
import Testing

@Suite struct PhaseListTests {
    /// A folder of two phases; the first has two checkpoints, the second as many as asked for.
    private func folder(_ second: Int) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try PhaseList(names: ["stable", "sft"]).write(to: folder.path)
        for (phase, steps) in [("stable", [5, 10]), ("sft", second > 0 ? [second] : [])] {
            let run = folder.path + "/" + phase
            try FileManager.default.createDirectory(
                atPath: run, withIntermediateDirectories: true)
            let store = try CheckpointStore(run: run) { _ in }
            for step in steps {
                try store.save(
                    step: step,
                    contents: CheckpointContents(files: [CheckpointFile("note.txt", text: phase)]))
            }
            if phase == "stable" {
                try store.stages.point("pre", at: "step-000005")
                try store.stages.point("mid", at: "step-000010")
            } else if second > 0 {
                try store.stages.point("mid", at: CheckpointName.of(step: second))
            }
        }
        return folder
    }

    private func resolved(_ text: String) throws -> String {
        try CheckpointReference(text).resolve { _ in }
    }

    @Test func namesGoOutAndIn() throws {
        let folder = try TemporaryFolder()
        #expect(try PhaseList(of: folder.path) == nil)
        let list = PhaseList(names: ["a-1", "b_2"])
        try list.write(to: folder.path)
        #expect(try PhaseList(of: folder.path) == list)
    }

    @Test func aStageIsThatOfTheLastPhaseThatHasIt() throws {
        let folder = try folder(3)
        #expect(try resolved(folder.path + "@pre").hasSuffix("stable/checkpoints/step-000005"))
        #expect(try resolved(folder.path + "@mid").hasSuffix("sft/checkpoints/step-000003"))
        #expect(try resolved(folder.path).hasSuffix("sft/checkpoints/step-000003"))
        #expect(try resolved(folder.path + "/stable@mid").hasSuffix("step-000010"))
    }

    @Test func aPhaseWithoutACheckpointLeavesTheOneBefore() throws {
        let folder = try folder(0)
        #expect(try resolved(folder.path).hasSuffix("stable/checkpoints/step-000010"))
    }

    @Test func whatIsNotThereIsNamed() throws {
        let folder = try folder(0)
        let stage = #expect(throws: CheckpointError.self) { try resolved(folder.path + "@post") }
        #expect("\(try #require(stage))".contains("stable, sft"))
        let step = #expect(throws: CheckpointError.self) { try resolved(folder.path + "@step-5") }
        #expect("\(try #require(step))".contains("sft@step-5"))
    }

    @Test(arguments: [
        "", "{}", "[1]", #"{"format":1,"phases":["a/b"]}"#, #"{"format":9,"phases":[]}"#,
    ])
    func aBrokenListIsRefused(text: String) throws {
        let folder = try TemporaryFolder()
        try text.write(
            toFile: folder.path + "/" + PhaseList.fileName, atomically: true, encoding: .utf8)
        #expect(throws: CheckpointError.self) { try PhaseList(of: folder.path) }
        #expect(throws: CheckpointError.self) { try resolved(folder.path) }
    }
}
