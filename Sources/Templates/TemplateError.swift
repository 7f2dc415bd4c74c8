/// Why a template could not be read or rendered: what happened, where, and what to do about it.
public struct TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What went wrong, so that a caller can tell a broken template from one that refuses a chat.
    public enum Kind: String, Sendable, CaseIterable {
        /// The template called `raise_exception`: it is sound, and it does not take these inputs.
        case refused
        /// The source is no template: a tag, an expression or a name in it cannot be read.
        case syntax
        /// A construct of Jinja or Python that this renderer leaves out on purpose.
        case unsupported
        /// Something was asked of a variable that the inputs do not have.
        case undefined
        /// An operation was given a value of a kind that it does not take.
        case type
        /// The kind is right and the value is not: a division by zero, a wrong count to unpack.
        case value
        /// Something private or something that would change an input was used.
        case security
        /// The template went over one of its ``TemplateLimits``.
        case limit
    }

    /// What went wrong.
    public let kind: Kind
    /// One sentence; for ``Kind/refused``, exactly what the template said.
    public let sentence: String
    /// What to do about it.
    public let advice: String
    /// The name that the template was given.
    public let template: String
    /// The line of the place, from 1.
    public let line: Int
    /// The column of the place, in code points, from 1.
    public let column: Int

    /// Always true: a template and its inputs are the user's, and nothing else can fail here.
    public var isUserMistake: Bool { true }

    /// The place, the sentence and the advice in one line.
    public var description: String {
        let said = kind == .refused ? "the template refuses: \(sentence)" : sentence
        // What a template says may end without a full stop.
        let end = said.last?.isPunctuation == true ? " " : ". "
        return "\(template):\(line):\(column): \(said)\(advice.isEmpty ? "" : end + advice)"
    }

    init(_ kind: Kind, _ sentence: String, _ advice: String?, template: String, place: Place) {
        self.kind = kind
        self.sentence = sentence
        self.advice = advice ?? kind.usualAdvice
        self.template = template
        line = place.line
        column = place.column
    }
}

extension TemplateError.Kind {
    /// What to do where the one who threw knows nothing better.
    var usualAdvice: String {
        switch self {
        case .refused: "Change the conversation to what the template accepts."
        case .syntax: "Correct the template at this place."
        case .unsupported: "Write this place of the template another way."
        case .undefined: "Give the variable, or guard the place with 'is defined' or 'default'."
        case .type: "Look at the kinds of the values that meet here."
        case .value: "Look at the values that meet here."
        case .security: "Remove this access; templates read their variables and nothing else."
        case .limit: "Shorten the template or its inputs."
        }
    }
}
