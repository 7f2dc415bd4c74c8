public import Tensors

/// The gradients of all parameters, one buffer a slot, kept from step to step.
///
/// Micro-batches add up here: the first product of a step overwrites a buffer, later ones add to
/// it, so nothing has to be zeroed.
public final class Gradients {
    private var buffers: [Tensor?]
    private var isFresh: [Bool]
    private let shapes: [Shape]
    private let kind: ElementKind
    private let backend: any Backend

    /// - Parameters:
    ///   - shapes: the parameters' shapes, by slot.
    ///   - kind: `f32`, or `f64` for gradient checks on the reference backend.
    public init(shapes: [Shape], kind: ElementKind = .f32, on backend: any Backend) {
        self.shapes = shapes
        self.kind = kind
        self.backend = backend
        buffers = Array(repeating: nil, count: shapes.count)
        isFresh = Array(repeating: true, count: shapes.count)
    }

    public var count: Int { shapes.count }

    /// Forgets what is there; the buffers are kept.
    public func reset() {
        for slot in isFresh.indices { isFresh[slot] = true }
    }

    /// The gradient of a slot; zeros where nothing has arrived since `reset`.
    public subscript(_ slot: Int) -> Tensor {
        if isFresh[slot] {
            let buffer = buffer(slot)
            backend.fill(buffer, with: 0)
            isFresh[slot] = false
        }
        return buffer(slot)
    }

    /// The buffer to write a product into, and whether to add to what is there.
    func target(_ slot: Int) -> (buffer: Tensor, accumulate: Bool) {
        defer { isFresh[slot] = false }
        return (buffer(slot), !isFresh[slot])
    }

    private func buffer(_ slot: Int) -> Tensor {
        if let buffer = buffers[slot] { return buffer }
        let buffer = backend.empty(shapes[slot], kind)
        buffers[slot] = buffer
        return buffer
    }
}
