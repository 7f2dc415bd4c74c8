/// Renders one template once: what is left of the limits, the names, and the output so far.
final class Interpreter {
    let name: String
    let clock: TemplateClock?
    let limits: TemplateLimits
    /// The place that an error thrown now is about.
    var place = Place()
    var scope = Scope(in: nil)
    var variables: [String: Value] = [:]
    /// Output being made; the last takes what is printed, those before wait for it as text.
    var outputs: [String] = [""]
    /// The text that a filter on a block is about.
    var captured: [String] = []
    /// Ranges of bytes that generation blocks made, in the output of the same level.
    var generated: [Range<Int>] = []
    var isGenerating = false
    private var stepsLeft: Int
    private var memoryLeft: Int
    private var depth = 0
    private var objects: [Object] = []

    init(name: String, clock: TemplateClock?, limits: TemplateLimits) {
        self.name = name
        self.clock = clock
        self.limits = limits.bounded
        stepsLeft = limits.steps
        memoryLeft = limits.memoryBytes
    }

    func render(
        _ frame: Frame, _ given: TemplateDictionary
    ) throws(TemplateError) -> Rendering {
        for (name, value) in zip(given.keys, given.values) {
            let value = try self.value(value, level: 0)
            if !value.isUndefined { variables[name] = value }
        }
        scope = Scope(in: nil, for: frame)
        _ = try execute(frame.body)
        return Rendering(text: outputs[0], generated: generated)
    }

    func releaseObjects() {
        for object in objects { object.release() }
        objects = []
        variables = [:]
    }

    /// Takes an input in.
    private func value(_ value: TemplateValue, level: Int) throws(TemplateError) -> Value {
        guard level <= limits.nesting else {
            throw failure(.limit, "An input goes deeper than \(limits.nesting) levels.")
        }
        switch value {
        case .undefined: return .undefined(Undefined(sentence: "This input has no value."))
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .float(let value): return .float(value)
        case .string(let value): return .string(value)
        case .list(let values):
            var items: [Value] = []
            for value in values { items.append(try self.value(value, level: level + 1)) }
            return try list(items)
        case .dictionary(let dictionary):
            var pairs: [(key: Value, value: Value)] = []
            for (key, value) in zip(dictionary.keys, dictionary.values) {
                pairs.append((.string(key), try self.value(value, level: level + 1)))
            }
            return .dictionary(try table(pairs))
        }
    }

    // MARK: - Errors and limits

    func failure(
        _ kind: TemplateError.Kind, _ sentence: String, _ advice: String? = nil
    ) -> TemplateError {
        TemplateError(kind, sentence, advice, template: name, place: place)
    }

    func step() throws(TemplateError) {
        stepsLeft -= 1
        if stepsLeft < 0 {
            throw failure(.limit, "The template takes more than \(limits.steps) steps.")
        }
    }

    /// Charges for looking through so many bytes.
    func chargeWork(_ bytes: Int) throws(TemplateError) {
        stepsLeft -= bytes / 16
        try step()
    }

    /// Charges for bytes before they are made.
    func chargeMemory(_ bytes: Int) throws(TemplateError) {
        memoryLeft = bytes > memoryLeft ? -1 : memoryLeft - bytes
        if memoryLeft < 0 {
            throw failure(
                .limit, "The template makes values of more than \(limits.memoryBytes) bytes.")
        }
    }

    /// Charges for a count of things of one size, whose product may be beyond any number.
    func chargeMemory(_ count: Int, of size: Int) throws(TemplateError) {
        let (bytes, isBeyond) = count.multipliedReportingOverflow(by: size)
        try chargeMemory(isBeyond ? Int.max : max(bytes, 0))
        try chargeWork(isBeyond ? Int.max / 2 : max(bytes, 0))
    }

    /// Goes one level deeper for as long as the body takes.
    func deeper<Result>(
        _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        try enter()
        defer { leave() }
        return try body()
    }

    func enter() throws(TemplateError) {
        guard depth < limits.depth else {
            throw failure(.limit, "Calls and expressions go deeper than \(limits.depth) levels.")
        }
        depth += 1
        try step()
    }

    func leave() {
        depth -= 1
    }

    /// Holds an object until the end of the rendering.
    func hold<Held: Object>(_ object: Held) throws(TemplateError) -> Held {
        try chargeMemory(200)
        objects.append(object)
        return object
    }

    // MARK: - Output

    func write(_ text: String) throws(TemplateError) {
        try chargeWork(text.utf8.count)
        let last = outputs.count - 1
        guard outputs[last].utf8.count + text.utf8.count <= limits.outputBytes else {
            throw failure(.limit, "The output has more than \(limits.outputBytes) bytes.")
        }
        if last > 0 { try chargeMemory(text.utf8.count) }
        outputs[last] += text
    }

    /// Collects what a body writes instead of putting it out.
    func capture(
        _ body: () throws(TemplateError) -> Flow
    ) throws(TemplateError) -> (text: String, flow: Flow) {
        outputs.append("")
        do {
            let flow = try body()
            return (outputs.removeLast(), flow)
        } catch {
            outputs.removeLast()
            throw error
        }
    }

    /// Runs a body with names of its own.
    func scoped<Result>(
        in parent: Scope? = nil, _ frame: Frame? = nil,
        _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        let outer = scope
        scope = Scope(in: parent ?? outer, for: frame)
        defer { scope = outer }
        return try body()
    }
}

/// How a statement ended.
enum Flow {
    case onward
    case leaveLoop
    case nextItem
}
