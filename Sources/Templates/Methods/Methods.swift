/// Which methods a value has: Python's, less those that would change it.
enum Methods {
    static let ofStrings: Set<String> = [
        "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format",
        "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "join", "ljust", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace",
        "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines",
        "startswith", "strip", "swapcase", "title", "upper", "zfill", "encode", "maketrans",
        "translate",
    ]
    /// Methods that Python has and templates have no use for.
    static let leftOut: Set<String> = ["encode", "maketrans", "translate"]
    static let ofDictionaries: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
    static let ofLists: Set<String> = ["copy", "count", "index"]
    static let ofTuples: Set<String> = ["count", "index"]
    static let ofLoops: Set<String> = ["cycle", "changed"]
    static let ofCyclers: Set<String> = ["next", "reset"]

    static let changingLists: Set<String> = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]
    static let changingDictionaries: Set<String> = [
        "clear", "pop", "popitem", "setdefault", "update",
    ]

    static func has(_ name: String, _ value: Value) -> Bool {
        switch value {
        case .string: ofStrings.contains(name)
        case .dictionary: ofDictionaries.contains(name)
        case .list: ofLists.contains(name)
        case .tuple, .range: ofTuples.contains(name)
        case .integer, .bool: name == "bit_length" || name == "conjugate"
        case .float: name == "is_integer" || name == "conjugate"
        case .object(let object):
            object is LoopState && ofLoops.contains(name)
                || object is Cycler && ofCyclers.contains(name)
        case .undefined, .none, .view: false
        }
    }

    /// Whether Python has such a method and the sandbox keeps it closed.
    static func refused(_ name: String, _ value: Value) -> Bool {
        switch value {
        case .list: changingLists.contains(name)
        case .dictionary: changingDictionaries.contains(name)
        default: false
        }
    }

    static func numberAttribute(_ name: String, _ value: Value) -> Value? {
        switch (name, value) {
        case ("real", .float), ("real", .integer): value
        case ("imag", .float): .float(0)
        case ("real", _), ("numerator", .integer), ("numerator", .bool):
            value.wholeNumber.map { .integer($0) }
        case ("imag", _): .integer(0)
        case ("denominator", .integer), ("denominator", .bool): .integer(1)
        default: nil
        }
    }
}

extension Interpreter {
    func callMethod(
        _ name: String, of value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        try enter()
        defer { leave() }
        switch value {
        case .string(let text):
            if Methods.leftOut.contains(name) {
                throw failure(.unsupported, "The method '\(name)' of text is left out.")
            }
            return try stringMethod(name, text, arguments)
        case .dictionary(let table): return try dictionaryMethod(name, table, arguments)
        case .list, .tuple, .range: return try listMethod(name, value, arguments)
        case .object(let object): return try objectMethod(name, object, arguments)
        default: return try numberMethod(name, value, arguments)
        }
    }

    private func dictionaryMethod(
        _ name: String, _ table: Table, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch name {
        case "get":
            let given = try positional(arguments, 1...2, name)
            return try table.value(of: hashKey(given[0]))
                ?? (given.count > 1 ? given[1] : Value.none)
        case "fromkeys":
            let given = try positional(arguments, 1...2, name)
            var pairs: [(key: Value, value: Value)] = []
            for key in try allItems(given[0]) {
                pairs.append((key, given.count > 1 ? given[1] : .none))
            }
            return .dictionary(try self.table(pairs))
        default:
            _ = try positional(arguments, 0...0, name)
            guard let kind = TableView.Kind(rawValue: name) else { return .dictionary(table) }
            return .view(TableView(kind: kind, table: table))
        }
    }

    private func listMethod(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        if name == "copy" {
            _ = try positional(arguments, 0...0, name)
            return value
        }
        let items = try allItems(value)
        if name == "count" {
            let given = try positional(arguments, 1...1, name)
            var count = 0
            for item in items where try equal(item, given[0]) { count += 1 }
            return .integer(count)
        }
        let given = try positional(arguments, 1...3, name)
        func place(_ value: Int) -> Int {
            value < 0 ? max(value < -items.count ? 0 : value + items.count, 0) : value
        }
        let start = given.count > 1 ? place(try integer(given[1])) : 0
        let end = given.count > 2 ? place(try integer(given[2])) : items.count
        for index in items.indices where index >= start && index < end {
            if try equal(items[index], given[0]) { return .integer(index) }
        }
        throw failure(.value, "The value is not in the list.")
    }

    private func numberMethod(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        _ = try positional(arguments, 0...0, name)
        switch (name, value) {
        case ("is_integer", .float(let number)):
            return .bool(number.isFinite && number == number.rounded())
        case ("bit_length", _):
            let whole = value.wholeNumber ?? 0
            return .integer(64 - whole.magnitude.leadingZeroBitCount)
        default: return value.wholeNumber.map { .integer($0) } ?? value
        }
    }

    private func objectMethod(
        _ name: String, _ object: Object, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        switch (object, name) {
        case (let loop as LoopState, "cycle"):
            let items = try positional(arguments, 0...Int.max, name)
            guard !items.isEmpty else { throw failure(.type, "There is nothing to cycle through.") }
            return items[loop.index % items.count]
        case (let loop as LoopState, "changed"):
            let values = try positional(arguments, 0...Int.max, name)
            defer { loop.lastChanged = values }
            guard let last = loop.lastChanged, last.count == values.count else {
                return .bool(true)
            }
            for (a, b) in zip(last, values) where !(try equal(a, b)) { return .bool(true) }
            return .bool(false)
        case (let cycler as Cycler, _):
            _ = try positional(arguments, 0...0, name)
            if name == "reset" {
                cycler.position = 0
                return .none
            }
            defer { cycler.position = (cycler.position + 1) % cycler.items.count }
            return cycler.items[cycler.position]
        default: return .none
        }
    }

    /// Arguments of a function that takes no names.
    func positional(
        _ arguments: Arguments, _ counts: ClosedRange<Int>, _ name: String
    ) throws(TemplateError) -> [Value] {
        if let keyword = arguments.keywords.first {
            throw failure(.type, "'\(name)' takes no argument by name, as '\(keyword.name)' is.")
        }
        guard counts.contains(arguments.positional.count) else {
            let needed =
                counts.lowerBound == counts.upperBound
                ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw failure(
                .type, "'\(name)' takes \(needed) arguments, not \(arguments.positional.count).")
        }
        return arguments.positional
    }
}
