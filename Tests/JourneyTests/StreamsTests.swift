import Foundation
import TestSupport
import Testing

/// Standard streams that are closed, full or folders.
@Suite struct StreamsTests {
    private func shell(_ redirection: String) -> [String] {
        ["/usr/bin/env", "bash", "-c", "exec \"$@\" \(redirection)", "bash"]
    }

    @Test(arguments: [">/dev/full", ">&-"]) func outputThatCannotBeWrittenIsSaid(to place: String)
        throws
    {
        let program = try Program()
        let outcome = try program.run(["check", "recipe.lua"], prefix: shell(place))
        // A closed stream becomes /dev/null: nobody listens, so nothing fails.
        #expect(outcome.code == (place == ">&-" ? 0 : 3) && !outcome.wasSignalled)
        if outcome.code == 3 {
            #expect(outcome.errors.contains("standard output cannot be written"))
        }
    }

    @Test(arguments: ["</", "<&-"]) func inputThatCannotBeReadIsSaid(from place: String) throws {
        let program = try Program()
        let outcome = try program.run(
            ["tokenize", "encode", "--tokenizer", "byte"], prefix: shell(place))
        #expect(outcome.code == (place == "<&-" ? 0 : 2) && !outcome.wasSignalled)
    }

    @Test func endlessInputIsCutOff() throws {
        let program = try Program()
        let outcome = try program.run(
            ["tokenize", "encode", "--tokenizer", "byte"], prefix: shell("</dev/zero"))
        #expect(outcome.code == 2 && outcome.errors.contains("standard input holds more than"))
    }

    /// A file opened by a program without standard streams takes their numbers; progress lines must
    /// not end up in the run's journal.
    @Test func aRunWithoutStreamsKeepsItsFilesClean() throws {
        let program = try Program()
        let outcome = try program.run(
            ["train", "recipe.lua", "--set", "steps=2"], prefix: shell("<&- >&- 2>&-"))
        #expect(outcome.code == 0)
        for name in ["events.jsonl", "metrics.jsonl"] {
            let text = try String(
                contentsOf: program.run.appending(path: name), encoding: .utf8)
            for line in text.split(separator: "\n") {
                #expect(
                    (try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line)")
            }
        }
    }

    /// A reader that leaves, as `head` does, takes nothing from the run.
    @Test func aReaderThatLeavesDoesNotEndTheRun() throws {
        let program = try Program()
        let outcome = try program.run(
            ["train", "recipe.lua", "--set", "steps=4"], prefix: shell("2> >(head -n 1 >/dev/null)")
        )
        #expect(outcome.code == 0 && !outcome.wasSignalled)
        #expect(try !program.finalWeights(step: 4).isEmpty)
    }

    @Test func logitsReplaceNeitherDevicesNorTheModel() throws {
        let program = try Program()
        #expect(try program.run(["train", "recipe.lua", "--set", "steps=2"]).code == 0)
        let weights = try program.finalWeights(step: 2)
        let logits = ["logits", "runs/journey", "--ids", "1,2", "--out"]
        let inside = try program.run(
            logits + ["runs/journey/checkpoints/step-000002/model.safetensors"])
        #expect(inside.code == 2 && inside.errors.contains("inside the model's folder"))
        #expect(try program.finalWeights(step: 2) == weights)
        try FileManager.default.createSymbolicLink(
            atPath: program.folder.file("device").path, withDestinationPath: "/dev/null")
        let device = try program.run(logits + ["device"])
        #expect(device.code == 2 && device.errors.contains("not a plain file"), "\(device.errors)")
    }
}
