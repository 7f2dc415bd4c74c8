import ArgumentParser
import Corpora
import Foundation
import Telemetry
import Tokenizers

/// `nightjar tokenize train`: learns a byte-level BPE vocabulary.
struct TokenizeTrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Learns a byte-level BPE vocabulary from text.",
        discussion: """
            Folders are read recursively (.txt, .jsonl); JSONL rows give their "text". The result \
            is a folder with tokenizer.json, which other tools read too.
            """)

    @Argument(help: "Files and folders of text.")
    var inputs: [String]

    @Option(name: .customLong("vocab-size"), help: "Ids in all, the 256 bytes included.")
    var vocabularySize = 4096

    @Option(name: .customLong("min-frequency"), help: "Pairs seen less often are not merged.")
    var minimumFrequency = 2

    @Option(name: .customLong("field"), help: "The key of JSONL rows that holds the text.")
    var field = "text"

    @Option(name: .customLong("out"), help: "The folder to write.")
    var output: String

    mutating func run() throws {
        var trainer = try BytePairTrainer(
            .init(vocabularySize: vocabularySize, minimumFrequency: minimumFrequency))
        let display = ProgressDisplay(plainInterval: .init(steps: .max))
        for input in inputs {
            let reader = try DocumentReader(try source(input))
            let total = reader.byteCount
            let report = try reader.read { document, report in
                document.utf8.withUnsafeBufferPointer { trainer.count($0) }
                display.update(
                    ProgressState(
                        title: "counting \(input)", step: report.bytes, totalSteps: total))
            }
            report.remarks.forEach { display.message("note: \(input): \($0)") }
        }
        guard trainer.byteCount > 0 else {
            display.finish()
            throw ValidationError(
                "There is no text in \(inputs.joined(separator: ", ")): a vocabulary is learned "
                    + "from .txt files and the \"\(field)\" of .jsonl rows.")
        }
        let tokenizer = try trainer.learn { done, wanted in
            display.update(
                ProgressState(title: "learning merges", step: done, totalSteps: wanted))
        }
        display.finish()
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: output, isDirectory: &isFolder),
            !isFolder.boolValue
        {
            throw ValidationError("--out \(output) is a file; name a folder.")
        }
        try FileManager.default.createDirectory(
            atPath: output, withIntermediateDirectories: true)
        for file in try tokenizer.huggingFaceFiles() {
            try Data(file.contents).write(
                to: URL(filePath: output).appending(path: file.name), options: .atomic)
        }
        try Output.text(
            "\(output): \(tokenizer.vocabularySize) ids from "
                + "\(HumanFormat.bytes(trainer.byteCount)) of text\n")
    }

    private func source(_ input: String) throws -> Source {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
            throw ValidationError("There is no file or folder \"\(input)\".")
        }
        let isRows = input.hasSuffix(".jsonl") || input.hasSuffix(".ndjson")
        return Source(
            name: input,
            place: isFolder.boolValue
                ? .folder(input, patterns: Source.defaultPatterns) : .files([input]),
            format: isRows ? .jsonLines(field: field) : .automatic)
    }
}
