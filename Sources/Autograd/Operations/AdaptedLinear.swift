public import Tensors

/// A weight `[out, in]` that no gradient reaches, in the form it is held in: any real kind, row-major,
/// or rounded to 8 bits.
public struct FrozenWeight {
    /// As it is held.
    public let tensor: Tensor

    /// The weight in that form.
    public init(_ tensor: Tensor) { self.tensor = tensor }

    /// Row-major in `kind`; a new tensor, which lives as long as one product, unless it is held so.
    public func unfolded(to kind: ElementKind) -> Tensor {
        if tensor.layout == .quantized { return tensor.backend.dequantized(tensor, to: kind) }
        return tensor.kind == kind ? tensor : tensor.backend.cast(tensor, to: kind)
    }
}

/// A product of two thin matrices beside some outputs of a frozen weight (LoRA, Hu et al. 2021).
public struct LowRankBranch {
    /// The lengths of the weight's rows as they are trained (DoRA, Liu et al. 2024).
    public struct Magnitude {
        /// `[w]`, f32.
        public var value: Traced
        /// `[w]`, f32: 1 over the length of each row of the adapted weight. No gradient flows
        /// through it, as the paper has it.
        public var inverseNorms: Tensor

        /// Both have the branch's width.
        public init(value: Traced, inverseNorms: Tensor) {
            self.value = value
            self.inverseNorms = inverseNorms
        }
    }

    /// Which of its inputs are dropped.
    public struct Dropped {
        /// The share of them.
        public var rate: Float
        /// See `Backend.dropout`.
        public var key: UInt64
        /// The place of the pass's first element in the whole batch.
        public var first: Int

        /// See `Backend.dropout`.
        public init(rate: Float, key: UInt64, first: Int) {
            self.rate = rate
            self.key = key
            self.first = first
        }
    }

    /// `[r, in]`: A.
    public var down: Traced
    /// `[w, r]`: B.
    public var up: Traced
    /// What the product is multiplied with.
    public var scale: Float
    /// The output that its first one is added to.
    public var column: Int
    /// Nil where lengths are what they come to.
    public var magnitude: Magnitude?
    /// Nil where every input counts.
    public var dropped: Dropped?

    /// A branch of width w at a column.
    public init(
        down: Traced, up: Traced, scale: Float, column: Int, magnitude: Magnitude? = nil,
        dropped: Dropped? = nil
    ) {
        self.down = down
        self.up = up
        self.scale = scale
        self.column = column
        self.magnitude = magnitude
        self.dropped = dropped
    }

    /// The outputs that it reaches.
    var columns: Range<Int> { column..<column + up.value.shape[0] }

    var inputs: [Traced] { [down, up] + (magnitude.map { [$0.value] } ?? []) }

    func droppedOut(_ x: Tensor) -> Tensor {
        guard let dropped else { return x }
        return x.backend.dropout(x, rate: dropped.rate, key: dropped.key, first: dropped.first)
    }

    /// `magnitude / length`, by which the outputs are multiplied.
    var factors: Tensor? {
        guard let magnitude else { return nil }
        let value = magnitude.value.value
        let factors = value.backend.empty(value.shape, value.kind)
        value.backend.copy(value, to: factors)
        value.backend.scaleColumns(
            of: factors.reshaped([1, factors.count]), from: 0, by: magnitude.inverseNorms)
        return factors
    }
}

extension Tape {
    /// `x · weightᵀ` with a frozen weight, plus `scale · (x · Aᵀ) · Bᵀ` at each branch's columns,
    /// those of a branch with magnitudes then brought to them.
    ///
    /// - Parameters:
    ///   - x: `[N, in]`
    ///   - prepared: the weight in the backend's fastest arrangement, where inference has it.
    /// - Returns: `[N, out]` in the kind of `x`.
    public func linear(
        _ x: Traced, frozen weight: FrozenWeight, prepared: Tensor? = nil,
        branches: [LowRankBranch] = []
    ) -> Traced {
        let backend = x.value.backend
        let kind = x.value.kind
        let y = backend.matmul(
            x.value, prepared ?? weight.unfolded(to: kind), transposeA: false, transposeB: true,
            kind: kind, into: nil, accumulate: false)
        var saved: [SavedAdaptedLinear.Branch] = []
        for branch in branches {
            let inner = backend.matmul(
                branch.droppedOut(x.value), branch.down.value, transposeA: false, transposeB: true,
                kind: kind, into: nil, accumulate: false)
            backend.scale(inner, by: branch.scale)
            let outer = backend.matmul(
                inner, branch.up.value, transposeA: false, transposeB: true, kind: kind, into: nil,
                accumulate: false)
            backend.accumulate(outer, intoColumnsFrom: branch.column, of: y)
            let factors = branch.factors
            var unscaled: Tensor?
            if let factors {
                if isRecording { unscaled = backend.columns(branch.columns, of: y) }
                backend.scaleColumns(of: y, from: branch.column, by: factors)
            }
            if isRecording {
                saved.append(
                    .init(branch: branch, inner: inner, unscaled: unscaled, factors: factors))
            }
        }
        return record(
            .adaptedLinear(
                SavedAdaptedLinear(
                    x: branches.isEmpty ? nil : x.value, weight: weight, branches: saved)),
            inputs: [x] + branches.flatMap(\.inputs), output: y)
    }
}

