public import Transformers
import Checkpoints
import Conversations
import Foundation
import Tokenizers

/// Models between two of one shape: A + alpha (B - A), tensor by tensor, in single precision.
///
/// Alpha 0 is A and 1 is B, bit for bit; below 0 and above 1 it goes on along the line (task
/// arithmetic, Ilharco et al. 2023).
public struct WeightInterpolation {
    private let start: ModelFolder
    private let end: ModelFolder
    private let starts: WeightSource
    private let ends: WeightSource
    private let carried: [(name: String, contents: [UInt8])]
    private let type: WeightType
    private let shardByteCount: Int
    /// What people should know; sentences.
    public let remarks: [String]

    /// Opens two models and checks that they have one configuration and one tokenizer.
    ///
    /// - Parameter type: nil for the narrowest that holds both as they are stored.
    /// - Throws: `ExportError` of code `mismatch` naming what differs.
    public init(
        _ start: ModelFolder, _ end: ModelFolder, type: WeightType? = nil,
        shardByteCount: Int = FolderExport.standardShardByteCount
    ) throws {
        self.start = start
        self.end = end
        self.shardByteCount = shardByteCount
        let differences = try Self.differences(start.configuration, end.configuration)
        guard differences.isEmpty else {
            throw ExportError(
                .mismatch,
                "\(start.path) and \(end.path) are not one kind of model: "
                    + differences.joined(separator: "; ") + ". Only models of one shape are merged."
            )
        }
        starts = try WeightSource(start)
        ends = try WeightSource(end)
        let own = try CarriedFiles(of: start)
        let other = try CarriedFiles(of: end)
        if let difference = Self.difference(own.tokenizer, other.tokenizer) {
            throw ExportError(
                .mismatch,
                "\(start.path) and \(end.path) have different tokenizers: \(difference). The same id "
                    + "would mean two things.")
        }
        self.type = type ?? WeightType(holding: starts.storedTypes.union(ends.storedTypes))
        let names = Set(own.files.map(\.name))
        // What one of them lacks is no difference: the other's chat template goes along.
        let hasTemplate = try own.chatTemplate(of: start.path) != nil
        let missing = other.files.filter {
            !names.contains($0.name) && !($0.name == ChatTemplate.fileName && hasTemplate)
        }
        carried = own.files + missing
        remarks = Self.uncommon(own, other).map { name in
            names.contains(name) || !missing.contains { $0.name == name }
                ? "\(name) differs between the two; the one of \(start.path) is kept."
                : "\(name) is that of \(end.path); \(start.path) has none."
        }
    }

    /// Writes the model at `alpha`, aside, then renamed; its manifest names its parents.
    ///
    /// - Throws: `CheckpointError` where something is at `path` already, `ModelError` naming a tensor
    ///   whose numbers are not finite or too large for the type.
    public func write(alpha: Double, to path: String) throws {
        try WeightInterpolation.check(alpha)
        let target = try AtomicFolder(newAt: path)
        let files = try ModelFiles(
            configuration: start.configuration, type: type, shardByteCount: shardByteCount,
            carried: carried
        ).files(of: starts.tensors) { [starts, ends] name in
            if alpha == 1 { return try ends.values(of: name) }
            var values = try starts.values(of: name)
            if alpha != 0 {
                Self.move(&values, toward: try ends.values(of: name), by: Float(alpha))
            }
            return values
        }
        var parents: [String: String] = [:]
        for folder in [start, end] {
            parents[folder.path] = folder.folder.manifest.map { "\($0.identity)" } ?? "unknown"
        }
        let contents = CheckpointContents(
            files: files, parents: parents,
            recipe: [
                "method": "interpolation", "alpha": "\(alpha)", "from": start.path, "to": end.path,
            ])
        let steps = [start, end].compactMap(\.folder.manifest?.step)
        _ = try contents.write(step: steps.max() ?? 0, to: target)
    }

    /// Throws where an alpha is no number.
    public static func check(_ alpha: Double) throws {
        guard alpha.isFinite, abs(alpha) <= 1e6 else {
            throw ExportError(
                .badSetting, "alpha is \(alpha); give a number, such as 0.3.")
        }
    }

    private static func move(_ values: inout [Float], toward others: [Float], by alpha: Float) {
        for index in values.indices {
            values[index] += alpha * (others[index] - values[index])
        }
    }

    /// The keys of `config.json` that differ, with both values.
    private static func differences(
        _ a: ModelConfiguration, _ b: ModelConfiguration
    ) throws -> [String] {
        func keys(_ configuration: ModelConfiguration) throws -> [String: Any] {
            let json = try configuration.json(elementKind: "float32")
            return try JSONSerialization.jsonObject(with: json) as? [String: Any] ?? [:]
        }
        let (left, right) = (try keys(a), try keys(b))
        // In one order of keys, which objects of equal content need not have.
        func text(_ value: Any?) throws -> String {
            guard let value else { return "nothing" }
            let json = try JSONSerialization.data(
                withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys])
            return String(decoding: json, as: UTF8.self)
        }
        return try Set(left.keys).union(right.keys).sorted().compactMap { key in
            let (a, b) = (try text(left[key]), try text(right[key]))
            return a == b ? nil : "\(key) is \(a) and \(b)"
        }
    }

    private static func difference(_ a: (any Tokenizer)?, _ b: (any Tokenizer)?) -> String? {
        guard let a, let b else {
            return (a == nil) == (b == nil) ? nil : "one of them has none"
        }
        guard a.fingerprint != b.fingerprint else { return nil }
        guard a.vocabularySize == b.vocabularySize else {
            return "they have \(a.vocabularySize) and \(b.vocabularySize) ids"
        }
        for id in 0..<Int32(a.vocabularySize) where a.bytes(of: id) != b.bytes(of: id) {
            func text(_ tokenizer: any Tokenizer) -> String {
                String(decoding: tokenizer.bytes(of: id), as: UTF8.self).debugDescription
            }
            return "id \(id) is \(text(a)) and \(text(b))"
        }
        return "their vocabularies are equal, and they cut or merge text differently"
    }

    /// The names of files that the two do not have alike.
    private static func uncommon(_ a: CarriedFiles, _ b: CarriedFiles) -> [String] {
        // `tokenizer.json` decides ids, which are compared already, by more than its spelling.
        Set(a.files.map(\.name) + b.files.map(\.name)).subtracting(["tokenizer.json"]).sorted()
            .filter { name in
                a.files.first { $0.name == name }?.contents
                    != b.files.first { $0.name == name }?.contents
            }
    }
}
