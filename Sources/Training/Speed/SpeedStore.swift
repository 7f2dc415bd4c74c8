public import Tensors
public import Transformers
import Checkpoints
import Foundation

/// Remembers the best product speed this machine has shown, by processor, threads, precision and
/// shape: the ceiling that a step's utilisation is held against.
///
/// It only informs: a file that is missing or damaged is as good as an empty one, and one that
/// cannot be written is left as it is.
public struct SpeedStore: Sendable {
    private let path: String

    /// - Parameter folder: where `speeds.json` is kept.
    public init(folder: String) { path = folder + "/speeds.json" }

    /// GFLOP/s of the model's own products; nil where no run or bench has measured them.
    public subscript(key: SpeedKey) -> Double? { read()[key.text] }

    /// Keeps a measurement if it is the best yet: what else ran on the machine only takes away.
    public func record(gflops: Double, for key: SpeedKey) {
        var entries = read()
        guard gflops > entries[key.text] ?? 0 else { return }
        entries[key.text] = gflops
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(entries) else { return }
        try? FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent,
            withIntermediateDirectories: true)
        try? data.write(to: URL(filePath: path), options: .atomic)
    }

    private func read() -> [String: Double] {
        guard let data = FileManager.default.contents(atPath: path) else { return [:] }
        return (try? JSONDecoder().decode([String: Double].self, from: data)) ?? [:]
    }
}

/// What the speed of a model's products depends on.
public struct SpeedKey: Sendable, Hashable {
    let text: String

    /// - Parameters:
    ///   - tokensAPass: rows of the products.
    public init(
        _ model: ModelConfiguration, tokensAPass: Int, precision: ElementKind,
        backend: BackendDescription
    ) {
        let sizes = [
            model.hiddenSize, model.layerCount, model.headCount, model.keyValueHeadCount,
            model.headSize, model.intermediateSize, model.vocabularySize, tokensAPass,
        ]
        text = [
            SpeedKey.processor, backend.instructionSet, "\(backend.threadCount) threads",
            precision.rawValue, sizes.map(String.init).joined(separator: ","),
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
