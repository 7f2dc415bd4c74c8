public import Tensors
public import Transformers
import Checkpoints
import Foundation

/// Remembers how fast this machine was: product ceilings and training speed, by processor, threads,
/// precision and shape.
///
/// It only informs: a file that is missing or damaged is as good as an empty one, and one that
/// cannot be written is left as it is.
public struct SpeedStore: Sendable {
    /// What is known of one shape.
    public struct Entry: Codable, Sendable, Hashable {
        /// Of the model's own products.
        public var ceilingGFLOPS: Double?
        /// Of a training step, the loader and the optimizer included.
        public var trainingTokensPerSecond: Double?
    }

    private let path: String

    /// - Parameter folder: where `speeds.json` is kept.
    public init(folder: String) { path = folder + "/speeds.json" }

    /// What is known of a shape; empty where nothing is.
    public subscript(key: SpeedKey) -> Entry { read()[key.text] ?? Entry() }

    /// Changes what is known of one shape.
    public func update(_ key: SpeedKey, _ change: (inout Entry) -> Void) {
        var entries = read()
        var entry = entries[key.text] ?? Entry()
        change(&entry)
        entries[key.text] = entry
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(entries) else { return }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try? data.write(to: URL(filePath: path), options: .atomic)
    }

    private func read() -> [String: Entry] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        return (try? JSONDecoder().decode([String: Entry].self, from: data)) ?? [:]
    }
}

/// What a speed depends on.
public struct SpeedKey: Sendable, Hashable {
    let text: String

    /// - Parameters:
    ///   - rows: sequences a step.
    ///   - time: tokens a sequence.
    public init(
        _ model: ModelConfiguration, rows: Int, time: Int, microRows: Int, recomputes: Bool,
        precision: ElementKind, backend: BackendDescription
    ) {
        let sizes = [
            model.hiddenSize, model.layerCount, model.headCount, model.keyValueHeadCount,
            model.headSize, model.intermediateSize, model.vocabularySize, rows, time, microRows,
        ]
        text = [
            SpeedKey.processor, backend.instructionSet, "\(backend.threadCount) threads",
            precision.rawValue, sizes.map(String.init).joined(separator: ","),
            recomputes ? "recompute" : "plain",
        ].joined(separator: " | ")
    }

    /// The processor's name, where the system tells it.
    private static let processor: String = {
        let info = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = info.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
            ?? "unknown processor"
    }()
}
