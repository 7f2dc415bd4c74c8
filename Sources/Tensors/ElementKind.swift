/// How one element of a tensor is stored.
public enum ElementKind: String, Sendable, Hashable, CaseIterable, Codable {
    /// IEEE single precision: master weights, optimizer state, norms, losses, weight gradients.
    case f32
    /// The upper half of an `f32`: products and activations under `precision = "bf16"`.
    case bf16
    /// Token ids, positions, boundaries.
    case i32
    /// IEEE double precision: only the reference backend computes in it.
    case f64

    /// Bytes an element occupies.
    public var byteCount: Int {
        switch self {
        case .bf16: 2
        case .f32, .i32: 4
        case .f64: 8
        }
    }

    /// Whether the kind holds real numbers, so that gradients may flow through it.
    public var isFloatingPoint: Bool { self != .i32 }
}
