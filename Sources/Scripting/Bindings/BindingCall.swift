import LuaRuntime

/// One call of a binding: its arguments, checked, by the names that the declaration gives them.
///
/// Asking for a parameter that was not declared, or as another type than declared, is the
/// declaration's mistake and traps.
struct BindingCall {
    private let arguments: [LuaNode]
    private let parameters: [Field]
    let context: ScriptContext
    /// What a method is called on; nil for a function.
    let object: AnyObject?

    init(
        arguments: [LuaNode], parameters: [Field], context: ScriptContext, object: AnyObject? = nil
    ) {
        self.arguments = arguments
        self.object = object
        self.parameters = parameters
        self.context = context
    }

    /// The argument as it came; `nil` where none was given.
    func node(_ name: String) -> LuaNode {
        guard let index = parameters.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("'\(name)' is not a declared parameter")
        }
        return arguments[index]
    }

    func isGiven(_ name: String) -> Bool { !node(name).isNil }

    /// A string of any bytes.
    func bytes(_ name: String) -> [UInt8] {
        guard case .string(let string) = node(name) else { mistyped(name) }
        return string.bytes
    }

    /// A string that is valid UTF-8.
    func text(_ name: String) -> String {
        guard case .string(let string) = node(name), let text = string.text else { mistyped(name) }
        return text
    }

    func integer(_ name: String) -> Int {
        guard let value = ShapeCheck.integer(node(name)) else { mistyped(name) }
        return value
    }

    func number(_ name: String) -> Double {
        guard let value = ShapeCheck.number(node(name)) else { mistyped(name) }
        return value
    }

    func boolean(_ name: String) -> Bool {
        guard case .boolean(let value) = node(name) else { mistyped(name) }
        return value
    }

    /// The entries of a list.
    func list(_ name: String) -> [LuaNode] {
        guard case .table(let table) = node(name) else { mistyped(name) }
        return table.array
    }

    /// The entries of a list of strings, as bytes.
    func strings(_ name: String) -> [[UInt8]] {
        list(name).map { node in
            guard case .string(let string) = node else { mistyped(name) }
            return string.bytes
        }
    }

    func table(_ name: String) -> LuaTable<LuaNode> {
        guard case .table(let table) = node(name) else { mistyped(name) }
        return table
    }

    /// Misuse that the shapes cannot see; raised at the caller's line.
    func fault(_ name: String, _ sentence: String) -> ShapeFault {
        ShapeFault(path: LuaPath([.string(LuaString(name))]), sentence: sentence)
    }

    private func mistyped(_ name: String) -> Never {
        preconditionFailure("the shape of '\(name)' lets through what its binding cannot read")
    }
}
