import Foundation
import LuaRuntime
import Tensors
import Testing
import Training

@testable import Scripting

/// A folder with a little text and a recipe, in which programs run; deleted when it goes.
final class ProgramFolder {
    let folder: RecipeFolder
    /// What programs printed.
    private(set) var printed: [String] = []
    /// What was said of runs and programs.
    private(set) var remarks: [String] = []
    var outputFolder: String?
    var memoryBytes = 256 << 20

    init() throws {
        folder = try RecipeFolder()
        let lines = (0..<120).map { "\($0) nightjars flew \($0 * 7 % 13) miles by night.\n\n" }
        try folder.write("texts/birds.txt", lines.joined())
        try folder.write("recipe.lua", Self.head + "return " + Self.recipe())
    }

    static let head = "local nj = require \"nightjar\"\n"

    /// A recipe of a model that learns in no time; `keys` are added.
    static func recipe(_ keys: String = "") -> String {
        """
        nj.recipe {
          name = "bird", seed = 5, steps = 8, sequence_length = 16, batch = { size = 4, micro = 2 },
          precision = "f32", tokenizer = "byte", prefetch = 1,
          model = { init = { hidden_size = 8, intermediate_size = 12, num_hidden_layers = 1,
            num_attention_heads = 2, num_key_value_heads = 1, max_position_embeddings = 32 } },
          data = nj.data.text { path = "texts/birds.txt", split = "blank_line", validation = 0.2 },
          optimizer = nj.optim.adamw { lr = 1e-2 }, evaluate = { every_steps = 4, batches = 2 },
          \(keys)
        }
        """
    }

    /// Runs a program of this text; `nj` is there.
    @discardableResult
    func run(_ source: String, arguments: [String] = []) throws -> Program.Ending {
        try folder.write("program.lua", Self.head + source)
        var host = ProgramHost(backend: CPUBackend.shared, cacheFolder: folder.path + "/cache") {
            [unowned self] _, _ in Listener { self.remarks.append($0) }
        }
        host.workingFolder = folder.path
        host.outputFolder = outputFolder
        host.memoryBytes = memoryBytes
        host.print = { [unowned self] in printed.append($0) }
        host.remark = { [unowned self] in remarks.append($0) }
        return try ComputeThread.shared.run {
            try Program(path: "program.lua", arguments: arguments, host: host).run()
        }
    }

    /// What a program printed, all of it in one.
    func output(of source: String) throws -> [String] {
        printed = []
        try run(source)
        return printed
    }

    /// The error that a program ends with.
    func failure(
        of source: String, at location: SourceLocation = #_sourceLocation
    ) throws -> ScriptingError {
        let error = #expect(throws: ScriptingError.self, sourceLocation: location) {
            try self.run(source)
        }
        return try #require(error, sourceLocation: location)
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: folder.path + "/" + name)
    }

    func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name))
    }
}

/// Hears remarks.
private final class Listener: RunObserver {
    private let hear: (String) -> Void

    init(_ hear: @escaping (String) -> Void) { self.hear = hear }

    func remark(_ sentence: String) { hear(sentence) }
}
