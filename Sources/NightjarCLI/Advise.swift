import ArgumentParser
import Checkpoints
import Corpora
import Foundation
import Scripting
import Telemetry
import Tokenizers
import Training
import Transformers

/// `nightjar advise`: which stage and method suit some data.
struct Advise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recommends a stage and a method for data, says why, and gives a recipe.",
        discussion: """
            Data is files and folders (.txt, .md, .jsonl, .ndjson), or the sources of a recipe. The \
            thresholds are published ones for giant models, scaled by tokens a parameter where \
            --model says how large yours is. Nothing is trained or written.
            """)

    @Argument(
        help: ArgumentHelp("Files, folders, or one recipe.", valueName: "data"),
        completion: .file())
    var data: [String]

    @Option(
        help: "The model that is to learn: a folder, a run or a run's checkpoint.",
        completion: .directory)
    var model: String?

    @Option(
        help: "Counts tokens: a tokenizer's file or folder, or byte; by default the model's.",
        completion: .file())
    var tokenizer: String?

    @Option(help: "The key that holds the text, in rows without turns.")
    var field: String?

    @Option(
        help: "Files or a folder of general text, for the recipe's replay.", completion: .file())
    var replay: String?

    @Option(help: "The phase, of a recipe that has several.")
    var phase: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        let display = RunDisplay()
        let sources = try self.sources()
        let notes = Notes()
        let folder = try model.map { try ModelFolder(reference: $0, warn: notes.add) }
        let counter = try self.counter(folder)
        let statistics = try DataStatistics(of: sources, tokenizer: counter) { read, all in
            display.prepares("reading", share: Double(read) / Double(max(1, all)))
        }
        display.finish()
        let advice = StageAdvice(
            statistics, parameters: folder.map { Census($0.configuration).parameters },
            positions: folder?.configuration.servedPositions)
        var around = AdvisedRecipe.Surroundings()
        around.model = try model.map { try Self.entry(advice.entry, of: $0) }
        around.tokenizer = folder == nil ? tokenizer.map(Self.absolute) : nil
        around.replay = try replay.flatMap {
            try SourceDetection.sources(of: [Self.absolute($0)], field: field).first
        }
        if let counter, advice.method != .languageModelling {
            around.hasChatTemplate =
                try ChatTemplateSource.model.template(of: counter) != nil
        }
        let recipe = AdvisedRecipe(advice, data: statistics, around: around).text
        if json { return try Output.json(object(statistics, advice, recipe, folder)) }
        try show(statistics, advice, recipe, folder)
    }

    private func sources() throws -> [Source] {
        guard data.contains(where: { $0.hasSuffix(".lua") }) else {
            return try SourceDetection.sources(of: data.map(Self.absolute), field: field)
        }
        guard data.count == 1 else {
            throw ValidationError("name one recipe, or files and folders; not both")
        }
        let sources = try RecipeLoader.load(
            path: data[0], workingFolder: FileManager.default.currentDirectoryPath, phase: phase
        ).configuration.data.map(\.source)
        guard !sources.contains(where: \.format.isOfPrompts) else {
            throw ValidationError(
                "\(data[0]) has its model answer prompts, of which nothing can be counted before; "
                    + "advice is on text, conversations and pairs of answers")
        }
        return sources
    }

    private func counter(_ folder: ModelFolder?) throws -> (any Tokenizer)? {
        if let tokenizer { return try TokenizerLoader.load(tokenizer) }
        return try folder.map { try TokenizerLoader.load($0.tokenizerPath) }
    }

    private static func absolute(_ path: String) -> String {
        path == ByteTokenizer.name ? path : URL(filePath: path).standardizedFileURL.path
    }

    /// The model as the recipe names it: a run's checkpoint of the stage, where the run has one.
    private static func entry(_ stage: Stage, of model: String) throws -> String {
        let path = absolute(model)
        guard !model.contains("@") else { return path }
        let reference = "\(path)@\(stage.rawValue)"
        let hasStage = (try? CheckpointReference(reference).resolve { _ in }) != nil
        return hasStage ? reference : path
    }

    private func show(
        _ data: DataStatistics, _ advice: StageAdvice, _ recipe: String, _ folder: ModelFolder?
    ) throws {
        let style = TerminalStyle.detect(descriptor: 1)
        var table = AlignedTable(columns: ["data", ""])
        for (name, value) in rows(data, folder) { table.add([name, value]) }
        try Output.text(table.render(style: style) + "\n")
        for remark in advice.remarks {
            try Output.text(style.paint("note: ", .yellow) + PrintableText.line(remark) + "\n")
        }
        try Output.text("\n" + style.paint("advice", .bold) + "\n")
        for choice in advice.choices {
            try Output.text(
                "\(choice.what): " + style.paint(choice.choice, .bold) + "\n  "
                    + PrintableText.line(choice.reason) + "\n")
        }
        try Output.text("\n" + style.paint("recipe", .bold) + "\n" + PrintableText.lines(recipe))
    }

    private func rows(_ data: DataStatistics, _ folder: ModelFolder?) -> [(String, String)] {
        var rows: [(String, String)] = []
        func add(_ name: String, _ value: String) { rows.append((name, value)) }
        add("files", "\(data.files)")
        add("rows", "\(data.rows)")
        if data.droppedRows > 0 { add("dropped rows", "\(data.droppedRows)") }
        if data.documents > 0 {
            add("texts", "\(data.documents)")
            add("tokens of texts", HumanFormat.count(data.textTokens))
        }
        if data.conversations > 0 {
            add("conversations", "\(data.conversations)")
            if data.pairs > 0 { add("pairs of answers", "\(data.pairs)") }
            add("turns", "\(data.turns)")
            add("tokens of conversations", HumanFormat.count(data.conversationTokens))
            add("tokens an answer", HumanFormat.fixed(data.meanAnswerTokens, digits: 1))
        }
        let how = data.isMeasured ? ", measured" : ", as is usual; --tokenizer measures it"
        add("bytes a token", HumanFormat.fixed(data.bytesAToken, digits: 2) + how)
        add("repeated", HumanFormat.percent(data.duplicateShare))
        if let folder {
            let parameters = Census(folder.configuration).parameters
            let tokens = data.textTokens + data.conversationTokens
            add("parameters", HumanFormat.count(parameters))
            add(
                "tokens a parameter",
                StageAdvice.text(Double(tokens) / Double(max(1, parameters))))
        }
        return rows
    }

    private func object(
        _ data: DataStatistics, _ advice: StageAdvice, _ recipe: String, _ folder: ModelFolder?
    ) -> [String: Any] {
        var object: [String: Any] = [
            "files": data.files, "rows": data.rows, "dropped_rows": data.droppedRows,
            "documents": data.documents, "text_bytes": data.textBytes,
            "text_tokens": data.textTokens, "conversations": data.conversations,
            "pairs": data.pairs, "turns": data.turns, "answers": data.answers,
            "conversation_tokens": data.conversationTokens,
            "mean_answer_tokens": data.meanAnswerTokens, "bytes_per_token": data.bytesAToken,
            "tokens_measured": data.isMeasured, "duplicate_share": data.duplicateShare,
            "begin_from": advice.entry.rawValue, "stage": advice.stage.rawValue,
            "method": advice.method.rawValue, "lora": advice.usesAdapter,
            "replay_share": advice.replayShare, "epochs": advice.epochs, "lr": advice.learningRate,
            "sequence_length": advice.sequenceLength,
            "choices": advice.choices.map {
                ["what": $0.what, "choice": $0.choice, "reason": $0.reason]
            },
            "notes": advice.remarks, "recipe": recipe,
        ]
        if let folder { object["parameters"] = Census(folder.configuration).parameters }
        return object
    }
}
