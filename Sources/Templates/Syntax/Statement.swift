/// A node that makes output or changes names.
struct Statement: Sendable {
    let kind: Kind
    let place: Place

    indirect enum Kind: Sendable {
        case data(String)
        case output(Expression)
        case choice([Branch], otherwise: [Statement])
        case loop(LoopSyntax)
        case set(Target, Expression)
        /// The expression stands on `captured`.
        case setBlock(Target, Expression, Frame)
        case macro(MacroSyntax)
        /// A call whose `caller` is the macro.
        case call(MacroSyntax, Expression, CallSyntax)
        case filterBlock(Expression, Frame)
        case with([Binding], Frame)
        case generation(Frame)
        case leaveLoop
        case nextItem
    }

    struct Branch: Sendable {
        let condition: Expression
        let body: [Statement]
    }

    struct Binding: Sendable {
        let target: Target
        let value: Expression
    }
}

/// What a value can be given to.
indirect enum Target: Sendable {
    case name(String)
    case attribute(of: String, String)
    case tuple([Target])
}

struct LoopSyntax: Sendable {
    let target: Target
    let items: Expression
    let condition: Expression?
    let isRecursive: Bool
    let body: Frame
    let otherwise: Frame
}

struct MacroSyntax: Sendable {
    struct Parameter: Sendable {
        let name: String
        let standard: Expression?
    }

    let name: String?
    let parameters: [Parameter]
    let body: Frame
    /// Which of `caller`, `varargs` and `kwargs` the body reads; a macro takes only those.
    let readsCaller: Bool
    let readsPositional: Bool
    let readsKeywords: Bool
}
