public import Autograd
public import Tensors

/// A trainable tensor: the f32 master, and the copy that products read; or a frozen one, of which
/// there is only what products read.
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
    /// `[rows, columns]`, or the length of a vector.
    public let shape: Shape
    /// What the optimizer moves and checkpoints hold: f32, or f64 on an f64 reference. That of a
    /// frozen parameter is in the form it is held in.
    public private(set) var value: Tensor
    /// What the model computes with: `value` itself, or its bf16 copy.
    public private(set) var working: Tensor
    /// Whether no gradient reaches it.
    public let isFrozen: Bool
    /// The kind of the row-major tensor; nil for 8 bits.
    private let heldKind: ElementKind?
    /// Whether there is memory for its numbers: always, for a trained one.
    private var isHeld: Bool
    /// The place of its gradient; set when the model's parameters are numbered.
    public internal(set) var slot = 0

    /// What kind of number a parameter holds: decides weight decay and precision.
    public enum Role: String, Sendable {
        case matrix, embedding, norm, bias
        /// The lengths of a weight's rows (DoRA).
        case magnitude

        /// Whether it is a vector, which stays f32 and is not decayed.
        public var isVector: Bool { self == .norm || self == .bias || self == .magnitude }
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
        shape = value.shape
        isFrozen = false
        heldKind = value.kind
        isHeld = true
        let needsCopy = !role.isVector && precision == .bf16
        working = needsCopy ? value.backend.empty(value.shape, .bf16) : value
        precondition(
            self.parts.reduce(0) { $0 + $1.rows } == value.shape[0],
            "The parts of \(name) do not add up to its \(value.shape[0]) rows.")
    }

    /// A parameter that no gradient reaches, whose numbers are not set yet.
    ///
    /// - Parameter kind: of the row-major tensor; nil for 8 bits, which are there once numbers are
    ///   loaded.
    public init(
        name: String, role: Role, parts: [Part]? = nil, shape: Shape, frozen kind: ElementKind?,
        on backend: any Backend
    ) {
        self.name = name
        self.role = role
        self.parts = parts ?? [Part(name: name, rows: shape[0])]
        self.shape = shape
        isFrozen = true
        heldKind = kind
        isHeld = false
        value = Self.nothing(shape, kind, on: backend)
        working = value
        precondition(
            self.parts.reduce(0) { $0 + $1.rows } == shape[0],
            "The parts of \(name) do not add up to its \(shape[0]) rows.")
    }

    /// What stands for the numbers of a frozen parameter while there are none: no memory.
    private static func nothing(
        _ shape: Shape, _ kind: ElementKind?, on backend: any Backend
    ) -> Tensor {
        Tensor(
            shape: shape, kind: kind ?? .f32, layout: kind == nil ? .quantized : .rowMajor,
            backend: backend, storage: backend.empty([0], .f32).storage)
    }

    /// Sets every number, rounded to the form that the parameter is held in.
    ///
    /// - Parameter read: the numbers of a part, row by row.
    public func load(_ read: (Part) throws -> [Float]) rethrows {
        try fill { part, place in
            let numbers = Tensor(try read(part), shape: place.shape, on: place.backend)
            if place.kind == numbers.kind {
                place.backend.copy(numbers, to: place)
            } else {
                place.backend.cast(numbers, into: place)
            }
        }
    }

    /// Sets every number where it will lie.
    ///
    /// - Parameter set: sets the tensor `[rows, columns]` of a part, of the parameter's kind, or
    ///   f32 where it will be rounded to 8 bits.
    public func fill(_ set: (Part, Tensor) throws -> Void) rethrows {
        let backend = value.backend
        if !isHeld || heldKind == nil { value = backend.empty(shape, heldKind ?? .f32) }
        isHeld = true
        var row = 0
        for part in parts {
            try set(part, value.rows(row..<row + part.rows))
            row += part.rows
        }
        guard isFrozen else { return refresh() }
        if heldKind == nil { value = backend.quantized(value) }
        working = value
    }

    /// Gives a frozen parameter's memory back, where a copy in another arrangement serves from here
    /// on.
    public func release() {
        precondition(isFrozen, "\(name) is trained: its numbers are needed.")
        value = Self.nothing(shape, heldKind, on: value.backend)
        working = value
        isHeld = false
    }

    /// Brings `working` up to date after `value` changed.
    public func refresh() {
        if working.kind != value.kind { value.backend.cast(value, into: working) }
    }

    /// The parameter on a tape.
    public func traced(on tape: Tape) -> Traced {
        tape.isRecording && !isFrozen ? tape.parameter(working, slot: slot) : .constant(working)
    }

    /// The names and shapes of the public tensors.
    public var publicShapes: [(name: String, shape: Shape)] {
        parts.map { ($0.name, Shape([$0.rows] + shape.dimensions.dropFirst())) }
    }

    /// The public tensors, each a view into `value`, which is row-major.
    public var publicTensors: [(name: String, tensor: Tensor)] {
        var row = 0
        return parts.map { part in
            defer { row += part.rows }
            return (part.name, value.rows(row..<row + part.rows))
        }
    }
}
