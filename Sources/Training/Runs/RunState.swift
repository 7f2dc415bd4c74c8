import Checkpoints
import Corpora
import Foundation
import Tensors

/// Everything beside tensors that a run needs to go on as if it had never stopped: `state.json`.
struct RunState: Codable, Sendable {
    static let currentFormat = 2

    var format = RunState.currentFormat
    /// Steps made.
    var step = 0
    /// Input tokens seen, padding not counted.
    var tokens = 0
    var lossTokens = 0
    /// The loader's state after the last consumed batch.
    var loader: LoaderState
    /// Updates the optimizer has made; steps left out do not count.
    var optimizerSteps = 0
    /// The length of `metrics.jsonl` when this was saved: what follows is cut off on resuming.
    var metricsOffset = 0
    /// The best checkpoints by held-out loss, best first.
    var best: [Scored] = []
    /// The last evaluation.
    var lastHeldOut: Scored?
    /// Since format 2.
    var course = RunCourse()

    // What the numbers repeat under.
    var seed: UInt64
    var precision: ElementKind
    var backend: BackendDescription
    var build: String

    struct Scored: Codable, Sendable {
        var step: Int
        var loss: Double
    }

    func json() throws -> String {
        let encoder = JSONEncoder()
        // The held-out loss of a run that diverged; the step before it is worth saving all the same.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }

    /// - Throws: `TrainingError` naming the file, for a newer format or a damaged file.
    init(json: [UInt8], path: String) throws {
        struct Format: Decodable { var format: Int }
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        if let header = try? decoder.decode(Format.self, from: Data(json)),
            !(1...RunState.currentFormat).contains(header.format)
        {
            throw TrainingError(
                .badState,
                "\(path) has format \(header.format); this version reads formats up to "
                    + "\(RunState.currentFormat). Resume with the version that wrote it.")
        }
        do {
            self = try decoder.decode(RunState.self, from: Data(json))
            format = RunState.currentFormat
        } catch {
            throw TrainingError(
                .badState, "\(path) is not a run's state (\(error)); use another checkpoint.")
        }
    }

    /// - Throws: as `init(json:path:)`, and `CheckpointError` where the folder has none.
    init(of folder: CheckpointFolder) throws {
        try self.init(
            json: folder.read(Snapshot.stateName), path: folder.path + "/" + Snapshot.stateName)
    }

    init(seed: UInt64, precision: ElementKind, backend: BackendDescription, build: String) {
        loader = LoaderState(seed: seed)
        self.seed = seed
        self.precision = precision
        self.backend = backend
        self.build = build
    }

    /// Reads the current format, and format 1, which knew no course.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func value<Value: Decodable>(_ key: CodingKeys) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }
        format = try value(.format)
        step = try value(.step)
        tokens = try value(.tokens)
        lossTokens = try value(.lossTokens)
        loader = try value(.loader)
        optimizerSteps = try value(.optimizerSteps)
        metricsOffset = try value(.metricsOffset)
        best = try value(.best)
        lastHeldOut = try container.decodeIfPresent(Scored.self, forKey: .lastHeldOut)
        course = format == 1 ? RunCourse(savedAt: step) : try value(.course)
        seed = try value(.seed)
        precision = try value(.precision)
        backend = try value(.backend)
        build = try value(.build)
    }

    /// The version that is running.
    static let thisBuild = "0.1.0"

    /// Refuses a state that was computed under another seed or precision: going on would be
    /// neither the old run nor a new one.
    func checkFits(_ fresh: RunState, path: String) throws {
        guard precision == fresh.precision else {
            throw TrainingError(
                .badState,
                "\(path) was computed in \(precision.rawValue) and the recipe now comes to "
                    + "\(fresh.precision.rawValue); set precision = \"\(precision.rawValue)\".")
        }
        guard seed == fresh.seed else {
            throw TrainingError(
                .badState,
                "\(path) was computed with seed \(seed) and the recipe now says \(fresh.seed); "
                    + "set it back, or start another run.")
        }
    }

    /// Sentences for what differs from where this was saved and may change the last bits.
    func differences(from now: RunState) -> [String] {
        var sentences: [String] = []
        func compare<Value: Equatable>(_ what: String, _ saved: Value, _ current: Value) {
            if saved != current {
                sentences.append(
                    "\(what) was \(saved) when this was saved and is \(current) now; results may "
                        + "differ in the last bits.")
            }
        }
        compare("The thread count", backend.threadCount, now.backend.threadCount)
        compare("The instruction set", backend.instructionSet, now.backend.instructionSet)
        compare("The product library", backend.products, now.backend.products)
        compare("The build", build, now.build)
        return sentences
    }
}
