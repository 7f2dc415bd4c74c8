/// A value with an identity.
///
/// The interpreter holds every one until the end of the rendering, and then empties each, so that
/// neither rings nor long chains of them outlive it.
class Object {
    var typeName: String { "object" }
    var isTrue: Bool { true }
    /// What printing gives.
    var printed: String { "<\(typeName) object>" }
    /// Lets go of all values.
    func release() {}
}

final class Namespace: Object {
    var names: [String] = []
    var values: [TextKey: Value] = [:]

    override var typeName: String { "Namespace" }

    func set(_ name: String, _ value: Value) {
        if values.updateValue(value, forKey: TextKey(name)) == nil { names.append(name) }
    }

    override func release() {
        values = [:]
    }
}

final class Macro: Object {
    let syntax: MacroSyntax
    var scope: Scope?

    init(_ syntax: MacroSyntax, in scope: Scope) {
        self.syntax = syntax
        self.scope = scope
    }

    override var typeName: String { "Macro" }

    override var printed: String {
        "<Macro " + (syntax.name.map { "'\($0)'" } ?? "anonymous") + ">"
    }

    override func release() {
        scope = nil
    }
}

/// A function of the environment, or a method taken from a value without being called.
final class Function: Object {
    typealias Body = (Arguments) throws(TemplateError) -> Value

    let name: String
    private var body: Body?

    init(_ name: String, _ body: @escaping Body) {
        self.name = name
        self.body = body
    }

    override var typeName: String { "function" }

    override var printed: String { "<function \(name)>" }

    func call(_ arguments: Arguments) throws(TemplateError) -> Value {
        guard let body else { return .none }
        return try body(arguments)
    }

    override func release() {
        body = nil
    }
}

/// Values that come one by one and only once, as from Python's generators.
final class ValueIterator: Object {
    typealias Next = () throws(TemplateError) -> Value?

    private let name: String
    private var pull: Next?

    init(_ name: String, _ pull: @escaping Next) {
        self.name = name
        self.pull = pull
    }

    override var typeName: String { name }

    func next() throws(TemplateError) -> Value? {
        guard let value = try pull?() else {
            pull = nil
            return nil
        }
        return value
    }

    override func release() {
        pull = nil
    }
}

/// What `cycler` gives.
final class Cycler: Object {
    var items: [Value]
    var position = 0

    init(_ items: [Value]) {
        self.items = items
    }

    override var typeName: String { "Cycler" }

    override func release() {
        items = []
    }
}

/// What `joiner` gives.
final class Joiner: Object {
    let separator: Value
    var isUsed = false

    init(_ separator: Value) {
        self.separator = separator
    }

    override var typeName: String { "Joiner" }
}
