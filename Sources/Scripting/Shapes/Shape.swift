import LuaRuntime
import Naming

/// What a value in a script may be.
///
/// Shapes are declared once: constructors check their table against them, a recipe is checked and
/// completed by them, `--set` finds its way along them, and their words are the documentation.
indirect enum Shape: Sendable {
    case boolean
    /// 3.0 counts as 3.
    case integer(ClosedRange<Int>)
    case number(NumberRange)
    /// Valid UTF-8, not empty.
    case text
    /// One of a few words; the second list holds words that other versions know.
    case choice([String], unsupported: [String] = [])
    /// Any bytes, the empty string included.
    case bytes
    /// A Lua function.
    case function(Signature)
    /// Not empty.
    case list(Shape)
    /// A list that may be empty.
    case array(Shape)
    /// A table whose keys are names of the script's own.
    case map(Shape)
    case record(Record)
    /// One of several records, told apart by their `kind`.
    case kinds(Kinds)
    /// Sources by name, each with its weight.
    case mix(Kinds)
    /// A record's keys, and named tables of several kinds beside them.
    case collection(Record, Kinds)
    /// One source or a mix of them.
    case sources(Kinds)
    /// One of several records, or a table of them by name.
    case oneOrNamed(Kinds)
    /// `false`, where a setting can be switched off.
    case off
    /// The first that takes the value's Lua type decides.
    case either([Shape])
    /// An object that functions give, with methods; of this class.
    case object(String)
    /// Data without functions that someone else checks.
    case plain
    /// Anything, functions included.
    case any

    /// Words for "expected ...".
    var expectation: String {
        switch self {
        case .boolean: "true or false"
        case .integer(let range): Words.integer(in: range)
        case .number(let range): range.expectation
        case .text: "a string that is not empty"
        case .choice(let words, _): Words.anyOf(words.map { "\"\($0)\"" })
        case .bytes: "a string"
        case .function: "a function"
        case .list(let element): "a list, each \(element.expectation)"
        case .array(let element): "a list, each \(element.expectation)"
        case .map(let element): "a table of names, each \(element.expectation)"
        case .record(let record): "a table (\(record.noun))"
        case .kinds(let kinds): kinds.expectation
        case .mix: "named sources"
        case .collection(let settings, _): "a table (\(settings.noun))"
        case .sources: "a source such as nj.data.text { ... }, or nj.data.mix { ... }"
        case .oneOrNamed(let kinds): "a \(kinds.noun), or a table of named ones"
        case .off: "false"
        case .either(let shapes): Words.anyOf(shapes.map(\.expectation))
        case .object(let name): "a \(name.lowercased())"
        case .plain: "plain data"
        case .any: "a value"
        }
    }

    /// Whether one of several shapes is anything: its words say little then.
    var isOpenChoice: Bool {
        guard case .either(let shapes) = self else { return false }
        return shapes.contains { if case .any = $0 { true } else { false } }
    }

    /// Whether the value's Lua type is the one this shape is about.
    func takesType(of node: LuaNode) -> Bool {
        switch (self, node) {
        case (.boolean, .boolean), (.off, .boolean), (.function, .function): true
        case (.integer, .integer), (.integer, .number): true
        case (.number, .integer), (.number, .number): true
        case (.text, .string), (.bytes, .string), (.choice, .string): true
        case (.array, .table), (.map, .table): true
        case (.list, .table), (.record, .table), (.mix, .table), (.kinds, .table): true
        case (.sources, .table), (.collection, .table), (.oneOrNamed, .table): true
        case (.record(let record), .string): record.shorthand != nil
        case (.kinds(let kinds), .string): kinds.takesName
        case (.either(let shapes), _): shapes.contains { $0.takesType(of: node) }
        case (.object, .object): true
        case (.plain, .function), (.plain, .object): false
        case (.plain, _), (.any, _): true
        default: false
        }
    }
}

/// What a function in Lua is called with, and what it answers.
struct Signature: Sendable {
    var parameters: [Field] = []
    var results: [Field] = []
}

/// The numbers that a setting takes; never NaN nor infinite.
struct NumberRange: Sendable {
    let expectation: String
    let contains: @Sendable (Double) -> Bool

    static let positive = NumberRange(expectation: "a number above 0") { $0 > 0 }
    static let nonNegative = NumberRange(expectation: "a number, 0 or more") { $0 >= 0 }
    static let finite = NumberRange(expectation: "a finite number") { _ in true }
    /// Both ends belong to it.
    static let share = NumberRange(expectation: "a number from 0 to 1") { $0 >= 0 && $0 <= 1 }
    static let percentage = NumberRange(expectation: "a number from 0 to 100") {
        $0 >= 0 && $0 <= 100
    }
    /// 1 does not belong to it.
    static let shareBelowOne = NumberRange(expectation: "a number from 0 to below 1") {
        $0 >= 0 && $0 < 1
    }
}

/// A value that does not fit its shape.
struct ShapeFault: Error, CustomStringConvertible {
    /// What the path begins at, for values that stand outside a recipe: `nj.optim.adamw`.
    var constructor: String?
    var path: LuaPath
    var sentence: String
    /// The key that the sentence names, where the path is that of its table.
    var named: LuaPath?

    init(constructor: String? = nil, path: LuaPath, sentence: String) {
        self.constructor = constructor
        self.path = path
        self.sentence = shortened(sentence)
    }

    /// What shows the line in the source.
    var linePath: LuaPath { named ?? path }

    /// Where the value is, in words; nil for the whole.
    var place: String? {
        let path = path.description
        guard let constructor else { return path.isEmpty ? nil : path }
        return path.isEmpty ? constructor : "\(constructor): \(path)"
    }

    var description: String { place.map { "\($0): \(sentence)" } ?? sentence }
}

enum Words {
    /// "an integer from 1 to 16"; bounds that bound nothing are left out.
    static func integer(in range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "an integer"
        case (let low, .max): "an integer from \(low)"
        case (.min, let high): "an integer up to \(high)"
        case (let low, let high) where low == high: "the integer \(low)"
        case (let low, let high): "an integer from \(low) to \(high)"
        }
    }

    /// "a, b or c"
    static func anyOf(_ words: [String]) -> String {
        guard words.count > 1, let last = words.last else { return words.first ?? "nothing" }
        return words.dropLast().joined(separator: ", ") + " or " + last
    }
}
