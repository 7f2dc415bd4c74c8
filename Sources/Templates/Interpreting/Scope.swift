/// Names with values at one level; what stands further out can be read, and is not changed.
final class Scope {
    let parent: Scope?
    private var values: [String: Value] = [:]
    private let names: Set<String>

    init(in parent: Scope?, for frame: Frame? = nil) {
        self.parent = parent
        names = frame?.names ?? []
        for name in frame?.owned ?? [] where parent?.knows(name) != true {
            values[name] = .undefined(Undefined(sentence: "The name '\(name)' is set only later."))
        }
    }

    /// Whether this level or one around it reads or sets a name itself.
    private func knows(_ name: String) -> Bool {
        var scope: Scope? = self
        while let level = scope {
            if level.names.contains(name) { return true }
            scope = level.parent
        }
        return false
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
