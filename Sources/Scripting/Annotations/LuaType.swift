/// How an editor is told what a value may be (LuaLS type expressions).
enum LuaType {
    /// The type of a shape, in one expression.
    static func of(_ shape: Shape) -> String {
        switch shape {
        case .boolean: "boolean"
        case .integer: "integer"
        case .number: "number"
        case .text, .bytes: "string"
        case .choice(let words, _): words.map { "\"\($0)\"" }.joined(separator: "|")
        case .function(let signature): function(signature)
        case .list(let element), .array(let element): parenthesised(element) + "[]"
        case .map(let element): "table<string, \(of(element))>"
        case .record(let record):
            record.shorthand == nil ? className(record) : "string|\(className(record))"
        case .kinds(let kinds):
            (kinds.records.map(className) + (kinds.takesName ? ["string"] : []))
                .joined(separator: "|")
        case .mix, .collection: "table<string, any>"
        case .sources(let kinds):
            (kinds.records.map(className) + ["table<string, any>"]).joined(separator: "|")
        case .oneOrNamed(let kinds):
            (kinds.records.map(className) + ["table<string, \(of(.kinds(kinds)))>"])
                .joined(separator: "|")
        case .off: "false"
        case .object(let name): "nightjar.\(name)"
        case .either(let shapes): shapes.map(of).joined(separator: "|")
        case .plain, .any: "any"
        }
    }

    /// `nightjar.RunFacts` for the record called "run facts".
    static func className(_ record: Record) -> String {
        "nightjar."
            + record.noun.split { $0 == " " || $0 == "_" || $0 == "-" }
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func function(_ signature: Signature) -> String {
        let parameters = signature.parameters.map {
            "\($0.name)\($0.isRequired ? "" : "?"): \(of($0.shape))"
        }
        let results = signature.results.map { of($0.shape) + ($0.isRequired ? "" : "?") }
        return "fun(\(parameters.joined(separator: ", ")))"
            + (results.isEmpty ? "" : ": \(results.joined(separator: ", "))")
    }

    private static func parenthesised(_ shape: Shape) -> String {
        let type = of(shape)
        return type.contains("|") || type.hasPrefix("fun") ? "(\(type))" : type
    }

    /// The records that a shape speaks of, outermost first.
    static func records(in shape: Shape) -> [Record] {
        switch shape {
        case .record(let record): [record] + record.fields.flatMap { records(in: $0.shape) }
        case .kinds(let kinds), .sources(let kinds), .mix(let kinds), .oneOrNamed(let kinds):
            kinds.records.flatMap { records(in: .record($0)) }
        case .collection(let settings, let kinds):
            records(in: .record(settings)) + kinds.records.flatMap { records(in: .record($0)) }
        case .list(let element), .array(let element), .map(let element): records(in: element)
        case .either(let shapes): shapes.flatMap(records)
        case .function(let signature):
            (signature.parameters + signature.results).flatMap { records(in: $0.shape) }
        default: []
        }
    }
}
