public import Tensors

/// What happened, in order, so that gradients can walk back over it.
///
/// A tape belongs to one thread and one pass. Without `gradients` it records nothing, which is
/// how evaluation and generation run.
///
/// ```swift
/// let tape = Tape(gradients: gradients)
/// let loss = model.loss(batch, on: tape)
/// tape.backward(from: loss)
/// ```
public final class Tape {
    /// Where the gradients of parameters go; nil when nothing is recorded.
    public let gradients: Gradients?
    /// What dropout draws from; nil where nothing is dropped.
    public let draws: DropoutDraws?
    var nodes: [Node] = []
    /// The gradient that has reached each node so far.
    var arrived: [Tensor?] = []

    struct Node {
        var operation: Operation
        /// The nodes of the operation's inputs, in its own order.
        var inputs: [Int?]
    }

    public init(gradients: Gradients?, draws: DropoutDraws? = nil) {
        self.gradients = gradients
        self.draws = draws
    }

    public var isRecording: Bool { gradients != nil }

    /// A parameter: its gradient is added to a slot of `gradients`.
    public func parameter(_ value: Tensor, slot: Int) -> Traced {
        record(.parameter(slot: slot), inputs: [], output: value)
    }

    /// An input whose gradient is asked for afterwards with `gradient(of:)`.
    public func variable(_ value: Tensor) -> Traced {
        record(.variable, inputs: [], output: value)
    }

    /// What has reached a variable after `backward`; nil where nothing has.
    public func gradient(of variable: Traced) -> Tensor? {
        variable.node.flatMap { arrived[$0] }
    }

    func record(_ operation: @autoclosure () -> Operation, inputs: [Traced], output: Tensor)
        -> Traced
    {
        guard isRecording else { return .constant(output) }
        let operation = operation()
        guard operation.isLeaf || inputs.contains(where: { $0.node != nil }) else {
            return .constant(output)
        }
        nodes.append(Node(operation: operation, inputs: inputs.map(\.node)))
        arrived.append(nil)
        return Traced(value: output, node: nodes.count - 1)
    }
}
