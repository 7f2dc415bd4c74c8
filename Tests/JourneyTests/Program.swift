import Foundation
import TestSupport
import Testing

/// The `nightjar` program as a user runs it, in a folder of its own.
final class Program {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        var text = ""
        for index in 0..<300 {
            text += "Swift \(index) flew \(index * 17 % 23) miles over \(index * 5 % 11) hills.\n\n"
        }
        try folder.write(text, to: "birds.txt")
        try folder.write(Program.recipe, to: "recipe.lua")
    }

    /// Everything that a resumed run must repeat is in play: prefetch, a schedule in Lua, a mix,
    /// evaluation, retention.
    static let recipe = """
        local nj = require "nightjar"
        return nj.recipe {
          name = "journey", seed = 3, steps = 24, sequence_length = 32,
          batch = { size = 4, micro = 2 }, precision = "f32", prefetch = 2,
          tokenizer = "byte",
          model = { init = { model_type = "llama", hidden_size = 16, intermediate_size = 24,
            num_hidden_layers = 2, num_attention_heads = 2, num_key_value_heads = 1 } },
          data = nj.data.text { path = "birds.txt", split = "blank_line" },
          optimizer = nj.optim.adamw { lr = 3e-3 },
          schedule = function(progress) return 1 - 0.5 * progress end,
          evaluate = { every_steps = 6, batches = 2 },
          checkpoint = { every_steps = 3, keep_last = 2 },
        }
        """

    /// The built program stands beside the test bundle.
    static let executable: URL = {
        var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appending(path: "nightjar")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return URL(filePath: "nightjar")
    }()

    struct Outcome {
        var code: Int32
        var wasSignalled: Bool
        var output: String
        var errors: String
    }

    /// Starts the program; `prefix` may run it under another one, and `input` is what it reads.
    func start(
        _ arguments: [String], prefix: [String] = [], input: String? = nil
    ) throws -> Started {
        let process = Process()
        let command = prefix + [Program.executable.path] + arguments
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = folder.url
        var environment = ProcessInfo.processInfo.environment
        environment["NIGHTJAR_CACHE"] = folder.file("cache").path
        environment["NIGHTJAR_THREADS"] = "2"
        process.environment = environment
        let started = Started(process, in: folder)
        if let input {
            let name = UUID().uuidString + ".in"
            try folder.write(input, to: name)
            process.standardInput = FileHandle(forReadingAtPath: folder.file(name).path)
        }
        try process.run()
        return started
    }

    @discardableResult
    func run(
        _ arguments: [String], prefix: [String] = [], input: String? = nil
    ) throws -> Outcome {
        try start(arguments, prefix: prefix, input: input).wait()
    }

    /// A running program whose output goes to files, so that no pipe can fill.
    final class Started {
        let process: Process
        private let output: URL
        private let errors: URL

        init(_ process: Process, in folder: TemporaryFolder) {
            let name = UUID().uuidString
            output = folder.file(name + ".out")
            errors = folder.file(name + ".err")
            for file in [output, errors] {
                _ = FileManager.default.createFile(atPath: file.path, contents: nil)
            }
            process.standardOutput = FileHandle(forWritingAtPath: output.path)
            process.standardError = FileHandle(forWritingAtPath: errors.path)
            process.standardInput = FileHandle.nullDevice
            self.process = process
        }

        func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

        /// What it has said on standard error by now.
        var errorsSoFar: String { (try? String(contentsOf: errors, encoding: .utf8)) ?? "" }

        func wait() -> Outcome {
            process.waitUntilExit()
            func text(_ file: URL) -> String {
                (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            }
            defer {
                try? FileManager.default.removeItem(at: output)
                try? FileManager.default.removeItem(at: errors)
            }
            return Outcome(
                code: process.terminationStatus,
                wasSignalled: process.terminationReason == .uncaughtSignal, output: text(output),
                errors: text(errors))
        }
    }

    // MARK: What a run left behind

    var run: URL { folder.file("runs/journey") }

    func finalWeights(step: Int = 24) throws -> Data {
        let name = "checkpoints/step-" + String(format: "%06d", step) + "/model.safetensors"
        return try Data(contentsOf: run.appending(path: name))
    }

    /// Every record without the fields that depend on the clock.
    func metrics() throws -> [String] {
        try String(contentsOf: run.appending(path: "metrics.jsonl"), encoding: .utf8)
            .split(separator: "\n").map { line in
                var object =
                    try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                    ?? [:]
                for field in object.keys
                where field.hasSuffix("time_s") || ["tokens_per_second", "mfu"].contains(field) {
                    object[field] = nil
                }
                return String(
                    decoding: try JSONSerialization.data(
                        withJSONObject: object, options: .sortedKeys), as: UTF8.self)
            }
    }
}
