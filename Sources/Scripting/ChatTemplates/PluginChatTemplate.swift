import Conversations
import LuaRuntime
import Templates

/// A chat template of a plugin, as a recipe names it: `"house-style"`, or `"house-style/tools"`.
///
/// A plugin gives the template's text, in Jinja, or a function that makes it of the plugin's
/// settings. The text is what checkpoints carry: a function that rendered conversations itself
/// would leave a model that nothing else could be served with.
struct PluginChatTemplate: Sendable, Hashable {
    let plugin: String
    /// Its key among the plugin's `chat_templates`.
    let name: String
    /// The template itself.
    let source: String

    /// The key of a plugin's table in which they stand.
    static let group = "chat_templates"

    /// The functions that make one.
    static let signature = Signature(
        parameters: [
            Field(
                "settings", .map(.any), .required,
                "the plugin's settings, with what the recipe changed")
        ],
        results: [Field("template", .text, .required, "the template, in Jinja")])

    /// What an example renders.
    static let facts = Record(
        noun: "conversation",
        fields: [
            Field(
                "messages", .array(.map(.plain)), .required,
                "in turn, each with role and content"),
            Field("tools", .array(.map(.plain)), .none, "definitions of tools, as JSON schemas"),
            Field(
                "add_generation_prompt", .boolean, .value(false),
                "whether the beginning of the answer is set, as it is before generating"),
            Field("bos_token", .bytes, .none, "as the tokenizer has it"),
            Field("eos_token", .bytes, .none, "as the tokenizer has it"),
            Field("unk_token", .bytes, .none, "as the tokenizer has it"),
            Field("pad_token", .bytes, .none, "as the tokenizer has it"),
            Field("variables", .map(.plain), .none, "a row's chat_template_kwargs"),
        ])

    /// The name in `chat_templates.NAME`; nil for other doors.
    static func name(ofDoor door: String) -> String? {
        door.hasPrefix(group + ".") ? String(door.dropFirst(group.utf8.count + 1)) : nil
    }

    /// Their names, in order.
    static func names(in loaded: PluginLoader.Loaded) -> [String] {
        guard case .table(let table)? = loaded.manifest[group] else { return [] }
        return table.fields.compactMap { field in
            if case .string(let key) = field.key { key.description } else { nil }
        }
    }

    /// Reads one of a plugin's.
    ///
    /// - Throws: `ScriptingError` where there is none of that name, where its function fails or
    ///   gives no text, and where the text is no template, with its line and column there.
    init(_ name: String, of loaded: PluginLoader.Loaded, budget: LuaRuntime.Budget) throws {
        plugin = loaded.unit.name
        self.name = name
        func fail(_ sentence: String) -> ScriptingError {
            ScriptingError(
                .badAnswer, sentence, path: loaded.unit.files.first?.path,
                keyPath: "\(PluginChatTemplate.group).\(name)")
        }
        guard case .table(let table)? = loaded.manifest[PluginChatTemplate.group],
            let entry = table[name]
        else { throw fail("the plugin has no such chat template") }
        switch entry {
        case .string(let text): source = text.description
        case .function(let function):
            let answer = try loaded.unit.give(
                function, [.table(loaded.unit.settings)], as: "\(PluginChatTemplate.group).\(name)",
                budget: budget)
            guard case .string(let text) = answer, let text = text.text else {
                throw fail("expected the template's text, got \(answer.summary)")
            }
            source = text
        default: throw fail("expected a text or a function, got \(entry.summary)")
        }
        do { _ = try template } catch { throw fail(error.message) }
    }

    /// How it is called in messages.
    var title: String { "\(plugin)/\(name)" }

    /// - Throws: `ConversationError` where the source is no template.
    var template: ChatTemplate {
        get throws(ConversationError) { try ChatTemplate(source, name: title) }
    }

    /// What it makes of a conversation.
    ///
    /// - Parameter facts: as `facts` says.
    /// - Throws: `ConversationError`.
    func render(_ facts: LuaTable<LuaValue>) throws(ConversationError) -> String {
        let messages = facts["messages"]?.asTable?.array ?? []
        let conversation = Conversation(
            messages: messages.enumerated().map { index, message in
                let fields = TemplateDictionary(message.asTable ?? LuaTable())
                let role = message.asTable?["role"]?.asText.flatMap(Role.init(rawValue:))
                return Message(
                    role: role ?? .user, fields: fields, key: "messages[\(index + 1)]")
            },
            tools: facts["tools"]?.asTable?.array.map(TemplateValue.init),
            variables: TemplateDictionary(facts["variables"]?.asTable ?? LuaTable()))
        var specials: TemplateDictionary = [:]
        for key in ["bos_token", "eos_token", "unk_token", "pad_token"] {
            if let text = facts[key]?.asText { specials[key] = .string(text) }
        }
        return try template.render(
            conversation, addsGenerationPrompt: facts["add_generation_prompt"] == .boolean(true),
            specials: specials
        ).text
    }
}

extension TemplateDictionary {
    fileprivate init(_ table: LuaTable<LuaValue>) {
        self.init(
            table.fields.map { field in
                let key = if case .string(let key) = field.key { key.description } else { "" }
                return (key, TemplateValue(field.value))
            })
    }
}

extension TemplateValue {
    /// A table that holds names is a dictionary, any other one a list.
    fileprivate init(_ value: LuaValue) {
        switch value {
        case .nil: self = .none
        case .boolean(let value): self = .bool(value)
        case .integer(let value): self = .integer(Int(value))
        case .number(let value): self = .float(value)
        case .string(let value): self = .string(value.description)
        case .table(let table) where table.fields.isEmpty:
            self = .list(table.array.map(TemplateValue.init))
        case .table(let table): self = .dictionary(TemplateDictionary(table))
        }
    }
}
