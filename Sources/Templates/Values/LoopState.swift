/// What `loop` means within a loop.
///
/// Items are drawn one by one, and one ahead where it is asked.
final class LoopState: Object {
    let depth: Int
    /// Renders the loop again over other items, where the loop is recursive.
    var recurse: ((Value) throws(TemplateError) -> Value)?
    private(set) var index = -1
    private var draw: ValueIterator.Next?
    private var known: Int?
    /// Drawn ahead, next first from the end.
    private var ahead: [Value] = []
    private(set) var previous: Value?
    private(set) var current: Value?
    var lastChanged: [Value]?

    init(
        depth: Int, count: Int?, recurse: ((Value) throws(TemplateError) -> Value)?,
        _ draw: @escaping ValueIterator.Next
    ) {
        self.depth = depth
        known = count
        self.recurse = recurse
        self.draw = draw
    }

    override var typeName: String { "LoopContext" }

    override var isTrue: Bool { (try? count()) != 0 }

    func next() throws(TemplateError) -> Value? {
        var drawn = ahead.popLast()
        if drawn == nil { drawn = try draw?() }
        guard let item = drawn else { return nil }
        index += 1
        previous = current
        current = item
        return item
    }

    func peek() throws(TemplateError) -> Value? {
        if ahead.isEmpty, let item = try draw?() { ahead = [item] }
        return ahead.last
    }

    func count() throws(TemplateError) -> Int {
        if let known { return known }
        var rest: [Value] = ahead.reversed()
        while let item = try draw?() { rest.append(item) }
        ahead = rest.reversed()
        draw = nil
        known = index + 1 + rest.count
        return index + 1 + rest.count
    }

    override func release() {
        recurse = nil
        draw = nil
        ahead = []
        previous = nil
        current = nil
        lastChanged = nil
    }
}
