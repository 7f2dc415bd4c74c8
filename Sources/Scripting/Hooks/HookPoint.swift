/// One moment on the timeline of a run at which scripts are called.
///
/// The catalogue of them is data: what scripts receive, what they may answer, the editor's types
/// and the reference all come from here.
struct HookPoint: Sendable {
    /// What becomes of an answer.
    enum Kind: String, Sendable {
        /// It is ignored: the hook only looks.
        case observe
        /// nil leaves things as they are; a value replaces them.
        case filter
        /// It is a verdict; nil is the default one.
        case decide
    }

    /// `on_step_end`.
    let name: String
    let kind: Kind
    /// When it is called, in a sentence.
    let when: String
    /// What the handler's `ctx` holds beside `state` and `settings`.
    let facts: Record
    /// What the handler may give back; nil for an observer.
    let answer: Shape?
    /// A handler that could stand in a plugin.
    let example: String

    /// What a handler is called with, whole.
    var context: Record { facts.with(HookPoint.own) }

    var signature: Signature {
        Signature(
            parameters: [Field("ctx", .record(context), .required, when)],
            results: answer.map { [Field("answer", $0, .none, "nil changes nothing")] } ?? [])
    }

    /// What every call brings, whatever it is about.
    static let own: [Field] = [
        Field(
            "state", .map(.any), .required,
            "the script's memory: plain data, kept from call to call and in every checkpoint"),
        Field(
            "settings", .map(.any), .required,
            "the plugin's settings, with what the recipe changed"),
    ]
}

extension Record {
    /// The same record with more fields at its end.
    func with(_ more: [Field]) -> Record {
        var record = Record(noun: noun, fields: fields + more)
        record.groups = groups
        record.tag = tag
        record.isOpen = isOpen
        return record
    }
}
