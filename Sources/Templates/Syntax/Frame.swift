/// Statements with names of their own, and what is known of those names beforehand.
struct Frame: Sendable {
    let body: [Statement]
    /// All names that the frame reads or sets, those of frames within it apart.
    let names: Set<String>
    /// Names that the frame sets, come what may, before it reads them.
    ///
    /// jinja2 decides what a name means by reading the whole frame first. A name of this kind is
    /// the frame's own from the beginning: a loop that reads it before it is set finds nothing,
    /// even where a variable of that name was given.
    let owned: [String]

    init(_ body: [Statement], parameters: [Target] = [], standards: [Expression] = []) {
        self.body = body
        var reader = FrameReader()
        for parameter in parameters { reader.names.formUnion(parameter.names) }
        for standard in standards { reader.read(standard) }
        reader.read(body)
        names = reader.names
        owned = reader.owned
    }
}

private struct FrameReader {
    var names: Set<String> = []
    var owned: [String] = []
    private var isConditional = false

    mutating func read(_ statements: [Statement]) {
        for statement in statements { read(statement) }
    }

    private mutating func read(_ statement: Statement) {
        switch statement.kind {
        case .data, .generation, .leaveLoop, .nextItem: break
        case .output(let value): read(value)
        case .choice(let branches, let otherwise):
            let isOuterConditional = isConditional
            if let first = branches.first { read(first.condition) }
            isConditional = true
            for branch in branches {
                read(branch.condition)
                read(branch.body)
            }
            read(otherwise)
            isConditional = isOuterConditional
        case .loop(let loop): read(loop.items)
        case .set(let target, let value):
            read(value)
            store(target)
        case .setBlock(let target, _, _): store(target)
        case .macro(let macro): store(.name(macro.name ?? ""))
        case .call(_, let callee, let arguments):
            read(callee)
            arguments.parts.forEach { read($0) }
        case .filterBlock(let filter, _): read(filter)
        case .with(let bindings, _): bindings.forEach { read($0.value) }
        }
    }

    private mutating func store(_ target: Target) {
        switch target {
        case .name(let name):
            if names.insert(name).inserted, !isConditional { owned.append(name) }
        case .attribute(let of, _): names.insert(of)
        case .tuple(let targets): targets.forEach { store($0) }
        }
    }

    mutating func read(_ expression: Expression) {
        if case .name(let name) = expression.kind { names.insert(name) }
        expression.parts.forEach { read($0) }
    }
}

extension Expression {
    /// Nodes right below this one.
    var parts: [Expression] {
        switch kind {
        case .literal, .name, .captured: []
        case .list(let parts), .tuple(let parts), .concatenation(let parts), .and(let parts),
            .or(let parts):
            parts
        case .dictionary(let pairs): pairs.flatMap { [$0.key, $0.value] }
        case .attribute(let base, _), .not(let base), .sign(_, let base): [base]
        case .item(let base, let key): [base, key]
        case .slice(let base, let from, let to, let by): [base] + [from, to, by].compactMap(\.self)
        case .call(let base, let arguments), .filter(let base, _, let arguments),
            .test(let base, _, let arguments):
            [base] + arguments.parts
        case .arithmetic(let first, let rest): [first] + rest.map(\.right)
        case .comparison(let first, let rest): [first] + rest.map(\.right)
        case .conditional(let condition, let then, let otherwise):
            [condition, then] + [otherwise].compactMap(\.self)
        }
    }
}
