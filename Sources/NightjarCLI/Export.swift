import ArgumentParser
import Exports
import Foundation
import Telemetry
import Tensors
import Transformers

/// `nightjar export`: a model for other programs.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a model as a plain folder for other tools, or as GGUF for llama.cpp.",
        discussion: """
            hf: configuration, weights, tokenizer, chat template and generation_config.json, without \
            optimizer and state. gguf: model.gguf in the folder; what llama.cpp would compute or \
            tokenize otherwise is refused. The folder appears whole or not at all, and nothing that \
            exists is replaced. Of an adapter, hf writes a PEFT folder; nightjar merge makes a whole model \
            of it, which gguf needs.
            """)

    /// What is written.
    enum Format: String, ExpressibleByArgument, CaseIterable { case hf, gguf }

    /// The types of both formats.
    enum ElementType: String, ExpressibleByArgument, CaseIterable { case f32, bf16, f16, q8_0 }

    @Argument(help: "The model, or an adapter.", completion: .directory)
    var model: String

    @OptionGroup var base: BaseOption

    @Option(name: .customLong("to"), help: "The folder to write.")
    var path: String

    @Option(help: "hf or gguf.")
    var format: Format

    @Option(
        help: """
            hf: f32, bf16 or f16; what the weights are stored in by default. gguf: f32, f16 or q8_0; \
            f16 by default. Vectors in GGUF are always f32.
            """)
    var dtype: ElementType?

    @Option(help: "The most that a shard holds, such as 5GB, 500MB or 2GiB; hf alone.")
    var shardSize: ByteSize?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        let name = dtype?.rawValue ?? ""
        switch format {
        case .hf:
            guard dtype == nil || WeightType(rawValue: name) != nil else {
                throw ValidationError("--dtype \(name): a model folder holds f32, bf16 or f16.")
            }
        case .gguf:
            guard dtype == nil || GGUFTensorType(rawValue: name) != nil else {
                throw ValidationError("--dtype \(name): GGUF is written as f32, f16 or q8_0.")
            }
            guard shardSize == nil else {
                throw ValidationError("--shard-size: a GGUF file is one file.")
            }
            guard !path.hasSuffix(".gguf") else {
                throw ValidationError(
                    "--to \(path): this names the folder, which gets \(GGUFExport.fileName); leave "
                        + ".gguf out.")
            }
        }
    }

    mutating func run() throws {
        let notes = Notes()
        let (type, files) = try ComputeThread.shared.run { [self] in try write(notes) }
        let bytes = files.reduce(0) { $0 + $1.byteCount }
        guard !json else {
            return try Output.json([
                "path": path, "format": format.rawValue, "dtype": type, "bytes": bytes,
                "files": files.map(\.name), "notes": notes.all,
            ])
        }
        for file in files {
            try Output.shown("\(path)/\(file.name)  \(HumanFormat.bytes(file.byteCount))\n")
        }
        try Output.text("\(HumanFormat.bytes(bytes)) as \(type)\n")
    }

    private func write(
        _ notes: Notes
    ) throws -> (type: String, files: [(name: String, byteCount: Int)]) {
        let folder = try ModelFolder(reference: model, base: base.path, warn: notes.add)
        if format == .hf, folder.adapter != nil {
            guard shardSize == nil else {
                throw ValidationError("--shard-size: an adapter is one file.")
            }
            let export = try AdapterExport(
                folder, type: dtype.flatMap { WeightType(rawValue: $0.rawValue) })
            return (export.type.rawValue, try export.write(to: path))
        }
        switch format {
        case .hf:
            let export = try FolderExport(
                folder, type: dtype.flatMap { WeightType(rawValue: $0.rawValue) },
                shardByteCount: shardSize?.bytes ?? FolderExport.standardShardByteCount)
            let files = try export.write(to: path)
            export.remarks.forEach(notes.add)
            return (export.type.rawValue, files)
        case .gguf:
            let type = dtype.flatMap { GGUFTensorType(rawValue: $0.rawValue) } ?? .f16
            let export = try GGUFExport(folder, type: type)
            let files = try export.write(to: path)
            export.remarks.forEach(notes.add)
            return (type.rawValue, files)
        }
    }
}
