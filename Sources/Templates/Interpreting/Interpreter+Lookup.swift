/// Attributes and items, in jinja2's order: `a.b` is an attribute before an item, `a['b']` an item
/// before an attribute; what has neither is undefined.
extension Interpreter {
    /// What even a value that is not there has in Python, closed like all of its kind.
    private static let ownNamesOfUndefined: Set<String> = [
        "__class__", "__doc__", "__init__", "__module__", "__eq__", "__hash__", "__str__",
        "__repr__", "__len__", "__iter__", "__bool__", "__call__", "__getitem__", "__getattr__",
    ]

    func attribute(_ name: String, of value: Value) throws(TemplateError) -> Value {
        if value.isUndefined, Self.ownNamesOfUndefined.contains(name) {
            return unsafe(name, of: value)
        }
        try refuseUndefined(value)
        if let found = try ownAttribute(name, of: value) { return found }
        if case .dictionary(let table) = value, let found = table.value(of: name) { return found }
        return missing(name, of: value)
    }

    func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
        try refuseUndefined(value)
        if let found = try ownItem(key, of: value) { return found }
        if case .string(let name) = key {
            return try ownAttribute(name, of: value) ?? missing(name, of: value)
        }
        let what = value.isNone ? "None" : "A value of type '\(value.typeName)'"
        return .undefined(Undefined(sentence: "\(what) has no item \(try represented(key))."))
    }

    private func missing(_ name: String, of value: Value) -> Value {
        let what = value.isNone ? "None" : "A value of type '\(value.typeName)'"
        return .undefined(Undefined(sentence: "\(what) has nothing called '\(name)'."))
    }

    private func unsafe(_ name: String, of value: Value) -> Value {
        .undefined(
            Undefined(
                sentence:
                    "'\(name)' of a value of type '\(value.typeName)' is closed to templates.",
                isPrivate: true))
    }

    /// What a value has by a key, nil where Python raises an error of lookup or of type.
    private func ownItem(_ key: Value, of value: Value) throws(TemplateError) -> Value? {
        switch value {
        case .dictionary(let table):
            switch key {
            case .list, .dictionary, .view: return nil
            default: return table.value(of: try hashKey(key))
            }
        case .string(let text):
            guard let index = key.wholeNumber else { return nil }
            try chargeWork(text.utf8.count)
            let scalars = text.unicodeScalars
            let count = index < 0 ? scalars.count : 0
            let place = index < 0 ? index + count : index
            guard place >= 0,
                let position = scalars.index(
                    scalars.startIndex, offsetBy: place, limitedBy: scalars.endIndex),
                position < scalars.endIndex
            else { return nil }
            return .string(String(scalars[position]))
        case .list(let elements), .tuple(let elements):
            guard let place = placed(key, elements.items.count) else { return nil }
            return elements.items[place]
        case .range(let range):
            return placed(key, range.count).map { .integer(range[$0]) }
        default: return nil
        }
    }

    private func placed(_ key: Value, _ count: Int) -> Int? {
        guard let index = key.wholeNumber else { return nil }
        let place = index < 0 ? index + count : index
        return place >= 0 && place < count ? place : nil
    }

    /// What Python's `getattr` gives, nil where it has nothing by the name.
    private func ownAttribute(_ name: String, of value: Value) throws(TemplateError) -> Value? {
        if name.hasPrefix("__"), name.hasSuffix("__") { return unsafe(name, of: value) }
        if Methods.refused(name, value) { return unsafe(name, of: value) }
        if Methods.has(name, value) {
            let method = Function(name) { [unowned self] (arguments) throws(TemplateError) in
                try self.callMethod(name, of: value, arguments)
            }
            return .object(try hold(method))
        }
        switch value {
        case .integer, .bool, .float: return Methods.numberAttribute(name, value)
        case .range(let range):
            return ["start": range.start, "stop": range.stop, "step": range.step][name]
                .map { .integer($0) }
        case .tuple(let elements) where elements.items.count == 2:
            // What `groupby` gives can be asked by these names.
            return name == "grouper" ? elements.items[0] : name == "list" ? elements.items[1] : nil
        case .object(let object): return try attribute(name, of: object)
        default: return nil
        }
    }

    private func attribute(_ name: String, of object: Object) throws(TemplateError) -> Value? {
        switch object {
        case let namespace as Namespace: return namespace.values[TextKey(name)]
        case let loop as LoopState: return try attribute(name, of: loop)
        case let macro as Macro:
            switch name {
            case "name": return macro.syntax.name.map { .string($0) } ?? Value.none
            case "arguments": return try tuple(macro.syntax.parameters.map { .string($0.name) })
            case "catch_kwargs": return .bool(macro.syntax.readsKeywords)
            case "catch_varargs": return .bool(macro.syntax.readsPositional)
            case "caller": return .bool(macro.syntax.readsCaller)
            default: return nil
            }
        case let cycler as Cycler where name == "current": return cycler.items[cycler.position]
        default: return nil
        }
    }

    private func attribute(_ name: String, of loop: LoopState) throws(TemplateError) -> Value? {
        switch name {
        case "index": .integer(loop.index + 1)
        case "index0": .integer(loop.index)
        case "first": .bool(loop.index == 0)
        case "last": .bool(try loop.peek() == nil)
        case "length": .integer(try loop.count())
        case "revindex": .integer(try loop.count() - loop.index)
        case "revindex0": .integer(try loop.count() - loop.index - 1)
        case "depth": .integer(loop.depth + 1)
        case "depth0": .integer(loop.depth)
        case "previtem":
            (loop.index == 0 ? nil : loop.previous)
                ?? .undefined(Undefined(sentence: "There is no item before the first."))
        case "nextitem":
            try loop.peek() ?? .undefined(Undefined(sentence: "There is no item after the last."))
        default: nil
        }
    }

    // MARK: - Slices

    func slice(
        _ expression: Expression, _ base: Expression, _ from: Expression?, _ to: Expression?,
        _ by: Expression?
    ) throws(TemplateError) -> Value {
        let value = try evaluate(base)
        let start = try bound(from)
        let stop = try bound(to)
        let stride = try bound(by) ?? 1
        place = expression.place
        try refuseUndefined(value)
        guard stride != 0 else { throw failure(.value, "A slice cannot go in steps of 0.") }
        switch value {
        case .string(let text):
            try chargeMemory(text.utf8.count, of: 4)
            let scalars = Array(text.unicodeScalars)
            return try string(places(start, stop, stride, scalars.count).map { scalars[$0] })
        case .list(let elements):
            try chargeWork(elements.items.count)
            return try list(
                places(start, stop, stride, elements.items.count).map { elements.items[$0] })
        case .tuple(let elements):
            try chargeWork(elements.items.count)
            return try tuple(
                places(start, stop, stride, elements.items.count).map { elements.items[$0] })
        case .range(let range):
            let (first, end) = bounds(start, stop, stride, range.count)
            let (step, isBeyond) = range.step.multipliedReportingOverflow(by: stride)
            let sliced = IntegerRange(start: range[first], stop: range[end], step: step)
            guard !isBeyond, sliced.isBounded else {
                throw failure(.limit, "The bounds of this range do not fit in 64 bits.")
            }
            return .range(sliced)
        default:
            throw failure(.type, "A value of type '\(value.typeName)' cannot be sliced.")
        }
    }

    private func bound(_ expression: Expression?) throws(TemplateError) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if value.isNone { return nil }
        return try integer(value)
    }

    /// The first place and the one not reached, within what there is.
    private func bounds(
        _ start: Int?, _ stop: Int?, _ stride: Int, _ count: Int
    ) -> (first: Int, end: Int) {
        func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
            bound < 0 ? max(bound < -count ? low : bound + count, low) : min(bound, high)
        }
        let (low, high) = stride > 0 ? (0, count) : (-1, count - 1)
        return (
            start.map { clamped($0, low, high) } ?? (stride > 0 ? low : high),
            stop.map { clamped($0, low, high) } ?? (stride > 0 ? high : low)
        )
    }

    private func places(_ start: Int?, _ stop: Int?, _ stride: Int, _ count: Int) -> [Int] {
        let (first, end) = bounds(start, stop, stride, count)
        var place = first
        var places: [Int] = []
        while stride > 0 ? place < end : place > end {
            places.append(place)
            let left = end - place
            guard stride > 0 ? stride < left : stride > left else { break }
            place += stride
        }
        return places
    }
}
