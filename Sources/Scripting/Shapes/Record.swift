import LuaRuntime

/// A table of named keys.
struct Record: Sendable {
    /// What the table is: "batch", "adamw".
    let noun: String
    let fields: [Field]
    var groups: [Group] = []
    /// Keys that this version refuses by name, with what to say of them.
    var unsupported: [String: String] = [:]
    /// The value that `kind` has, where the table carries one.
    var tag: String?
    /// The key that a bare string stands for.
    var shorthand: String?
    /// Leaves keys of other names to whoever reads the table, unless they look mistyped.
    var isOpen = false

    var names: [String] { fields.map(\.name) }

    func field(_ name: String) -> Field? { fields.first { $0.name == name } }

    func group(of name: String) -> Group? { groups.first { $0.names.contains(name) } }

    /// The same keys after these.
    func led(by first: [Field]) -> Record {
        var record = Record(noun: noun, fields: first + fields)
        record.groups = groups
        record.unsupported = unsupported
        record.tag = tag
        return record
    }
}

/// One key of a table.
struct Field: Sendable {
    /// What stands where the script says nothing.
    enum Fallback: Sendable {
        case required
        /// Nothing: the key stays open, and is recorded so.
        case none
        case value(LuaValue)
        /// A table whose own keys fall back.
        case empty
    }

    let name: String
    let shape: Shape
    let fallback: Fallback
    /// One sentence, without the default.
    let doc: String

    init(_ name: String, _ shape: Shape, _ fallback: Fallback = .none, _ doc: String) {
        self.name = name
        self.shape = shape
        self.fallback = fallback
        self.doc = doc
    }

    var isRequired: Bool {
        if case .required = fallback { return true }
        return false
    }
}

/// Keys of which at most one is given.
struct Group: Sendable {
    let names: [String]
    /// What stands where none is; nil where one must be given.
    let fallback: (name: String, value: LuaValue)?
}

/// Records told apart by their `kind`.
struct Kinds: Sendable {
    /// What they all are: "optimizer".
    let noun: String
    let records: [Record]
    /// The kind of a table without one.
    var fallback: String?
    /// Whether a bare string stands for a kind with its defaults.
    var takesName = false
    /// The record of a bare string that is no kind, under its `shorthand`; whoever reads the table
    /// knows what there is.
    var named: Record?

    var names: [String] { records.compactMap(\.tag) }

    func record(_ tag: String) -> Record? {
        records.first { $0.tag == tag } ?? (named?.tag == tag ? named : nil)
    }

    var expectation: String {
        let names = Words.anyOf(names)
        return takesName ? "a kind of \(noun) (\(names))" : "a table whose kind is \(names)"
    }
}
