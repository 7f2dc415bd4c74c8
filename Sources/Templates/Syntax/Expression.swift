/// A node that has a value.
struct Expression: Sendable {
    let kind: Kind
    let place: Place
    /// Nodes on the longest way down, this one included.
    let depth: Int

    indirect enum Kind: Sendable {
        case literal(Literal)
        case name(String)
        /// The text that a `set` or `filter` block captured.
        case captured
        case list([Expression])
        case tuple([Expression])
        case dictionary([Pair])
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, from: Expression?, to: Expression?, by: Expression?)
        case call(Expression, CallSyntax)
        case filter(Expression, String, CallSyntax)
        case test(Expression, String, CallSyntax)
        case not(Expression)
        case sign(negative: Bool, Expression)
        /// A chain of operators of one rank, from the left.
        case arithmetic(Expression, [Operand<Arithmetic>])
        case concatenation([Expression])
        case comparison(Expression, [Operand<Comparison>])
        case and([Expression])
        case or([Expression])
        case conditional(if: Expression, then: Expression, else: Expression?)
    }

    struct Pair: Sendable {
        let key: Expression
        let value: Expression
    }

    struct Operand<Operator: Sendable>: Sendable {
        let operation: Operator
        let right: Expression
        let place: Place
    }
}

/// A value written in the source.
enum Literal: Sendable {
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
}

enum Arithmetic: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
}

enum Comparison: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case contained = "in"
    case notContained = "not in"
}

/// What stands between the parentheses of a call.
struct CallSyntax: Sendable {
    var positional: [Expression] = []
    var keywords: [Keyword] = []
    var spread: Expression?
    var keywordSpread: Expression?

    struct Keyword: Sendable {
        let name: String
        let value: Expression
    }

    static let empty = CallSyntax()

    var parts: [Expression] {
        positional + keywords.map(\.value) + [spread, keywordSpread].compactMap(\.self)
    }
}
