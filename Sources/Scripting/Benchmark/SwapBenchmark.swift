import Foundation
import LuaRuntime
import Synchronization
import Telemetry
import Tensors
import Training

/// How long a running job takes to take up a plugin that is saved: a real run of a tiny model, in a
/// folder of its own, whose plugin another thread saves again and again.
struct SwapBenchmark {
    /// Seconds from closing the file to the first call of the new version, a save each.
    private(set) var seconds: [Double] = []
    /// Steps that began in that time, the one that makes the call included.
    private(set) var steps: [Int] = []
    /// What a step took, in the middle.
    private(set) var stepSeconds = 0.0

    /// The longest that a save may take to be noticed, beyond a step.
    static let goalSeconds = 0.2

    /// - Throws: `TrainingError` where a version never came into force.
    init(saves: Int, on backend: any Backend) throws {
        let folder = NSTemporaryDirectory() + "nightjar-swap-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(
            atPath: folder + "/" + Self.plugins, withIntermediateDirectories: true)
        let text = (0..<2000).map { "Swift \($0) flew \($0 * 17 % 23) miles in the night." }
        try Data(text.joined(separator: "\n\n").utf8).write(
            to: URL(fileURLWithPath: folder + "/birds.txt"))
        try Data(Self.recipe.utf8).write(to: URL(fileURLWithPath: folder + "/recipe.lua"))
        let desk = Desk(path: "\(folder)/\(Self.plugins)/saved.lua", saves: saves)
        try desk.save(version: 0)

        let loaded = try RecipeLoader.load(path: "recipe.lua", workingFolder: folder)
        let scripts = try loaded.openScripts { desk.hear($0.text) }
        let trainer = try Trainer(
            loaded.configuration, recipe: loaded.runRecipe, resumes: false, on: backend,
            cacheFolder: folder + "/cache", observer: SilentObserver(), hooks: scripts)
        try trainer.begin()
        var stepTimes: [Double] = []
        func step() throws {
            if let report = try trainer.step() { stepTimes.append(report.seconds) }
        }
        for _ in 0..<10 { try step() }
        stepTimes = []
        let saver = Thread { desk.saveAll() }
        saver.start()
        let clock = Stopwatch()
        while !desk.isDone, trainer.isActive, clock.elapsedSeconds < 60 { try step() }
        desk.giveUp()
        while !saver.isFinished { usleep(1000) }
        _ = try trainer.finish()
        (seconds, steps) = desk.results
        guard seconds.count == saves else {
            throw TrainingError(
                .badState, "\(seconds.count) of \(saves) saved versions came into force.")
        }
        stepSeconds = stepTimes.sorted()[stepTimes.count / 2]
    }

    private static let plugins = "Plugins/saved"

    private static let recipe = """
        local nj = require "nightjar"
        return nj.recipe {
          name = "saved", steps = 1000000, sequence_length = 64, batch = { size = 8 },
          precision = "f32", tokenizer = "byte",
          model = nj.model.init {
            hidden_size = 64, intermediate_size = 176, num_hidden_layers = 2,
            num_attention_heads = 4,
          },
          data = nj.data.text { path = "birds.txt", split = "blank_line", validation = 0 },
          use = { "saved" },
        }
        """

    /// A plugin with an example and a decider, so that self-test and shift have their work.
    fileprivate static func plugin(_ version: Int) -> String {
        """
        local nj = require "nightjar"
        return {
          name = "saved", api = 1, summary = "Says its version.",
          hooks = {
            on_step_start = function(ctx) nj.log.info "\(version)" end,
            on_gradients = function(ctx)
              if ctx.gradient_norm and ctx.gradient_norm > 1e6 then return "skip" end
            end,
          },
          examples = {
            { call = "hooks.on_gradients", with = { gradient_norm = 1.0 } },
            { call = "hooks.on_gradients", with = { gradient_norm = 1e7 }, gives = "skip" },
          },
        }
        """
    }
}

/// Between the thread that saves and the thread of the run.
private final class Desk: Sendable {
    private struct Account {
        var heard = 0
        var newest = 0
        var savedAt = 0.0
        var heardBefore = 0
        var seconds: [Double] = []
        var steps: [Int] = []
        var hasEnded = false
    }

    private let account = Mutex(Account())
    private let isSeen = DispatchSemaphore(value: 0)
    private let path: String
    private let saves: Int
    private let clock = Stopwatch()

    init(path: String, saves: Int) {
        self.path = path
        self.saves = saves
    }

    var isDone: Bool { account.withLock { $0.seconds.count == saves || $0.hasEnded } }
    var results: ([Double], [Int]) { account.withLock { ($0.seconds, $0.steps) } }

    func save(version: Int) throws {
        let bytes = Data(SwapBenchmark.plugin(version).utf8)
        account.withLock { $0.heardBefore = $0.heard }
        try bytes.write(to: URL(fileURLWithPath: path))
        account.withLock { $0.savedAt = clock.elapsedSeconds }
    }

    /// Saves each version once the one before it was called, at another moment of a step each time.
    func saveAll() {
        for version in 1...saves {
            usleep(UInt32(20_000 + version * 7_001 % 30_000))
            guard (try? save(version: version)) != nil else { return giveUp() }
            isSeen.wait()
            if account.withLock(\.hasEnded) { return }
        }
    }

    /// A version is called, at the beginning of a step.
    func hear(_ text: String) {
        guard let version = Int(text) else { return }
        let now = clock.elapsedSeconds
        let isNew = account.withLock { account in
            account.heard += 1
            guard version > account.newest else { return false }
            account.newest = version
            account.seconds.append(now - account.savedAt)
            account.steps.append(account.heard - account.heardBefore)
            return true
        }
        if isNew { isSeen.signal() }
    }

    /// Lets the saving thread go.
    func giveUp() {
        account.withLock { $0.hasEnded = true }
        isSeen.signal()
    }
}

private final class SilentObserver: RunObserver {}
