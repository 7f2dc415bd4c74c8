/// Python's equality, order and membership.
extension Interpreter {
    func compare(
        _ operation: Comparison, _ left: Value, _ right: Value
    ) throws(TemplateError) -> Bool {
        switch operation {
        case .equal: try equal(left, right)
        case .notEqual: !(try equal(left, right))
        case .less: try ordered(left, right, operation) == .before
        case .greater: try ordered(left, right, operation) == .after
        case .lessOrEqual: [.before, .same].contains(try ordered(left, right, operation))
        case .greaterOrEqual: [.after, .same].contains(try ordered(left, right, operation))
        case .contained: try contains(right, left)
        case .notContained: !(try contains(right, left))
        }
    }

    func equal(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
        try step()
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let a), .string(let b)):
            guard a.utf8.count == b.utf8.count else { return false }
            try chargeWork(a.utf8.count)
            return sameText(a, b)
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            guard a.items.count == b.items.count else { return false }
            for (a, b) in zip(a.items, b.items) where !(try equal(a, b)) { return false }
            return true
        case (.dictionary(let a), .dictionary(let b)):
            guard a.keys.count == b.keys.count else { return false }
            for (key, value) in zip(a.keys, a.values) {
                guard let other = b.value(of: try hashKey(key)), try equal(value, other) else {
                    return false
                }
            }
            return true
        case (.view(let a), .view(let b)):
            guard a.kind != .values, b.kind != .values else { return false }
            guard a.count == b.count else { return false }
            for index in 0..<a.count where !(try contains(right, a.item(index))) { return false }
            return true
        case (.range(let a), .range(let b)):
            return a.count == b.count
                && (a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step))
        case (.object(let a), .object(let b)): return a === b
        default:
            if let a = left.wholeNumber, let b = right.wholeNumber { return a == b }
            return order(left, right) == .same
        }
    }

    enum Order { case before, same, after, apart }

    /// How two numbers stand to each other, nil where they are not both numbers.
    private func order(_ left: Value, _ right: Value) -> Order? {
        if let a = left.wholeNumber, let b = right.wholeNumber {
            return a < b ? .before : a == b ? .same : .after
        }
        guard let a = left.number, let b = right.number else { return nil }
        if let whole = left.wholeNumber { return order(whole, b) }
        if let whole = right.wholeNumber {
            switch order(whole, a) {
            case .before: return .after
            case .after: return .before
            case let order: return order
            }
        }
        return a < b ? .before : a == b ? .same : a > b ? .after : .apart
    }

    /// Exact where the whole number has no float of its own.
    private func order(_ whole: Int, _ float: Double) -> Order {
        if float.isNaN { return .apart }
        if float >= 0x1p63 { return .before }
        if float < -0x1p63 { return .after }
        let floor = Int(float.rounded(.down))
        if whole != floor { return whole < floor ? .before : .after }
        return float > float.rounded(.down) ? .before : .same
    }

    func ordered(
        _ left: Value, _ right: Value, _ operation: Comparison
    ) throws(TemplateError) -> Order {
        try step()
        if let order = order(left, right) { return order }
        switch (left, right) {
        case (.string(let a), .string(let b)):
            try chargeWork(min(a.utf8.count, b.utf8.count))
            return sameText(a, b) ? .same : textPrecedes(a, b) ? .before : .after
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            for (a, b) in zip(a.items, b.items) where !(try equal(a, b)) {
                return try ordered(a, b, operation)
            }
            let (a, b) = (a.items.count, b.items.count)
            return a < b ? .before : a == b ? .same : .after
        default:
            try refuseUndefined(left)
            try refuseUndefined(right)
            throw failure(
                .type,
                "'\(operation.rawValue)' does not order '\(left.typeName)' and"
                    + " '\(right.typeName)'.")
        }
    }

    func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
        switch container {
        case .string(let text):
            guard case .string(let part) = value else {
                throw failure(.type, "Text contains only text, not '\(value.typeName)'.")
            }
            try chargeWork(text.utf8.count + part.utf8.count)
            return ByteSearch(part).first(in: Array(text.utf8)) != nil
        case .dictionary(let table):
            return table.place(of: try hashKey(value)) != nil
        case .view(let view) where view.kind == .keys:
            return view.table.place(of: try hashKey(value)) != nil
        case .range(let range):
            if let whole = value.wholeNumber { return range.contains(whole) }
            guard case .float(let number) = value, let whole = Int(exactly: number) else {
                return false
            }
            return range.contains(whole)
        default:
            let next = try iterator(container)
            while let item = try next() {
                if try equal(item, value) { return true }
            }
            return false
        }
    }

    // MARK: - Sorting

    /// Sorts by keys, keeping the order of those that are equal.
    func sorted(
        _ items: [Value], by keys: [Value], isReversed: Bool = false
    ) throws(TemplateError) -> [Value] {
        try chargeMemory(items.count, of: 32)
        // Python reverses so that equal ones keep their order too.
        var order = isReversed ? Array(items.indices.reversed()) : Array(items.indices)
        var merged = order
        var width = 1
        while width < order.count {
            var start = 0
            while start < order.count {
                let middle = min(start + width, order.count)
                let end = min(start + 2 * width, order.count)
                var (left, right) = (start, middle)
                for place in start..<end {
                    var takesRight = left >= middle
                    if !takesRight, right < end {
                        takesRight =
                            try ordered(keys[order[right]], keys[order[left]], .less) == .before
                    }
                    merged[place] = order[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
                start = end
            }
            swap(&order, &merged)
            width *= 2
        }
        if isReversed { order.reverse() }
        return order.map { items[$0] }
    }
}
