/// A JSON value together with where it stands, so that a wrong type is reported by key and file.
struct JSONField {
    let value: JSONValue
    let path: String
    let file: String

    init(_ value: JSONValue, path: String = "", file: String) {
        self.value = value
        self.path = path
        self.file = file
    }

    /// Member `key`; an absent one reads as null.
    subscript(key: String) -> JSONField {
        let childPath = path.isEmpty ? key : "\(path).\(key)"
        guard case .object(let members) = value else {
            return JSONField(.null, path: childPath, file: file)
        }
        let name = Array(key.utf8)
        let found = members.last { $0.key == name }?.value ?? .null
        return JSONField(found, path: childPath, file: file)
    }

    /// Throws where a key is twice in one object, for readers differ in which value they take.
    ///
    /// Vocabularies and merges are left to what reads them, which compares tokens anyway.
    func checkKeys() throws {
        switch value {
        case .object(let members):
            var seen: Set<[UInt8]> = []
            for (key, inner) in members {
                let name = String(decoding: key, as: UTF8.self)
                if path == "model", name == "vocab" || name == "merges" { continue }
                let field = JSONField(
                    inner, path: path.isEmpty ? name : "\(path).\(name)", file: file)
                guard seen.insert(key).inserted else {
                    throw field.error(.inconsistent, "the key is there twice")
                }
                try field.checkKeys()
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                guard case .object = element else { continue }
                try JSONField(element, path: "\(path)[\(index)]", file: file).checkKeys()
            }
        default: break
        }
    }

    var isNull: Bool { if case .null = value { true } else { false } }

    func bytes() throws -> [UInt8] {
        guard case .string(let bytes) = value else { throw wrongType("a string") }
        return bytes
    }

    func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }

    /// The boolean, or `fallback` where it is absent or null.
    func bool(default fallback: Bool) throws -> Bool {
        if isNull { return fallback }
        guard case .bool(let flag) = value else { throw wrongType("true or false") }
        return flag
    }

    func integer() throws -> Int {
        guard case .integer(let integer) = value else { throw wrongType("an integer") }
        return integer
    }

    func number() throws -> Double {
        switch value {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw wrongType("a number")
        }
    }

    func id() throws -> Int32 {
        guard let id = Int32(exactly: try integer()), id >= 0 else {
            throw wrongType("an id from 0 to \(Int32.max)")
        }
        return id
    }

    func elements() throws -> [JSONField] {
        guard case .array(let elements) = value else { throw wrongType("an array") }
        return elements.enumerated().map {
            JSONField($1, path: "\(path)[\($0)]", file: file)
        }
    }

    func members() throws -> [(key: [UInt8], value: JSONValue)] {
        guard case .object(let members) = value else { throw wrongType("an object") }
        return members
    }

    /// Throws unless every member is one of `known`.
    func allowOnly(_ known: [String]) throws {
        for member in try members() {
            let key = String(decoding: member.key, as: UTF8.self)
            guard known.contains(key) else {
                if case .null = member.value { continue }
                throw unsupported(
                    "is not known here (known: \(known.joined(separator: ", ")))", key)
            }
        }
    }

    func error(_ kind: TokenizerError.Kind, _ message: String) -> TokenizerError {
        path.isEmpty
            ? TokenizerError(kind, "the file's value \(message)", file: file)
            : TokenizerError(kind, message, file: file, key: path)
    }

    /// Something that would change ids and is not implemented.
    func unsupported(_ what: String, _ child: String? = nil) -> TokenizerError {
        let key = [path, child ?? ""].filter { !$0.isEmpty }.joined(separator: ".")
        return TokenizerError(
            .unsupported, "\(what); it would change the ids, so the file is not read", file: file,
            key: key)
    }

    private func wrongType(_ wanted: String) -> TokenizerError {
        if isNull { return error(.malformed, "is missing: \(wanted) is needed") }
        return error(.malformed, "is \(value.kindName), but \(wanted) is needed")
    }
}
