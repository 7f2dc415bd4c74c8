/// A chat template, read once and rendered any number of times.
///
/// Renders what published chat templates use as Python's jinja2 does in the way that Hugging Face
/// `transformers` sets it up: blocks are trimmed, nothing is escaped for HTML, inputs cannot be
/// changed, `tojson` writes plain JSON. Nothing can be reached but the variables given, and every
/// rendering ends within its limits.
///
/// What differs on purpose: whole numbers have 64 bits, and more is an error; `safe` gives plain
/// text; filters for HTML, chance and debugging, and tags that read other templates, are refused
/// by name; functions print without an address; `sameas` takes texts and lists that are equal for
/// the same; a `generation` block whose text is captured instead of put out is an error, as its
/// place is unknown. Letters follow the Unicode of the Swift runtime.
public struct Template: Sendable {
    /// What errors call this template.
    public let name: String
    let frame: Frame

    /// Reads a template's source.
    ///
    /// - Throws: ``TemplateError`` of kind `syntax`, `unsupported` or `limit`.
    public init(
        _ source: String, name: String = "template", limits: TemplateLimits = .standard
    ) throws(TemplateError) {
        self.name = name
        guard source.utf8.count <= limits.sourceBytes else {
            throw TemplateError(
                .limit,
                "The source has \(source.utf8.count) bytes; \(limits.sourceBytes) are allowed.",
                nil, template: name, place: Place())
        }
        var lexer = Lexer(source, name: name)
        let tokens = try lexer.tokenize()
        var parser = Parser(tokens: tokens, name: name, nesting: limits.bounded.nesting)
        frame = Frame(try parser.parseTemplate())
    }

    /// Renders the template with variables by name.
    ///
    /// - Parameter clock: what `strftime_now` tells; a template that asks without one is refused.
    /// - Throws: ``TemplateError``; kind `refused` is the template's own word on its inputs.
    public func render(
        _ variables: TemplateDictionary = [:], clock: TemplateClock? = nil,
        limits: TemplateLimits = .standard
    ) throws(TemplateError) -> Rendering {
        let interpreter = Interpreter(name: name, clock: clock, limits: limits)
        // Values may refer to themselves through namespaces and macros.
        defer { interpreter.releaseObjects() }
        return try interpreter.render(frame, variables)
    }
}

/// What a template made.
public struct Rendering: Sendable, Equatable {
    /// The whole output.
    public let text: String
    /// What `generation` blocks cover: ranges of UTF-8 bytes of ``text`` in order, none empty.
    public let generated: [Range<Int>]
}
