public import Tensors

/// How parameters move.
///
/// An optimizer owns one state tensor or more a parameter, made at the first step or restored.
/// Laws, checked on every optimizer by one suite: it descends a bowl, and state out then in
/// changes nothing.
public protocol Optimizer: AnyObject {
    /// How many steps it has made; part of its state.
    var stepCount: Int { get }

    /// Weight decay of the parameters that decay; a setting, which may change between steps.
    var weightDecay: Double { get set }

    /// Moves every parameter once, in place.
    ///
    /// - Parameters:
    ///   - learningRate: the rate of this step, schedule included.
    ///   - gradientScale: what gradients are multiplied with on the way in (clipping).
    func step(_ parameters: [OptimizedParameter], learningRate: Double, gradientScale: Double)

    /// The state by name, each f32, sorted; what a checkpoint keeps.
    var state: [(name: String, tensor: Tensor)] { get }

    /// The names and shapes of the state for some parameters, before any step is made.
    func stateLayout(for parameters: [OptimizedParameter]) -> [(name: String, shape: Shape)]

    /// Takes a saved state: `read` fills the tensor of a name.
    func restore(
        for parameters: [OptimizedParameter], stepCount: Int,
        read: (_ name: String, _ into: Tensor) throws -> Void
    ) throws
}

/// One parameter as an optimizer sees it.
public struct OptimizedParameter {
    public let name: String
    /// f32, moved in place.
    public let value: Tensor
    /// f32, the shape of `value`.
    public let gradient: Tensor
    /// Whether weight decay applies: matrices yes, norms no.
    public let decays: Bool
    /// The rows of each matrix of a block that the value holds, one under another; empty for
    /// embeddings, heads and vectors.
    public let hiddenRows: [Int]
    /// What the learning rate is multiplied with.
    public let rateFactor: Double

    /// Whether it holds matrices of a block.
    public var isHidden: Bool { !hiddenRows.isEmpty }

    public init(
        name: String, value: Tensor, gradient: Tensor, decays: Bool, hiddenRows: [Int] = [],
        rateFactor: Double = 1
    ) {
        self.name = name
        self.value = value
        self.gradient = gradient
        self.decays = decays
        self.hiddenRows = hiddenRows
        self.rateFactor = rateFactor
    }
}
