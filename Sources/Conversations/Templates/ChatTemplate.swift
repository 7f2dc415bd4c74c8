public import Templates
import Naming

/// A chat template: how a conversation becomes the text that a model reads.
///
/// Two templates are equal where their sources are.
public struct ChatTemplate: Sendable {
    /// Where it comes from: a file, or the name of a built-in one.
    public let name: String
    /// The template itself, in Jinja.
    public let source: String
    /// Used instead where a conversation has tools, in folders that keep two.
    public let toolSource: String?
    private let template: Template
    private let toolTemplate: Template?
    private let marks: Bool
    private let toolMarks: Bool

    /// Reads a template's source.
    ///
    /// - Throws: `ConversationError` of code `badTemplate` with file, line and column.
    public init(
        _ source: String, name: String, toolSource: String? = nil
    ) throws(ConversationError) {
        self.name = name
        self.source = source
        self.toolSource = toolSource
        marks = Self.hasGenerationBlock(source)
        toolMarks = Self.hasGenerationBlock(toolSource ?? source)
        do throws(TemplateError) {
            template = try Template(source, name: name)
            toolTemplate =
                if let toolSource {
                    try Template(toolSource, name: "\(name), tool_use")
                } else { nil }
        } catch {
            throw ConversationError(.badTemplate, "\(error)")
        }
    }

    /// The built-in template that gives each turn a line of its own between `<|im_start|>` and
    /// `<|im_end|>`, tokens that the vocabulary must have.
    public static let chatML = builtIn(
        """
        {%- for message in messages -%}
        {{ '<|im_start|>' + message.role + '\\n' -}}
        {%- if message.role == 'assistant' -%}
        {%- generation -%}{{ message.content + '<|im_end|>' }}{%- endgeneration -%}
        {{ '\\n' }}
        {%- else -%}
        {{ message.content + '<|im_end|>\\n' }}
        {%- endif -%}
        {%- endfor -%}
        {%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif -%}
        """, name: "chatml")

    private static func builtIn(_ source: String, name: String) -> ChatTemplate {
        do {
            return try ChatTemplate(source, name: name)
        } catch {
            preconditionFailure("The built-in templates are sound: \(error)")
        }
    }

    /// Identifies the sources.
    public var fingerprint: String {
        ContentHash(of: Array("\(source.utf8.count):\(source)\(toolSource ?? "")".utf8)).hex
    }

    /// What `strftime_now` tells in training.
    ///
    /// It is a fixed day, so that the same rows give the same tokens on every day: the date that
    /// Llama's own templates fall back to.
    public static let trainingClock = TemplateClock(year: 2024, month: 7, day: 26)

    /// Renders messages as `transformers` does.
    ///
    /// - Parameters:
    ///   - conversation: whose tools and variables the template sees.
    ///   - messages: the part of its messages to render.
    ///   - addsGenerationPrompt: whether the beginning of the assistant's answer is set, as it is
    ///     before generating.
    ///   - specials: `bos_token` and the like.
    ///   - clock: what `strftime_now` tells.
    /// - Throws: `ConversationError`: `refused` where the template calls `raise_exception`, else
    ///   `badTemplate` with line and column.
    public func render(
        _ conversation: Conversation, messages: ArraySlice<Message>? = nil,
        addsGenerationPrompt: Bool, specials: TemplateDictionary,
        clock: TemplateClock = trainingClock
    ) throws(ConversationError) -> Rendering {
        let messages = messages ?? conversation.messages[...]
        var variables = specials
        variables["messages"] = .list(messages.map { .dictionary($0.fields) })
        variables["tools"] = conversation.tools.map { .list($0) } ?? TemplateValue.none
        variables["documents"] = TemplateValue.none
        variables["add_generation_prompt"] = .bool(addsGenerationPrompt)
        for (key, value) in zip(conversation.variables.keys, conversation.variables.values) {
            variables[key] = value
        }
        let hasTools = conversation.tools.map { !$0.isEmpty } ?? false
        do throws(TemplateError) {
            return try (hasTools ? toolTemplate ?? template : template)
                .render(variables, clock: clock)
        } catch {
            throw ConversationError(
                error.kind == .refused ? .refused : .badTemplate, "\(error)",
                key: messages.last?.key)
        }
    }

    /// Whether the template says with `generation` blocks what the assistant generates.
    public func marksGeneration(for conversation: Conversation) -> Bool {
        (conversation.tools ?? []).isEmpty ? marks : toolMarks
    }

    private static func hasGenerationBlock(_ source: String) -> Bool {
        let bytes = Array(source.utf8), word = Array("generation".utf8)
        var place = 0
        while place + 1 < bytes.count {
            guard bytes[place] == UInt8(ascii: "{"), bytes[place + 1] == UInt8(ascii: "%") else {
                place += 1
                continue
            }
            place += 2
            let tag = bytes[place...].drop {
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "+") || $0 == 0x20
                    || (9...13).contains($0)
            }
            if tag.starts(with: word) { return true }
        }
        return false
    }
}

extension ChatTemplate: Hashable {
    public static func == (a: ChatTemplate, b: ChatTemplate) -> Bool {
        a.source == b.source && a.toolSource == b.toolSource
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(toolSource)
    }
}
