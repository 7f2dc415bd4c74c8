import Autograd
import Tensors

/// What is learned beside a frozen weight: `weight + scale · B · A` (LoRA, Hu et al. 2021), where the
/// rows have lengths of their own if there are magnitudes (DoRA, Liu et al. 2024).
public final class LowRankAdapter {
    /// Its public name, for the stream of its dropout.
    public let name: String
    /// A, `[r, in]`.
    public let down: Parameter
    /// B, `[out, r]`.
    public let up: Parameter
    /// The lengths of the adapted weight's rows, `[out]`.
    public let magnitude: Parameter?
    /// `alpha / r`, or `alpha / √r` with rank stabilisation (Kalajdzievski 2023).
    public let scale: Float
    /// The share of its inputs that training drops.
    public let dropout: Float
    /// The weight's rows that it stands beside.
    public let rows: Range<Int>
    /// `[out]`: 1 over the lengths of the rows of `weight + scale · B · A`.
    private var inverseNorms: Tensor?

    /// - Parameter rows: of the weight, as many as B has.
    public init(
        name: String, down: Parameter, up: Parameter, magnitude: Parameter?, scale: Float,
        dropout: Float, rows: Range<Int>
    ) {
        precondition(
            rows.count == up.shape[0] && up.shape[1] == down.shape[0],
            "The matrices of \(name) do not fit: \(up.shape) and \(down.shape).")
        self.name = name
        self.down = down
        self.up = up
        self.magnitude = magnitude
        self.scale = scale
        self.dropout = dropout
        self.rows = rows
    }

    /// What is trained.
    public var parameters: [Parameter] { [down, up] + (magnitude.map { [$0] } ?? []) }

    /// The adapter in a pass.
    func branch(on tape: Tape) -> LowRankBranch {
        LowRankBranch(
            down: down.traced(on: tape), up: up.traced(on: tape), scale: scale,
            column: rows.lowerBound,
            magnitude: magnitude.map { magnitude in
                guard let inverseNorms else {
                    preconditionFailure("The lengths beside \(name) were never computed.")
                }
                return .init(value: magnitude.traced(on: tape), inverseNorms: inverseNorms)
            },
            dropped: tape.draws.flatMap { draws in
                dropout > 0
                    ? .init(
                        rate: dropout, key: draws.key(of: name),
                        first: draws.firstToken * down.shape[1]) : nil
            })
    }

    /// Brings the lengths up to date after A or B changed.
    ///
    /// - Parameter weight: the whole weight, row-major in the kind of the masters.
    func refreshNorms(beside weight: Tensor) {
        guard magnitude != nil else { return }
        let backend = up.value.backend
        let sum = copyOfRows(of: weight)
        let scaled = backend.empty(up.shape, up.value.kind)
        backend.copy(up.value, to: scaled)
        backend.scale(scaled, by: scale)
        _ = backend.matmul(
            scaled, down.value, transposeA: false, transposeB: false, kind: sum.kind, into: sum,
            accumulate: true)
        inverseNorms = backend.inverseRowNorms(of: sum)
    }

    /// Sets the magnitudes to the lengths that the weight's rows have, as training begins.
    public func startMagnitudes(beside weight: Parameter) {
        guard let magnitude else { return }
        let whole = FrozenWeight(weight.isFrozen ? weight.working : weight.value)
            .unfolded(to: magnitude.value.kind)
        let inverse = magnitude.value.backend.inverseRowNorms(of: whole.rows(rows)).readDoubles()
        let lengths = inverse.map { Float($0 == 0 ? 0 : 1 / $0) }
        magnitude.load { _ in lengths }
    }

    /// Its rows of the weight, for a sum to be added to.
    private func copyOfRows(of weight: Tensor) -> Tensor {
        let own = weight.rows(rows)
        let copy = own.backend.empty(own.shape, own.kind)
        own.backend.copy(own, to: copy)
        return copy
    }
}

extension LowRankAdapter {
    /// What it does to a weight, by its masters as they are now; they are not copied.
    public var update: LowRankUpdate {
        LowRankUpdate(
            down: down.value, up: up.value, magnitude: magnitude?.value, scale: scale)
    }
}
