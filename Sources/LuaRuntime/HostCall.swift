/// One call of a host function by a script.
///
/// Arguments are numbered from 1, as Lua numbers them. Whatever the function throws becomes a Lua
/// error at the caller's line; where the script lets it pass, it comes back to the host as the
/// `cause` of the `LuaError`.
public struct HostCall {
    public let state: LuaState
    /// The function's full name: `nightjar.data.jsonl`.
    public let name: String
    public let arguments: [LuaNode]

    /// The argument, or nil where the script gave none or gave `nil`.
    public func argument(_ number: Int) -> LuaNode? {
        guard number >= 1, number <= arguments.count else { return nil }
        if case .nil = arguments[number - 1] { return nil }
        return arguments[number - 1]
    }

    /// A string argument that is valid UTF-8.
    public func string(_ number: Int) throws -> String {
        guard case .string(let string)? = argument(number), let text = string.text else {
            throw mismatch(number, "a string")
        }
        return text
    }

    /// A number argument, integer or not.
    public func number(_ number: Int) throws -> Double {
        switch argument(number) {
        case .integer(let value)?: return Double(value)
        case .number(let value)?: return value
        default: throw mismatch(number, "a number")
        }
    }

    /// An integer argument; 3.0 is one.
    public func integer(_ number: Int) throws -> Int {
        switch argument(number) {
        case .integer(let value)?: return Int(value)
        case .number(let value)?:
            if let exact = Int(exactly: value) { return exact }
            throw mismatch(number, "an integer")
        default: throw mismatch(number, "an integer")
        }
    }

    /// A table argument, read key by key.
    public func table(_ number: Int) throws -> LuaReader {
        guard case .table(let table)? = argument(number) else { throw mismatch(number, "a table") }
        return LuaReader(table)
    }

    /// The argument as a function.
    public func function(_ number: Int) throws -> LuaFunction {
        guard case .function(let function)? = argument(number) else {
            throw mismatch(number, "a function")
        }
        return function
    }

    private func mismatch(_ number: Int, _ expected: String) -> LuaError {
        let got = argument(number)?.summary ?? "nothing"
        return LuaError(
            kind: .type, message: "argument \(number) of \(name): expected \(expected), got \(got)")
    }
}
