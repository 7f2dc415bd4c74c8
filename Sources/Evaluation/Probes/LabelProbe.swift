import Generation
import Templates
import Tokenizers
public import Training
public import Transformers

/// Classification by the model's own head: after a row's prompt it writes a label, token by token,
/// and only what still leads to one of the labels is let through.
///
/// `macro_f1` and `accuracy` are those of the labels. Where rows name a label's place in a tree,
/// both are given for each of its levels too, from the root on: `macro_f1/level_1`.
public struct LabelProbe: ProbeRecipe {
    public let name: String
    /// A file of JSON rows.
    public let path: String
    /// What the model continues, or is asked.
    public let prompt: FieldText
    /// The right label, as the model is to write it.
    public let label: FieldText
    /// The field with the labels of the tree's levels, from the root to the label; nil for labels
    /// without a tree.
    public let levels: String?
    /// A file whose rows have every label; nil where those of `path` do.
    public let labelsPath: String?
    /// Whether prompts are what a user says; nil where the run's rows are conversations.
    public let isChat: Bool?
    /// The most rows, spread over the file. Labels come from all of them.
    public let limit: Int?

    /// A probe of a file's rows.
    public init(
        name: String, path: String, prompt: FieldText, label: FieldText, levels: String?,
        labelsPath: String?, isChat: Bool?, limit: Int?
    ) {
        self.name = name
        self.path = path
        self.prompt = prompt
        self.label = label
        self.levels = levels
        self.labelsPath = labelsPath
        self.isChat = isChat
        self.limit = limit
    }

    public func open(in setting: ProbeSetting) throws -> any Probe {
        let writer = try ProbePrompt(isChat: isChat, in: setting, of: name)
        var labels = Labels()
        let all = try ProbeRows(path: path, limit: nil)
        let others = try labelsPath.map { try ProbeRows(path: $0, limit: nil) }
        for var file in [others, all].compactMap({ $0 }) {
            _ = try file.map { row throws(RowFault) in
                try labels.add(label.text(of: row.fields), try place(of: row))
            }
        }
        let tree: ChoiceTree
        do {
            tree = try ChoiceTree(
                labels.texts.map { setting.tokenizer.encode($0) }, end: writer.end)
        } catch let error as GenerationError {
            throw EvaluationError(.badSetting, "The labels of \"\(name)\": \(error.message)")
        }
        let room = tree.longest
        var rows = all.limited(to: limit)
        let items = try rows.map { row throws(RowFault) -> (Int, [Int32]) in
            let text = try label.text(of: row.fields)
            guard let right = labels.index(of: text) else { throw RowFault(cause: "no label") }
            return (
                right, try writer.ids(of: prompt.text(of: row.fields), leaving: room)
            )
        }
        return OpenLabelProbe(
            name: name, right: items.map(\.0), labels: labels, tree: tree,
            asking: Asking(
                prompts: items.map(\.1), maximumNewTokens: room, choices: tree),
            dropped: rows.dropped, tokenizer: setting.tokenizer,
            bootstrap: Bootstrap(seed: setting.seed, name: name))
    }

    private func place(of row: ProbeRows.Row) throws(RowFault) -> [String] {
        guard let levels else { return [] }
        guard case .list(let list) = try FieldText.field(levels, of: row.fields) else {
            throw RowFault(cause: "\"\(levels)\" is no list")
        }
        var place: [String] = []
        for value in list {
            guard case .string(let text) = value else {
                throw RowFault(cause: "\"\(levels)\" holds something else than texts")
            }
            place.append(text)
        }
        return place
    }
}

/// Every label, with its place in a tree of labels where there is one.
struct Labels {
    private(set) var texts: [String] = []
    private var indices: [String: Int] = [:]
    /// By label, the classes of each level.
    private var places: [[Int]] = []
    /// The classes of each level by what they are called.
    private var classes: [[String: Int]] = []

    /// Takes a label; an equal one stays as it was.
    ///
    /// - Throws: `RowFault` for the same label at another place.
    mutating func add(_ text: String, _ place: [String]) throws(RowFault) {
        guard !text.isEmpty else { throw RowFault(cause: "an empty label") }
        while classes.count < place.count { classes.append([:]) }
        let own = place.enumerated().map { level, name in
            classes[level][name] ?? classes[level].count
        }
        if let index = indices[text] {
            guard places[index] == own else {
                throw RowFault(cause: "a label that stood elsewhere in the tree before")
            }
            return
        }
        for (level, name) in place.enumerated() { classes[level][name] = own[level] }
        indices[text] = texts.count
        texts.append(text)
        places.append(own)
    }

    func index(of text: String) -> Int? { indices[text] }

    /// Levels that every label has.
    var levelCount: Int { places.map(\.count).min() ?? 0 }

    /// Classes at a level.
    func classCount(at level: Int) -> Int { classes[level].count }

    /// The class of a label at a level.
    func place(of label: Int, at level: Int) -> Int { places[label][level] }
}

/// A label probe with its prompts.
struct OpenLabelProbe: Probe {
    let name: String
    let right: [Int]
    let labels: Labels
    let tree: ChoiceTree
    let asking: Asking
    let dropped: [String: Int]
    let tokenizer: any Tokenizer
    let bootstrap: Bootstrap

    func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult? {
        guard let written = try asking.ask(model, tokenizer, for: host) else { return nil }
        let predicted = try written.map { continuation in
            guard let label = tree.choice(of: continuation.ids) else {
                throw EvaluationError(
                    .badSetting,
                    "The probe \"\(name)\" met a label whose tokens the model does not have; the "
                        + "tokenizer is not the model's.")
            }
            return label
        }
        var values = scores("", right, predicted, classes: labels.texts.count)
        for level in 0..<labels.levelCount {
            values += scores(
                "/level_\(level + 1)", right.map { labels.place(of: $0, at: level) },
                predicted.map { labels.place(of: $0, at: level) },
                classes: labels.classCount(at: level))
        }
        return ProbeResult(name: name, values: values, count: right.count, dropped: dropped)
    }

    private func scores(
        _ suffix: String, _ right: [Int], _ predicted: [Int], classes: Int
    ) -> [ProbeResult.Value] {
        func score(_ items: some Collection<Int>) -> ClassificationScore {
            ClassificationScore(
                right: right, predicted: predicted, classes: classes, items: items)
        }
        return [
            .init(
                "macro_f1\(suffix)", score(right.indices).macroF1,
                drawn: bootstrap.draws(ofGroups: [right.count]) { score($0[0]).macroF1 }),
            .init(
                mean: "accuracy\(suffix)",
                of: zip(right, predicted).map { $0 == $1 ? 1 : 0 }, bootstrap),
        ]
    }
}
