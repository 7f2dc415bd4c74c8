public import Tensors

/// How the weights of a frozen base are held: those of its layers' maps; tables stay in the kind that
/// the model computes in, and vectors in f32.
public enum FrozenForm: String, Sendable, Hashable, CaseIterable {
    case f32, bf16
    /// Integers of 8 bits with a scale for each output (`Backend.quantized`).
    case int8

    /// The form that holds what a model of that kind computes with.
    public init(_ kind: ElementKind) { self = kind == .bf16 ? .bf16 : .f32 }

    /// Bytes an element takes, scales aside.
    public var byteCount: Int {
        switch self {
        case .f32: 4
        case .bf16: 2
        case .int8: 1
        }
    }
}
