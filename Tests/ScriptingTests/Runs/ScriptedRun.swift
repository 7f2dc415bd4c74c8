import Foundation
import LuaRuntime
import Tensors
import Testing
import Training

@testable import Scripting

/// A tiny run with scripts, step by step, in a folder of its own.
final class ScriptedRun {
    let folder: RecipeFolder
    private(set) var said: [String] = []
    /// How the last life of the run ended.
    private(set) var summary: RunSummary?
    private var trainer: Trainer?
    private let keys: String

    /// - Parameter keys: what the recipe says besides, such as `use = { "mine" },`.
    init(keys: String, steps: Int = 60) throws {
        folder = try RecipeFolder()
        self.keys = keys
        let text = (0..<60).map { "the \($0)th swift flies \($0 * 7 % 13) times." }
        try folder.write("birds.txt", text.joined(separator: "\n\n"))
        try write(keys: keys, steps: steps)
    }

    func write(keys: String, steps: Int = 60) throws {
        try folder.write(
            "recipe.lua",
            """
            local nj = require "nightjar"
            return nj.recipe {
              name = "scripted", seed = 5, steps = \(steps), sequence_length = 16,
              batch = { size = 2 }, precision = "f32", tokenizer = "byte", prefetch = 1,
              model = { init = { hidden_size = 8, intermediate_size = 12, num_hidden_layers = 1,
                num_attention_heads = 2 } },
              data = nj.data.text { path = "birds.txt", split = "blank_line" },
              evaluate = { every_steps = 10, batches = 1 },
              checkpoint = { every_steps = 10, keep_last = 9 },
              \(keys)
            }
            """)
    }

    func plugin(_ name: String, _ body: String) throws {
        try folder.write(
            "Plugins/\(name)/\(name).lua",
            "local nj = require 'nightjar'\n"
                + "return { name = '\(name)', api = 1, summary = 'A test.', \(body) }")
    }

    /// Begins, or goes on from the newest checkpoint.
    func begin(
        resumes: Bool = false, isLocked: Bool = false, takesEdited: Bool = false,
        overrides: [String] = []
    ) throws {
        trainer = nil
        let loaded = try RecipeLoader.load(
            path: "recipe.lua", overrides: overrides, workingFolder: folder.path,
            resumes: resumes && !takesEdited)
        if resumes { said += loaded.warnings }
        let scripts = try loaded.openScripts(
            isLocked: isLocked, takesEdited: takesEdited
        ) { [weak self] line in
            self?.said.append("\(line.owner): \(line.text)")
        }
        let trainer = try Trainer(
            loaded.configuration, recipe: loaded.runRecipe, resumes: resumes,
            on: ReferenceBackend.shared, cacheFolder: folder.path + "/cache",
            observer: SilentObserver(), hooks: scripts)
        scripts?.use(trainer.tokenizer)
        try trainer.begin()
        self.trainer = trainer
    }

    var stepsMade: Int { trainer?.stepsMade ?? 0 }

    /// Makes steps until there are so many.
    func step(to step: Int) throws {
        let trainer = try #require(trainer)
        while trainer.stepsMade < step, trainer.isActive { _ = try trainer.step() }
    }

    func finish() throws {
        let trainer = try #require(trainer)
        while trainer.isActive { _ = try trainer.step() }
        summary = try trainer.finish()
        self.trainer = nil
    }

    /// Stops between the gradients of a step and its update, saved.
    func stopWithinAStep() throws {
        let trainer = try #require(trainer)
        _ = try trainer.forwardBackward()
        _ = try trainer.finish()
        self.trainer = nil
    }

    /// Leaves the run as a killed process would, once the last checkpoint is on the disk.
    func die() throws {
        let last = (trainer?.stepsMade ?? 0) / 10 * 10
        let name = path + "/checkpoints/step-" + String(format: "%06d", last)
        let deadline = Date().addingTimeInterval(20)
        while last > 0, !FileManager.default.fileExists(atPath: name), Date() < deadline {
            Thread.sleep(forTimeInterval: 0.01)
        }
        trainer = nil
    }

    var dials: [String: DialValue] {
        let values = trainer?.dialValues ?? []
        return Dictionary(uniqueKeysWithValues: values.map { ($0.dial.path, $0.value) })
    }

    /// Waits until an edit counts as done.
    func settle() { Thread.sleep(forTimeInterval: 3 * FileWatch.quietSeconds) }

    /// Leaves a request to the run, which is on the disk when this returns.
    func ask(_ request: String) throws {
        let folder = path
        let asked = Thread {
            _ = try? RunControl.send(run: folder, request: .script(request), timeout: 20)
        }
        asked.start()
        let deadline = Date().addingTimeInterval(20)
        func isAsked() -> Bool {
            let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/control")
            return (names ?? []).contains { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
        }
        while !isAsked(), Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        #expect(isAsked())
    }

    private var path: String { folder.path + "/runs/scripted" }

    func weights(step: Int = 60) throws -> Data {
        let name = "checkpoints/step-" + String(format: "%06d", step)
        return try Data(contentsOf: URL(filePath: "\(path)/\(name)/model.safetensors"))
    }

    /// What the checkpoint holds of the scripts' memories, by script.
    func memory(step: Int = 60) throws -> [String: LuaValue] {
        let name = "checkpoints/step-" + String(format: "%06d", step)
        let data = try Data(contentsOf: URL(filePath: "\(path)/\(name)/hooks.json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let states = try #require(object?["states"] as? [String: String])
        return try states.mapValues { text in
            let bytes = try #require(Data(base64Encoded: text))
            let state = try SlotState(StateEncoding.decode(Array(bytes), path: "memory"))
            return try #require(state.memory)
        }
    }

    /// The scripts that a checkpoint's manifest names, by path.
    func scripts(step: Int) throws -> [String: String] {
        let name = "checkpoints/step-" + String(format: "%06d", step)
        let data = try Data(contentsOf: URL(filePath: "\(path)/\(name)/manifest.json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return object?["scripts"] as? [String: String] ?? [:]
    }

    private func lines(_ name: String) throws -> [[String: Any]] {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8).split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    func events(_ name: String) throws -> [[String: Any]] {
        try lines("events.jsonl").filter { $0["event"] as? String == name }
    }

    /// The metrics without the fields that depend on the clock.
    func metrics() throws -> [String] {
        try lines("metrics.jsonl").map { line in
            let kept = line.filter { key, _ in
                !key.hasSuffix("time_s") && key != "tokens_per_second" && key != "mfu"
            }
            return String(
                decoding: try JSONSerialization.data(
                    withJSONObject: kept, options: [.sortedKeys, .withoutEscapingSlashes]),
                as: UTF8.self)
        }
    }
}

private final class SilentObserver: RunObserver {}
