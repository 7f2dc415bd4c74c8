/// How a layer's queries and keys turn.
public enum RotaryKind: String, Sendable, Hashable {
    /// By the model's base.
    case global
    /// By the base of layers that see a window (Gemma 3).
    case local
    /// Not at all (NoPE, Kazemnejad et al. 2023; SmolLM3).
    case none
}

/// The rotary tables of a model: one, or a second for its local layers.
public struct RotaryTables: Sendable {
    /// By the model's base.
    public let global: RotaryTable
    /// By the base of local layers, where they have their own.
    public let local: RotaryTable?

    /// A table for all layers, or one more for the local ones.
    public init(global: RotaryTable, local: RotaryTable? = nil) {
        self.global = global
        self.local = local
    }

    /// Positions that are prepared.
    public var positionCount: Int { global.positionCount }

    /// The table of a kind; nil where nothing turns.
    subscript(kind: RotaryKind) -> RotaryTable? {
        switch kind {
        case .global: global
        case .local: local ?? global
        case .none: nil
        }
    }
}
