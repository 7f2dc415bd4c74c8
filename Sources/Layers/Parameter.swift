public import Autograd
public import Tensors

/// A trainable tensor: the f32 master, and the copy that products read.
///
/// Matrices that always meet the same input are stored as one (queries, keys and values; gate and
/// up), so that one product serves them all; `parts` names the pieces as published checkpoints do.
public final class Parameter {
    /// The name under which optimizers and messages know it, such as
    /// `model.layers.0.self_attn.qkv_proj.weight`.
    public let name: String
    public let role: Role
    /// The public tensors laid one under another; their rows add up to the parameter's.
    public let parts: [Part]
    /// Always f32 (f64 on an f64 reference): what the optimizer moves and checkpoints hold.
    public let value: Tensor
    /// What the model computes with: `value` itself, or its bf16 copy.
    public let working: Tensor
    /// The place of its gradient; set when the model's parameters are numbered.
    public internal(set) var slot = 0

    /// What kind of number a parameter holds: decides weight decay and precision.
    public enum Role: String, Sendable {
        case matrix, embedding, norm, bias

        /// Whether it is a vector, which stays f32 and is not decayed.
        public var isVector: Bool { self == .norm || self == .bias }
    }

    /// One public tensor inside a parameter: its name and its rows.
    public struct Part: Sendable, Hashable {
        public let name: String
        public let rows: Int

        public init(name: String, rows: Int) {
            self.name = name
            self.rows = rows
        }
    }

    /// - Parameters:
    ///   - precision: the kind of `working`; vectors stay f32 whatever is asked.
    public init(
        name: String, role: Role, parts: [Part]? = nil, value: Tensor, precision: ElementKind
    ) {
        self.name = name
        self.role = role
        self.parts = parts ?? [Part(name: name, rows: value.shape[0])]
        self.value = value
        let needsCopy = !role.isVector && precision == .bf16
        working = needsCopy ? value.backend.empty(value.shape, .bf16) : value
        precondition(
            self.parts.reduce(0) { $0 + $1.rows } == value.shape[0],
            "The parts of \(name) do not add up to its \(value.shape[0]) rows.")
    }

    /// Brings `working` up to date after `value` changed.
    public func refresh() {
        if working.kind != value.kind { value.backend.cast(value, into: working) }
    }

    /// The parameter on a tape.
    public func traced(on tape: Tape) -> Traced {
        tape.isRecording ? tape.parameter(working, slot: slot) : .constant(working)
    }

    /// The public tensors, each a view into `value`.
    public var publicTensors: [(name: String, tensor: Tensor)] {
        var row = 0
        return parts.map { part in
            defer { row += part.rows }
            return (part.name, value.rows(row..<row + part.rows))
        }
    }
}
