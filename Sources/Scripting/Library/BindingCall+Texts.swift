import LuaRuntime
import Texts

extension Binding {
    /// A function on texts: a mistake in a pattern is misuse, and what a text does not allow is
    /// `nil` and a message.
    static func onTexts(
        _ name: String, _ parameters: [Field], gives results: [Field], doc: String,
        examples: [String], body: @escaping @Sendable (BindingCall) throws -> [LuaNode]
    ) -> Binding {
        Binding(name, parameters, gives: results, doc: doc, examples: examples) { call in
            do { return try body(call) } catch let error as TextsError {
                switch error.kind {
                case .pattern: throw call.fault("pattern", error.message)
                case .replacement: throw call.fault("replacement", error.message)
                case .malformed, .work: throw Refusal(error.message)
                }
            }
        }
    }
}

extension BindingCall {
    /// Any bytes, whose size is charged.
    func paidBytes(_ name: String) throws -> [UInt8] {
        let bytes = bytes(name)
        try context.charge(bytes.count)
        return bytes
    }

    /// A text, whose size is charged; a string that is no UTF-8 is refused with the place.
    func utf8(_ name: String) throws -> String {
        guard case .string(let string) = node(name) else {
            preconditionFailure("'\(name)' is no string")
        }
        return try utf8(string, as: name)
    }

    /// The entries of a list of texts.
    func utf8s(_ name: String) throws -> [String] {
        try list(name).enumerated().map { index, node in
            guard case .string(let string) = node else {
                preconditionFailure("'\(name)' is no list of strings")
            }
            return try utf8(string, as: "\(name)[\(index + 1)]")
        }
    }

    private func utf8(_ string: LuaString, as name: String) throws -> String {
        try context.charge(string.count)
        if let text = string.text { return text }
        let place = UTF8Bytes.firstMalformed(in: string.bytes) ?? 0
        throw Refusal("\(name) is no UTF-8 at its byte \(place + 1); nj.text.repair mends it")
    }

    /// An integer that may be left out.
    func optionalInteger(_ name: String) -> Int? { isGiven(name) ? integer(name) : nil }
}

extension LuaNode {
    init(_ text: some StringProtocol) { self = .string(LuaString(String(text))) }

    init(_ bytes: some Sequence<UInt8>) { self = .string(LuaString(bytes: Array(bytes))) }

    init(_ value: Int) { self = .integer(Int64(value)) }

    /// A list.
    init(list: [LuaNode]) { self = .table(LuaTable(array: list)) }
}
