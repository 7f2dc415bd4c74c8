import Naming
import LuaRuntime

/// Holds a value against a shape and gives it back in order: keys as declared, whole numbers as
/// integers, sources of a mix flat.
struct ShapeCheck {
    /// What a table must have already.
    enum Stage {
        /// Keys may still be missing: `--set` comes after.
        case given
        /// Keys without a default must be there.
        case declared
        /// As `declared`, and every default is filled in.
        case complete
    }

    let stage: Stage

    func checked(_ node: LuaNode, as shape: Shape, at path: LuaPath) throws -> LuaNode {
        func mismatch() -> ShapeFault {
            fault(path, "expected \(shape.expectation), got \(node.summary)")
        }
        switch shape {
        case .boolean:
            guard case .boolean = node else { throw mismatch() }
            return node
        case .integer(let range):
            guard let value = Self.integer(node), range.contains(value) else { throw mismatch() }
            return .integer(Int64(value))
        case .number(let range):
            guard let value = Self.number(node), value.isFinite, range.contains(value) else {
                throw mismatch()
            }
            return .number(value)
        case .text:
            guard case .string(let string) = node else { throw mismatch() }
            guard let text = string.text else {
                throw fault(path, "this string is not valid UTF-8")
            }
            guard !text.isEmpty else { throw mismatch() }
            return node
        case .choice(let words, let unsupported):
            return try choice(node, words, unsupported, at: path)
        case .bytes:
            guard case .string = node else { throw mismatch() }
            return node
        case .any: return node
        case .object:
            guard case .object = node else { throw mismatch() }
            return node
        case .function:
            guard case .function = node else { throw mismatch() }
            return node
        case .list(let element), .array(let element):
            guard case .table(let table) = node, table.fields.isEmpty else { throw mismatch() }
            if case .list = shape, table.array.isEmpty { throw mismatch() }
            let array = try table.array.enumerated().map { index, value in
                try checked(
                    value, as: element, at: path.appending(.integer(Int64(index + 1))))
            }
            return .table(LuaTable(array: array))
        case .map(let element):
            guard case .table(let table) = node else { throw mismatch() }
            let entries = try named(table, at: path).map { name, value in
                let key = LuaKey.string(LuaString(name))
                return LuaTable<LuaNode>.Field(
                    key: key, value: try checked(value, as: element, at: path.appending(key)))
            }
            return .table(LuaTable(fields: entries))
        case .record(let record):
            if case .string = node, let key = record.shorthand {
                let table = LuaTable<LuaNode>([key: node])
                return .table(try self.record(table, as: record, at: path))
            }
            guard case .table(let table) = node else { throw mismatch() }
            return .table(try self.record(table, as: record, at: path))
        case .kinds(let kinds):
            return .table(try self.kinds(node, kinds, at: path))
        case .off:
            guard case .boolean(false) = node else { throw mismatch() }
            return node
        case .sources(let kinds):
            guard case .table(let table) = node else { throw mismatch() }
            guard let kind = table["kind"], !kind.isNil else { throw mismatch() }
            let isMix = if case .string("mix") = kind { true } else { false }
            return try checked(node, as: isMix ? .mix(kinds) : .kinds(kinds), at: path)
        case .collection(let settings, let kinds):
            guard case .table(let table) = node else { throw mismatch() }
            return .table(try collection(table, settings, of: kinds, at: path))
        case .oneOrNamed(let kinds):
            guard case .table(let table) = node else { throw mismatch() }
            guard table["kind"].map({ $0.isNil }) ?? true else {
                return try checked(node, as: .kinds(kinds), at: path)
            }
            guard !table.isEmpty else { throw mismatch() }
            return try checked(node, as: .map(.kinds(kinds)), at: path)
        case .mix(let kinds):
            guard case .table(let table) = node else { throw mismatch() }
            return .table(try mix(table, of: kinds, at: path))
        case .either(let shapes):
            guard let shape = shapes.first(where: { $0.takesType(of: node) }) else {
                throw mismatch()
            }
            // A word that is not even near one of those meant was meant for something else.
            if case .choice(let words, let others) = shape, case .string(let word) = node,
                !(words + others).contains(word.beginning(256)),
                nearestName(to: word.beginning(256), among: words) == nil
            {
                throw mismatch()
            }
            return try checked(node, as: shape, at: path)
        case .plain:
            do { return LuaNode(try node.plain(path: path)) } catch let error as LuaError {
                throw fault(LuaPath(), error.message)
            }
        }
    }

    // MARK: - Scalars

    private func choice(
        _ node: LuaNode, _ words: [String], _ unsupported: [String], at path: LuaPath
    ) throws -> LuaNode {
        let expected = Words.anyOf(words.map { "\"\($0)\"" })
        guard case .string(let string) = node else {
            throw fault(path, "expected \(expected), got \(node.summary)")
        }
        let word = string.beginning(256)
        if words.contains(word) { return node }
        guard !unsupported.contains(word) else {
            throw fault(path, "\"\(word)\" is not supported in this version; use \(expected)")
        }
        let hint = nearestName(to: word, among: words).map { "; did you mean \"\($0)\"?" } ?? ""
        throw fault(path, "expected \(expected), got \"\(word)\"\(hint)")
    }

    /// The integer, where the value is one or equals one.
    static func integer(_ node: LuaNode) -> Int? {
        switch node {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    static func number(_ node: LuaNode) -> Double? {
        switch node {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    func fault(_ path: LuaPath, _ sentence: String) -> ShapeFault {
        ShapeFault(path: path, sentence: sentence)
    }
}
