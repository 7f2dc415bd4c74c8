import Corpora
import Evaluation
import LuaRuntime
import Training

extension ProbeSettings {
    /// The recipe's `probes`, in the order of their names.
    ///
    /// - Throws: `ShapeFault`.
    init(recipe table: CompleteTable, places: RecipePlaces, at path: LuaPath) throws {
        var recipes: [any ProbeRecipe] = []
        for field in table.table.fields {
            guard case .string(let name) = field.key, case .table(let entry) = field.value else {
                continue
            }
            recipes.append(
                try ProbeSettings.probe(
                    CompleteTable(entry), named: name.description, places: places,
                    at: path.appending(field.key)))
        }
        self.init(everySteps: table.optionalInteger("every_steps"), recipes: recipes)
    }

    private static func probe(
        _ table: CompleteTable, named name: String, places: RecipePlaces, at path: LuaPath
    ) throws -> any ProbeRecipe {
        func pattern(_ key: String) throws -> FieldText {
            do { return try FieldText(table.text(key)) } catch let error as EvaluationError {
                throw ShapeFault(path: path.appending(.string(LuaString(key))), sentence: error.message)
            }
        }
        func file(_ key: String) throws -> String {
            try places.existing(
                table.text(key), .file, at: path.appending(.string(LuaString(key))))
        }
        let limit = table.optionalInteger("limit")
        let isChat = table["chat"] == nil ? nil : table.boolean("chat")
        switch table.kind {
        case "loss":
            let text: LossProbe.Text
            if let data = table.optionalInner("data") {
                text = .source(
                    try Source(recipe: data, name: name, places, at: path.appending("data")))
            } else {
                text = .heldOut(table["sets"] == nil ? [name] : table.texts("sets"))
            }
            return LossProbe(name: name, text: text, tokens: table.integer("tokens"))
        case "choice":
            return ChoiceProbe(
                name: name, path: try file("path"), prompt: try pattern("prompt"),
                choices: table.text("choices"), answer: table.text("answer"),
                separator: table.optionalText("separator") ?? "", limit: limit)
        case "labels":
            return LabelProbe(
                name: name, path: try file("path"), prompt: try pattern("prompt"),
                label: try pattern("label"), levels: table.optionalText("levels"),
                labelsPath: table["labels"] == nil ? nil : try file("labels"), isChat: isChat,
                limit: limit)
        default:
            let judge: AnswerProbe.Judge =
                table.kind == "script"
                ? .script(answer: table["answer"] == nil ? nil : try pattern("answer"))
                : .exact(answer: try pattern("answer"))
            return AnswerProbe(
                name: name, path: try file("path"), prompt: try pattern("prompt"), judge: judge,
                isChat: isChat, maximumNewTokens: table.integer("max_new_tokens"),
                stop: table["stop"] == nil ? nil : table.texts("stop"), limit: limit)
        }
    }
}
