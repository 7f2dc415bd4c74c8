import LuaRuntime

/// One function of the `nightjar` module, declared once.
///
/// The declaration yields the closure that Lua calls, the checks of its arguments and their error
/// sentences, the refusal outside its phases, the editor's annotation and the reference entry.
/// Adding a function is one of these in a list.
struct Binding: Sendable {
    /// The name below the module: `schedule.cosine`.
    let name: String
    /// By position. A trailing one with a fallback may be left out.
    let parameters: [Field]
    /// What it gives back, by position.
    let results: [Field]
    /// Where it may be called.
    let phases: Set<ScriptPhase>
    /// The version of `api` that brought it.
    let since: Int
    /// One sentence or more: what it does.
    let doc: String
    /// Lua expressions that are true: shown in the reference, and run by the tests.
    let examples: [String]
    /// For a constructor, which takes one table: when that table's required keys must be there.
    var tableStage: ShapeCheck.Stage?
    /// For a method: what people call the object that it is called on, as in `run:step()`. The name
    /// begins with the object's class then: `Run.step`.
    var receiver: String?
    /// Whether values after the declared ones are passed over, as those of a call with several
    /// results are.
    var ignoresMore = false
    /// Computes the results from checked arguments. A thrown `Refusal` becomes `nil, message`;
    /// every other error is raised at the caller's line.
    let body: @Sendable (BindingCall) throws -> [LuaNode]

    init(
        _ name: String, _ parameters: [Field] = [], gives results: [Field] = [],
        phases: Set<ScriptPhase> = ScriptPhase.everywhere, since: Int = 1, doc: String,
        examples: [String] = [], ignoresMore: Bool = false,
        body: @escaping @Sendable (BindingCall) throws -> [LuaNode]
    ) {
        self.name = name
        self.parameters = parameters
        self.results = results
        self.phases = phases
        self.since = since
        self.doc = doc
        self.examples = examples
        self.ignoresMore = ignoresMore
        self.body = body
    }

    /// The function as scripts write it.
    var fullName: String { receiver.map { "\($0):\(baseName)" } ?? "nj.\(name)" }
    /// What stands before the last dot; nil for the module's own functions.
    var namespace: String? {
        name.lastIndex(of: ".").map { String(name[..<$0]) }
    }
    /// What stands after the last dot.
    var baseName: String {
        String(name.split(separator: ".").last ?? "")
    }
    /// The function with its parameters, as people write it: `nj.text.fold(text)`.
    var signature: String {
        if tableStage != nil { return "\(fullName) { key = value }" }
        let names = parameters.map { $0.isRequired ? $0.name : "\($0.name)?" }
        return "\(fullName)(\(names.joined(separator: ", ")))"
    }

    /// What Lua calls.
    ///
    /// - Throws: `ShapeFault` for misuse.
    func answer(_ call: HostCall, in context: ScriptContext) throws -> [LuaNode] {
        guard phases.contains(context.phase) else {
            throw ShapeFault(
                path: LuaPath(),
                sentence: "\(fullName) may not be called \(context.phase.sentence); it is for "
                    + Words.anyOf(ScriptPhase.allCases.filter(phases.contains).map(\.noun)))
        }
        let object = try receiver.map { try self.object($0, of: call) }
        let arguments = try checked(
            object == nil ? call.arguments : Array(call.arguments.dropFirst()))
        do {
            return try body(
                BindingCall(
                    arguments: arguments, parameters: parameters, context: context,
                    object: object))
        } catch let refusal as Refusal {
            return [.nil, .string(LuaString(refusal.message))]
        } catch var fault as ShapeFault {
            fault.constructor = fault.constructor ?? fullName
            throw fault
        }
    }

    /// What a method is called on.
    private func object(_ typeName: String, of call: HostCall) throws -> AnyObject {
        guard case .object(let object)? = call.arguments.first, object.typeName == typeName else {
            throw misuse("call it with a colon on a \(typeName), as in \(signature)")
        }
        return object.value
    }

    private func checked(_ given: [LuaNode]) throws -> [LuaNode] {
        if let tableStage { return try checkedTable(given, stage: tableStage) }
        guard given.count <= parameters.count || ignoresMore else {
            throw misuse(
                parameters.isEmpty
                    ? "takes no value, got \(given.count)"
                    : "takes \(parameters.map(\.name).joined(separator: ", ")); got "
                        + "\(given.count) values" + methodHint(given))
        }
        return try parameters.enumerated().map { index, parameter in
            let node = index < given.count ? given[index] : .nil
            guard !node.isNil else {
                guard !parameter.isRequired else {
                    let expected =
                        parameter.shape.isOpenChoice
                        ? parameter.doc : parameter.shape.expectation
                    throw misuse("\(parameter.name): expected \(expected), got nothing")
                }
                if case .value(let value) = parameter.fallback { return LuaNode(value) }
                return .nil
            }
            do {
                return try ShapeCheck(stage: .declared).checked(
                    node, as: parameter.shape, at: LuaPath([.string(LuaString(parameter.name))]))
            } catch var fault as ShapeFault {
                fault.constructor = fullName
                fault.sentence += methodHint(given)
                throw fault
            }
        }
    }

    /// A call with a colon passes the module's table first.
    private func methodHint(_ given: [LuaNode]) -> String {
        guard namespace != nil, case .table(let table)? = given.first,
            table[baseName] != nil
        else { return "" }
        return "; call it with a dot, as in \(signature)"
    }

    private func misuse(_ sentence: String) -> ShapeFault {
        ShapeFault(constructor: fullName, path: LuaPath(), sentence: sentence)
    }
}

/// A failure that a script is expected to meet: it receives `nil` and the message.
struct Refusal: Error {
    let message: String

    init(_ message: String) { self.message = message }
}
