/// Names with values at one level; what stands further out can be read, and is not changed.
final class Scope {
    let parent: Scope?
    private var values: [String: Value] = [:]

    init(in parent: Scope?) {
        self.parent = parent
    }

    func set(_ name: String, _ value: Value) {
        values[name] = value
    }

    func value(_ name: String) -> Value? {
        var scope: Scope? = self
        while let level = scope {
            if let value = level.values[name] { return value }
            scope = level.parent
        }
        return nil
    }
}
