import LuaRuntime

/// Whether two plain values are the same for a script: 3 and 3.0 are, NaN is itself, and the order
/// of a table's entries does not matter.
enum PlainEquality {
    static func equal(_ a: LuaValue, _ b: LuaValue) -> Bool {
        switch (a, b) {
        case (.table(let a), .table(let b)):
            guard a.array.count == b.array.count, a.fields.count == b.fields.count else {
                return false
            }
            return zip(a.array, b.array).allSatisfy(equal)
                && a.fields.allSatisfy { field in
                    b[field.key].map { equal(field.value, $0) } ?? false
                }
        default:
            if let x = a.asNumber, let y = b.asNumber { return x == y || (x.isNaN && y.isNaN) }
            return a == b
        }
    }
}
