import ArgumentParser
import Exports
import Foundation
import Telemetry
import Tensors
import Transformers

/// `nightjar merge`: an adapter into its base, or models between two checkpoints.
struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Merges an adapter into its base, or two models of one shape into one between.",
        discussion: """
            Of an adapter alone it writes the whole model that the two are together. Of two models it \
            writes A + alpha (B - A), weight by weight: 0 is A and 1 is B, bit for bit; other alphas lie between them, or beyond. Configurations \
            and tokenizers must be equal. With --alphas each gets a folder of its own in --to, as \
            alpha-0.25. The manifest names both parents.
            """)

    @Argument(help: "The adapter; or the model at alpha 0.", completion: .directory)
    var start: String

    @Argument(help: "The model at alpha 1.", completion: .directory)
    var end: String?

    @OptionGroup var base: BaseOption

    @Option(parsing: .unconditional, help: "How far from the first to the second.")
    var alpha: String?

    @Option(parsing: .unconditional, help: "Several, separated by commas: 0,0.25,0.5,0.75,1.")
    var alphas: String?

    @Option(name: .customLong("to"), help: "The folder to write.")
    var path: String

    @Option(help: "f32, bf16 or f16; the narrowest that holds both by default.")
    var dtype: MergedType?

    @Option(help: "The most that a shard holds, such as 5GB.")
    var shardSize: ByteSize?

    @Flag(help: "Print one JSON object a model.")
    var json = false

    /// The types of a model folder.
    enum MergedType: String, ExpressibleByArgument, CaseIterable { case f32, bf16, f16 }

    /// Each alpha, and its folder.
    private func targets() throws -> [(alpha: Double, path: String)] {
        func number(_ text: some StringProtocol) throws -> Double {
            guard let value = Double(text.trimmingCharacters(in: .whitespaces)), value.isFinite
            else {
                throw ValidationError("--alpha: \"\(text)\" is not a number.")
            }
            try WeightInterpolation.check(value)
            return value
        }
        switch (alpha, alphas) {
        case (let alpha?, nil): return [(try number(alpha), path)]
        case (nil, let alphas?):
            let words = alphas.split(separator: ",", omittingEmptySubsequences: false)
            let values = try words.map(number)
            guard Set(values).count == values.count else {
                throw ValidationError("--alphas: one of \(alphas) stands there twice.")
            }
            return zip(words, values).map { word, value in
                (value, "\(path)/alpha-\(word.trimmingCharacters(in: .whitespaces))")
            }
        default: throw ValidationError("give --alpha or --alphas, one of the two.")
        }
    }

    func validate() throws {
        if end == nil {
            guard alpha == nil, alphas == nil else {
                throw ValidationError("--alpha stands between two models; name the second.")
            }
        } else if base.path != nil {
            throw ValidationError("--base is for an adapter, and there are two models here.")
        }
    }

    mutating func run() throws {
        guard let end else { return try mergeAdapter() }
        let targets = try targets()
        // None is begun where one could not be written.
        if let taken = targets.map(\.path).first(where: FileManager.default.fileExists) {
            throw ValidationError(
                "\(taken) exists already and is never replaced; name another, or remove it.")
        }
        let notes = Notes()
        try ComputeThread.shared.run { [self] in
            let folders = try [start, end].map { try ModelFolder(reference: $0, warn: notes.add) }
            let merge = try WeightInterpolation(
                folders[0], folders[1], type: dtype.flatMap { WeightType(rawValue: $0.rawValue) },
                shardByteCount: shardSize?.bytes ?? FolderExport.standardShardByteCount)
            merge.remarks.forEach(notes.add)
            for (alpha, path) in targets {
                try merge.write(alpha: alpha, to: path)
                if json {
                    try Output.json(["alpha": alpha, "path": path, "notes": notes.all])
                } else {
                    try Output.shown("\(path)  alpha \(alpha)\n")
                }
            }
        }
    }

    private func mergeAdapter() throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ValidationError(
                "\(path) exists already and is never replaced; name another, or remove it.")
        }
        let notes = Notes()
        let (type, files) = try ComputeThread.shared.run { [self] in
            let folder = try ModelFolder(reference: start, base: base.path, warn: notes.add)
            let merge = try AdapterMerge(
                folder, type: dtype.flatMap { WeightType(rawValue: $0.rawValue) },
                shardByteCount: shardSize?.bytes ?? FolderExport.standardShardByteCount)
            let files = try merge.write(to: path)
            merge.remarks.forEach(notes.add)
            return (merge.type, files)
        }
        let bytes = files.reduce(0) { $0 + $1.byteCount }
        guard !json else {
            return try Output.json([
                "path": path, "dtype": type.rawValue, "bytes": bytes, "files": files.map(\.name),
                "notes": notes.all,
            ])
        }
        try Output.shown("\(path)  \(HumanFormat.bytes(bytes)) as \(type.rawValue)\n")
    }
}