/// What the gradient of a frozen map with branches needs; the weight is unfolded anew.
struct SavedAdaptedLinear {
    struct Branch {
        let branch: LowRankBranch
        /// `scale · x · Aᵀ`, `[N, r]`
        let inner: Tensor
        /// Its columns before they were brought to their lengths, `[N, w]`.
        let unscaled: Tensor?
        let factors: Tensor?
    }

    /// Nil where there is no branch, whose A alone asks for it.
    let x: Tensor?
    let weight: FrozenWeight
    let branches: [Branch]

    /// With u the upstream, times the factors of each branch: `dx = u · W + s u B A`,
    /// `dB = uᵀ · (s x Aᵀ)`, `dA = (s u B)ᵀ · x`, `dm = Σ u₀ · y₀ / length`, where u₀ and y₀ stand
    /// before the factors.
    func pullBack(_ upstream: Tensor, to inputs: GradientSink) {
        let backend = upstream.backend
        let flow = backToFactors(upstream, inputs)
        let xGradient =
            inputs.wants(0)
            ? backend.matmul(
                flow, weight.unfolded(to: flow.kind), transposeA: false, transposeB: false,
                kind: flow.kind, into: nil, accumulate: false) : nil
        forEachBranch { saved, input in
            let branch = saved.branch
            let part =
                branch.columns.count == flow.shape[1]
                ? flow : backend.columns(branch.columns, of: flow)
            weightProduct(part, saved.inner, to: input + 1, inputs)
            let inner = backend.matmul(
                part, branch.up.value, transposeA: false, transposeB: false, kind: flow.kind,
                into: nil, accumulate: false)
            backend.scale(inner, by: branch.scale)
            if inputs.wants(input), let x {
                weightProduct(inner, branch.droppedOut(x), to: input, inputs)
            }
            if let xGradient {
                let ofX = backend.matmul(
                    inner, branch.down.value, transposeA: false, transposeB: false,
                    kind: flow.kind, into: nil, accumulate: false)
                backend.accumulate(branch.droppedOut(ofX), scale: 1, into: xGradient)
            }
        }
        if let xGradient { inputs.give(xGradient, to: 0) }
    }

    /// The gradients of magnitudes; the upstream times the factors.
    private func backToFactors(_ upstream: Tensor, _ inputs: GradientSink) -> Tensor {
        guard branches.contains(where: { $0.factors != nil }) else { return upstream }
        let backend = upstream.backend
        // What has arrived may be shared with another node.
        let flow = backend.empty(upstream.shape, upstream.kind)
        backend.copy(upstream, to: flow)
        forEachBranch { saved, input in
            guard let factors = saved.factors, let unscaled = saved.unscaled,
                let magnitude = saved.branch.magnitude
            else { return }
            let columns = saved.branch.columns
            if inputs.wants(input + 2) {
                let sums = backend.empty([columns.count], factors.kind)
                backend.fill(sums, with: 0)
                backend.addColumnProducts(
                    backend.columns(columns, of: upstream), unscaled, to: sums)
                backend.scaleColumns(
                    of: sums.reshaped([1, sums.count]), from: 0, by: magnitude.inverseNorms)
                inputs.give(sums, to: input + 2)
            }
            backend.scaleColumns(of: flow, from: columns.lowerBound, by: factors)
        }
        return flow
    }

    /// Calls `body` with each branch and the input that is its A.
    private func forEachBranch(_ body: (Branch, Int) -> Void) {
        var input = 1
        for saved in branches {
            body(saved, input)
            input += saved.branch.inputs.count
        }
    }

    private func weightProduct(
        _ a: Tensor, _ b: Tensor, to input: Int, _ inputs: GradientSink
    ) {
        guard inputs.wants(input) else { return }
        let target = inputs.productTarget(input)
        let gradient = a.backend.matmul(
            a, b, transposeA: true, transposeB: false, kind: a.kind == .f64 ? .f64 : .f32,
            into: target?.buffer, accumulate: target?.accumulate ?? false)
        if target == nil { inputs.give(gradient, to: input) }
    }
}
