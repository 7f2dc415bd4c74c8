extension Interpreter {
    func execute(_ loop: LoopSyntax) throws(TemplateError) -> Flow {
        let items = try evaluate(loop.items)
        guard loop.isRecursive else { return try run(loop, over: items, depth: 0, recurse: nil) }
        let (text, flow) = try capture { () throws(TemplateError) in
            try runRecursive(loop, over: items, depth: 0, in: scope)
        }
        try write(text)
        return flow
    }

    private func runRecursive(
        _ loop: LoopSyntax, over items: Value, depth: Int, in outer: Scope
    ) throws(TemplateError) -> Flow {
        try run(loop, over: items, depth: depth) { [unowned self] (inner) throws(TemplateError) in
            let (text, _) = try self.capture { () throws(TemplateError) in
                try self.scoped(in: outer) { () throws(TemplateError) in
                    try self.runRecursive(loop, over: inner, depth: depth + 1, in: outer)
                }
            }
            return try self.string(text)
        }
    }

    private func run(
        _ loop: LoopSyntax, over items: Value, depth: Int,
        recurse: ((Value) throws(TemplateError) -> Value)?
    ) throws(TemplateError) -> Flow {
        let start = place
        let source = try iterator(items)
        let state = try hold(
            LoopState(
                depth: depth, count: loop.condition == nil ? knownCount(items) : nil,
                recurse: recurse, draws(loop, source)))
        // Python leaves the sign that nothing was gone through standing until one body has ended.
        var isNothingDone = true
        while let item = try state.next() {
            place = start
            try step()
            let flow = try scoped(in: nil, loop.body) { () throws(TemplateError) in
                try assign(item, to: loop.target)
                scope.set("loop", .object(state))
                return try execute(loop.body.body)
            }
            if flow == .leaveLoop { break }
            if flow == .onward { isNothingDone = false }
        }
        guard isNothingDone, !loop.otherwise.body.isEmpty else { return .onward }
        return try scoped(in: nil, loop.otherwise) { () throws(TemplateError) in
            try execute(loop.otherwise.body)
        }
    }

    /// Draws the items that meet the loop's condition, which is asked as they are drawn.
    private func draws(
        _ loop: LoopSyntax, _ source: @escaping ValueIterator.Next
    ) -> ValueIterator.Next {
        guard let condition = loop.condition else { return source }
        let outer = scope
        return { [unowned self] () throws(TemplateError) in
            while let item = try source() {
                let isTaken = try self.scoped(in: outer) { () throws(TemplateError) in
                    try self.assign(item, to: loop.target)
                    return try self.evaluate(condition).isTrue
                }
                if isTaken { return item }
            }
            return nil
        }
    }

    // MARK: - Going through values

    func knownCount(_ value: Value) -> Int? {
        switch value {
        case .string(let text): text.unicodeScalars.count
        case .list(let elements), .tuple(let elements): elements.items.count
        case .dictionary(let table): table.keys.count
        case .view(let view): view.count
        case .range(let range): range.count
        case .undefined: 0
        default: nil
        }
    }

    /// Draws the items of a value one by one.
    func iterator(_ value: Value) throws(TemplateError) -> ValueIterator.Next {
        if case .object(let object) = value {
            if let iterator = object as? ValueIterator {
                return { [unowned self] () throws(TemplateError) in
                    try self.deeper { () throws(TemplateError) in try iterator.next() }
                }
            }
            throw notIterable(value)
        }
        if case .range(let range) = value {
            var index = 0
            return { [unowned self] () throws(TemplateError) in
                try self.step()
                guard index < range.count else { return nil }
                index += 1
                return .integer(range[index - 1])
            }
        }
        let items = try allItems(value)
        var index = 0
        return { () throws(TemplateError) in
            guard index < items.count else { return nil }
            index += 1
            return items[index - 1]
        }
    }

    /// All items of a value at once.
    func allItems(_ value: Value) throws(TemplateError) -> [Value] {
        switch value {
        case .undefined: return []
        case .string(let text):
            try chargeMemory(text.utf8.count, of: 16)
            return text.unicodeScalars.map { .string(String($0)) }
        case .list(let elements), .tuple(let elements):
            return elements.items
        case .dictionary(let table): return table.keys
        case .view(let view):
            try chargeMemory(view.count, of: 16)
            return (0..<view.count).map { view.item($0) }
        case .range(let range):
            try chargeMemory(range.count, of: 16)
            return (0..<range.count).map { .integer(range[$0]) }
        case .object:
            let next = try iterator(value)
            var items: [Value] = []
            while let item = try next() {
                try chargeMemory(16)
                items.append(item)
            }
            return items
        case .none, .bool, .integer, .float: throw notIterable(value)
        }
    }

    func notIterable(_ value: Value) -> TemplateError {
        failure(.type, "A value of type '\(value.typeName)' has no items to go through.")
    }

    /// Makes an iterator that is a value.
    func generator(
        _ name: String, _ next: @escaping ValueIterator.Next
    ) throws(TemplateError) -> Value {
        .object(try hold(ValueIterator(name, next)))
    }
}
