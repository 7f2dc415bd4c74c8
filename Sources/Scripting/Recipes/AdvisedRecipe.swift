public import Corpora
import Foundation
public import Training

/// A recipe that does what an advice says, as text to paste.
public struct AdvisedRecipe: Sendable {
    /// What the run learns with and from, beside the data.
    public struct Surroundings: Sendable {
        /// The model to begin from; nil begins a small one.
        public var model: String?
        /// The tokenizer, where it is not the model's own.
        public var tokenizer: String?
        /// Text that keeps the model from forgetting; nil leaves it out.
        public var replay: Source?
        /// Whether the model's tokenizer knows how conversations become text.
        public var hasChatTemplate = true

        /// Nothing but the data.
        public init() {}
    }

    private let advice: StageAdvice
    private let data: DataStatistics
    private let around: Surroundings

    /// - Parameter data: its sources have absolute paths, so that the recipe works anywhere.
    public init(_ advice: StageAdvice, data: DataStatistics, around: Surroundings) {
        self.advice = advice
        self.data = data
        self.around = around
    }

    /// The Lua text.
    public var text: String {
        var lines = ["local nj = require \"nightjar\"", "", "return nj.recipe {"]
        lines += [
            "  name = \"advised\", stage = \"\(advice.stage.rawValue)\", "
                + "method = \"\(advice.method.rawValue)\","
        ]
        lines += model.map { "  " + $0 }
        lines += ["  data = " + mix + ","]
        if replay == nil, advice.replayShare > 0 {
            let percent = Int((100 * advice.replayShare).rounded())
            lines += [
                "  -- Beside it \(percent) % of general text keep the model from forgetting: "
                    + "nightjar advise --replay PATH"
            ]
        }
        if learnsAnswers, around.model != nil, !around.hasChatTemplate {
            lines += [
                "  -- The model has no template for conversations; this one fits any tokenizer."
            ]
            lines += ["  chat_template = [[", Self.template, "]],"]
        }
        lines += [
            "  sequence_length = \(advice.sequenceLength), batch = { size = 8 }, \(budget),",
            "  optimizer = nj.optim.adamw { lr = \(StageAdvice.text(rate)) },",
            "  schedule = \(schedule),",
            "}",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    /// The advice's is for the model that was named; a small new one learns at that of its size.
    private var rate: Double {
        isNew ? StageAdvice.usualRate(parameters: 10_000_000) : advice.learningRate
    }

    /// What stands beside the data, where the advice wants any.
    private var replay: Source? { advice.replayShare > 0 ? around.replay : nil }

    private var model: [String] {
        var lines: [String] = []
        if let model = around.model {
            let lora = advice.usesAdapter ? ", lora = nj.lora { rank = 16, alpha = 32 }" : ""
            lines.append("model = { from = \(quoted(model))\(lora) },")
        } else if advice.method == .preference {
            lines += [
                "-- No model was named: put one here that answers already (nightjar advise --model).",
                "model = \"runs/NAME\",",
            ]
        } else {
            lines += [
                "-- No model was named: this is a small one of its own.",
                "model = { init = { model_type = \"llama\", hidden_size = 256, "
                    + "intermediate_size = 688,",
                "  num_hidden_layers = 4, num_attention_heads = 4 } },",
            ]
        }
        let tokenizer = around.tokenizer ?? (isNew ? "byte" : nil)
        if let tokenizer { lines.append("tokenizer = \(quoted(tokenizer)),") }
        return lines
    }

    /// Whether the recipe makes a model of its own; answers are compared by one that answers already.
    private var isNew: Bool { around.model == nil && advice.method != .preference }

    private var schedule: String {
        switch (advice.entry, advice.stage) {
        case (.pre, .pre): "nj.schedule.wsd { warmup_share = 0.02, decay_share = 0.2 }"
        case (.pre, _): "nj.schedule.linear { final = 0.05 }"
        default: "nj.schedule.cosine { warmup_share = 0.05, final = 0.1 }"
        }
    }

    private var budget: String {
        guard replay != nil else {
            return "epochs = \(StageAdvice.text(advice.epochs))"
        }
        let tokens = Double(learnedTokens) * advice.epochs / (1 - advice.replayShare)
        return "tokens = \(max(1, Int(tokens.rounded())))"
    }

    private var learnsAnswers: Bool {
        advice.method == .supervised || advice.method == .preference
    }

    private var learnedTokens: Int {
        learnsAnswers ? data.conversationTokens : data.textTokens
    }

    /// The sources that the method learns from; several share by their size.
    private var mix: String {
        var entries = zip(data.sources, data.sourceBytes).filter { source, _ in
            guard case .conversations(let rows) = source.format else { return !learnsAnswers }
            return learnsAnswers && (advice.method == .preference || rows.purpose != .pairs)
        }
        if entries.isEmpty { entries = Array(zip(data.sources, data.sourceBytes)) }
        if replay == nil, entries.count == 1 { return constructor(entries[0].0, share: nil) }
        let all = Double(max(1, entries.reduce(0) { $0 + $1.1 }))
        let own = 100 * (replay == nil ? 1 : 1 - advice.replayShare)
        var lines = entries.enumerated().map { index, entry in
            let percent = own * Double(entry.1) / all
            return "    \(index == 0 ? "own" : "own_\(index + 1)") = "
                + constructor(entry.0, share: percent) + ","
        }
        if let replay {
            lines.append("    general = " + constructor(replay, share: 100 - own) + ",")
        }
        return "nj.data.mix {\n" + lines.joined(separator: "\n") + "\n  }"
    }

    private func constructor(_ source: Source, share: Double?) -> String {
        let (call, keys) =
            switch source.place {
            case .folder(let path, let patterns):
                (
                    "nj.data.folder",
                    "path = \(quoted(path)), pattern = { "
                        + patterns.map(quoted).joined(separator: ", ") + " }"
                )
            case .files(let paths): (Self.call(source.format), "path = \(list(paths))")
            case .memory: ("nj.data.text", "path = \"\"")
            }
        let made = "\(call) { \(keys)\(howRead(source.format)) }"
        guard let share else { return made }
        return "{ percent = \(String(format: "%.4g", share)), \(made) }"
    }

    /// The keys that say how files become documents.
    private func howRead(_ format: Source.Format) -> String {
        switch format {
        case .jsonLines(let field): ", field = \(quoted(field))"
        case .delimited(let rows):
            ", field = \(quoted(rows.field)), delimiter = "
                + quoted(String(UnicodeScalar(rows.delimiter)))
                + (rows.columns.map {
                    ", columns = { \($0.map(quoted).joined(separator: ", ")) }"
                } ?? "")
        case .text(.lines): ", split = \"line\""
        case .text(.blankLines): ", split = \"blank_line\""
        case .text(.separator(let text)): ", separator = \(quoted(text))"
        case .text(.whole), .automatic, .conversations: ""
        }
    }

    private static func call(_ format: Source.Format) -> String {
        switch format {
        case .jsonLines: "nj.data.jsonl"
        case .delimited: "nj.data.csv"
        case .conversations(let rows): rows.purpose == .pairs ? "nj.data.preference" : "nj.data.chat"
        case .text, .automatic: "nj.data.text"
        }
    }

    private func list(_ paths: [String]) -> String {
        paths.count == 1
            ? quoted(paths[0]) : "{ " + paths.map(quoted).joined(separator: ", ") + " }"
    }

    private func quoted(_ text: String) -> String { LuaSpelling.quoted(Array(text.utf8)) }

    private static let template = """
        {%- for message in messages -%}
        {%- if message.role == 'user' -%}
        {{ '\\nQ: ' + message.content + '\\nA:' }}
        {%- elif message.role == 'assistant' -%}
        {{ ' ' + message.content + eos_token }}
        {%- else -%}
        {{ message.content }}
        {%- endif -%}
        {%- endfor -%}
        """
}
