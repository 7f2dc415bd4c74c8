/// One check an operation; sizes come back in the legend of `Backend`.
extension ShapeChecks {
    static func glu(_ gateUp: Tensor) -> (rows: Int, width: Int) {
        floating(gateUp, in: "glu")
        require(
            gateUp.shape.rank >= 1 && gateUp.shape.last.isMultiple(of: 2),
            "glu needs gate and up side by side, an even width, not \(gateUp.shape).")
        return (gateUp.shape.rows, gateUp.shape.last / 2)
    }

    static func gluBackward(
        _ upstream: Tensor, _ gateUp: Tensor, into: Tensor?
    ) -> (rows: Int, width: Int) {
        let sizes = glu(gateUp)
        floating(upstream, in: "gluBackward")
        sameKind(upstream, gateUp, in: "gluBackward")
        require(
            upstream.shape.rows == sizes.rows && upstream.shape.last == sizes.width,
            "gluBackward needs upstream of half the width of \(gateUp.shape), "
                + "not \(upstream.shape).")
        if let into {
            sameShape(gateUp, into, in: "gluBackward")
            sameKind(gateUp, into, in: "gluBackward")
        }
        return sizes
    }

    /// M, K, N of `op(a) [M, K] · op(b) [K, N]`.
    static func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, kind: ElementKind,
        into: Tensor?, accumulate: Bool
    ) -> (m: Int, k: Int, n: Int) {
        floating(a, in: "matmul")
        if b.layout != .quantized { sameKind(a, b, in: "matmul") }
        require(
            b.layout != .cache && (b.layout == .rowMajor || transposeB),
            "matmul takes an arranged weight only with transposeB, and no cache.")
        require(
            b.layout != .quantized || !transposeA,
            "matmul rounds the rows of a beside a quantized weight, so it takes them as they lie.")
        require(
            a.shape.rank == 2 && b.shape.rank == 2,
            "matmul multiplies matrices, not \(a.shape) and \(b.shape).")
        let (m, k) = transposeA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
        let (inner, n) = transposeB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
        require(
            k == inner,
            "matmul of \(a.shape)\(transposeA ? " transposed" : "") and "
                + "\(b.shape)\(transposeB ? " transposed" : "") has inner sizes \(k) and \(inner).")
        require(kind.isFloatingPoint, "matmul gives real numbers, not \(kind.rawValue).")
        require(!accumulate || into != nil, "matmul accumulates only into a given tensor.")
        if let into {
            floating(into, in: "matmul")
            shape(into, [m, n], "a destination", in: "matmul")
        }
        return (m, k, n)
    }

    /// Rows and columns of a weight to quantize.
    static func quantized(_ weight: Tensor) -> (rows: Int, columns: Int) {
        floating(weight, in: "quantized")
        require(
            weight.shape.rank == 2, "quantized rounds a matrix, not \(weight.shape).")
        return (weight.shape[0], weight.shape[1])
    }

    /// Rows and width of `x`, with as many numbers of bias.
    static func bias(_ bias: Tensor, beside x: Tensor, in operation: String)
        -> (rows: Int, width: Int)
    {
        floating(x, in: operation)
        shape(bias, [x.shape.last], "a bias", in: operation)
        kind(bias, accumulationKind(beside: x.kind), "a bias", in: operation)
        return (x.shape.rows, x.shape.last)
    }

    static func softCap(_ x: Tensor, at cap: Float) {
        require(
            (x.kind == .f32 || x.kind == .f64) && x.layout == .rowMajor && cap > 0,
            "softCap caps row-major f32 at a positive number, not \(describe(x)) at \(cap).")
    }

    /// What of `x` is normalised: pieces of `width` columns, `groups` a row from `first` on.
    struct NormPieces {
        let rows: Int
        let stride: Int
        let first: Int
        let groups: Int
        let width: Int

        var count: Int { rows * groups }

        /// Where a piece begins, in elements.
        func start(of piece: Int) -> Int {
            let (row, group) = piece.quotientAndRemainder(dividingBy: groups)
            return row * stride + first + group * width
        }
    }

    static func rmsNorm(
        _ x: Tensor, weight: Tensor, _ settings: RMSNormSettings
    ) -> NormPieces {
        floating(x, in: "rmsNorm")
        kind(weight, accumulationKind(beside: x.kind), "a weight", in: "rmsNorm")
        guard let heads = settings.heads else {
            shape(weight, [x.shape.last], "a weight", in: "rmsNorm")
            return NormPieces(
                rows: x.shape.rows, stride: x.shape.last, first: 0, groups: 1, width: x.shape.last)
        }
        let width = weight.count
        require(
            weight.shape.rank == 1 && heads.column >= 0 && heads.count > 0
                && heads.column + heads.count * width <= x.shape.last,
            "rmsNorm cannot normalise \(heads.count) heads of \(width) from column "
                + "\(heads.column) on in \(x.shape).")
        return NormPieces(
            rows: x.shape.rows, stride: x.shape.last, first: heads.column, groups: heads.count,
            width: width)
    }

    static func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor,
        _ settings: RMSNormSettings
    ) -> NormPieces {
        let pieces = rmsNorm(x, weight: weight, settings)
        let statistics = accumulationKind(beside: x.kind)
        floating(upstream, in: "rmsNormBackward")
        sameKind(upstream, x, in: "rmsNormBackward")
        sameShape(upstream, x, in: "rmsNormBackward")
        shape(inverseRMS, [pieces.count], "inverseRMS", in: "rmsNormBackward")
        kind(inverseRMS, statistics, "inverseRMS", in: "rmsNormBackward")
        shape(weightGradient, [pieces.width], "a weight gradient", in: "rmsNormBackward")
        kind(weightGradient, statistics, "a weight gradient", in: "rmsNormBackward")
        return pieces
    }

    static func gather(_ table: Tensor, rows ids: Tensor)
        -> (tokens: Int, vocabulary: Int, width: Int)
    {
        floating(table, in: "gather")
        kind(ids, .i32, "ids", in: "gather")
        require(
            table.shape.rank == 2 && ids.shape.rank == 1,
            "gather reads rows of a matrix by a list of ids, not \(table.shape) by \(ids.shape).")
        return (ids.count, table.shape[0], table.shape[1])
    }

    static func scatterAdd(_ upstream: Tensor, rows ids: Tensor, into tableGradient: Tensor)
        -> (tokens: Int, vocabulary: Int, width: Int)
    {
        floating(upstream, in: "scatterAdd")
        let sizes = gather(tableGradient, rows: ids)
        shape(upstream, [sizes.tokens, sizes.width], "upstream", in: "scatterAdd")
        kind(
            tableGradient, accumulationKind(beside: upstream.kind), "a table gradient",
            in: "scatterAdd")
        return sizes
    }

    static func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int,
        rotatedHeads: Int, into: Tensor?
    ) -> (tokens: Int, heads: Int, positions: Int) {
        floating(x, cosines, sines, in: "rotary")
        kind(positions, .i32, "positions", in: "rotary")
        require(
            x.shape.rank == 2 && headSize > 0 && headSize.isMultiple(of: 2)
                && x.shape[1].isMultiple(of: headSize),
            "rotary needs heads of one even size side by side, not \(headSize) in \(x.shape).")
        let heads = x.shape[1] / headSize
        require(
            (0...heads).contains(rotatedHeads),
            "rotary cannot turn \(rotatedHeads) of \(heads) heads.")
        shape(positions, [x.shape[0]], "positions", in: "rotary")
        require(
            cosines.shape.rank == 2 && cosines.shape[1] == headSize / 2,
            "rotary needs a table of \(headSize / 2) cosines a position, not \(cosines.shape).")
        sameShape(cosines, sines, in: "rotary")
        for table in [cosines, sines] {
            kind(table, accumulationKind(beside: x.kind), "a table", in: "rotary")
        }
        if let into {
            sameShape(x, into, in: "rotary")
            kind(into, x.kind, "into", in: "rotary")
        }
        return (x.shape[0], heads, cosines.shape[0])
    }

    static func geometry(_ geometry: AttentionGeometry, in operation: String) {
        require(
            geometry.headSize > 0 && geometry.keyValueHeads > 0
                && geometry.heads.isMultiple(of: geometry.keyValueHeads),
            "\(operation) needs a multiple of \(geometry.keyValueHeads) query heads, "
                + "not \(geometry.heads), of a positive size.")
        require(
            (geometry.softCap ?? 1) > 0 && (geometry.window ?? 1) > 0,
            "\(operation) needs a soft cap and a window above 0 where it has them.")
    }

    /// N.
    static func attention(_ qkv: Tensor, starts: Tensor, _ geometry: AttentionGeometry) -> Int {
        self.geometry(geometry, in: "attention")
        let tokens = geometry.batch * geometry.time
        floating(qkv, in: "attention")
        shape(qkv, [tokens, geometry.fusedWidth], "queries, keys and values", in: "attention")
        shape(starts, [tokens], "starts", in: "attention")
        kind(starts, .i32, "starts", in: "attention")
        return tokens
    }

    /// The length of the rotation's table. All queries and keys turn, and nothing else.
    @discardableResult
    static func rotation(
        _ rotation: Rotation, of qkv: Tensor, _ geometry: AttentionGeometry
    ) -> Int {
        require(
            rotation.headSize == geometry.headSize
                && rotation.rotatedHeads == geometry.heads + geometry.keyValueHeads,
            "attention turns its queries and keys, not \(rotation.rotatedHeads) heads of "
                + "\(rotation.headSize).")
        return rotary(
            qkv, positions: rotation.positions, cosines: rotation.cosines, sines: rotation.sines,
            headSize: rotation.headSize, rotatedHeads: rotation.rotatedHeads, into: qkv
        ).positions
    }

    static func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, out: Tensor, logSumExp: Tensor, starts: Tensor,
        _ geometry: AttentionGeometry
    ) -> Int {
        let tokens = attention(qkv, starts: starts, geometry)
        let width = geometry.heads * geometry.headSize
        floating(upstream, out, in: "attentionBackward")
        sameKind(qkv, upstream, out, in: "attentionBackward")
        shape(upstream, [tokens, width], "upstream", in: "attentionBackward")
        shape(out, [tokens, width], "the result", in: "attentionBackward")
        shape(logSumExp, [tokens, geometry.heads], "logSumExp", in: "attentionBackward")
        kind(
            logSumExp, accumulationKind(beside: qkv.kind), "logSumExp", in: "attentionBackward")
        return tokens
    }

    /// N, the number of slots and what each holds.
    static func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> (tokens: Int, slots: Int, capacity: Int) {
        self.geometry(geometry, in: "cachedAttention")
        floating(qkv, in: "cachedAttention")
        require(
            keys.layout == values.layout && [.rowMajor, .cache].contains(keys.layout),
            "cachedAttention needs a cache whose keys and values are arranged alike.")
        sameKind(qkv, keys, values, in: "cachedAttention")
        shape(
            qkv, [slots.count, geometry.fusedWidth], "queries, keys and values",
            in: "cachedAttention")
        require(
            positions.count == slots.count,
            "cachedAttention needs a position a token, not \(positions.count) of \(slots.count).")
        require(
            keys.shape.rank == 3
                && keys.shape[2] == geometry.keyValueHeads * geometry.headSize,
            "cachedAttention needs a cache of [slots, capacity, "
                + "\(geometry.keyValueHeads * geometry.headSize)], not \(keys.shape).")
        sameShape(keys, values, in: "cachedAttention")
        for (slot, position) in zip(slots, positions) {
            require(
                slot >= 0 && slot < keys.shape[0] && position >= 0 && position < keys.shape[1],
                "Position \(position) of slot \(slot) lies outside a cache of \(keys.shape).")
        }
        return (slots.count, keys.shape[0], keys.shape[1])
    }

    static func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor
    ) -> (tokens: Int, vocabulary: Int, width: Int) {
        floating(hidden, head, in: "linearCrossEntropy")
        sameKind(hidden, head, in: "linearCrossEntropy")
        require(
            hidden.shape.rank == 2 && head.shape.rank == 2 && hidden.shape[1] == head.shape[1],
            "linearCrossEntropy needs a head as wide as its hidden states, "
                + "not \(head.shape) for \(hidden.shape).")
        let tokens = hidden.shape[0]
        shape(targets, [tokens], "targets", in: "linearCrossEntropy")
        kind(targets, .i32, "targets", in: "linearCrossEntropy")
        shape(weights, [tokens], "weights", in: "linearCrossEntropy")
        kind(
            weights, accumulationKind(beside: hidden.kind), "weights", in: "linearCrossEntropy")
        return (tokens, head.shape[0], hidden.shape[1])
    }

    static func topProbabilities(
        _ logits: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> (rows: Int, vocabulary: Int) {
        let name = "topProbabilities"
        require(
            logits.shape.rank == 2 && logits.kind == accumulationKind(beside: logits.kind),
            "\(name) reads a matrix of f32, not \(describe(logits)).")
        let vocabulary = logits.shape[1]
        require(
            count > 0 && count <= min(limit, DistillationSettings.mostChosen)
                && limit <= vocabulary && temperature > 0,
            "\(name) was asked for \(count) of \(limit) in \(vocabulary) at \(temperature).")
        return (logits.shape[0], vocabulary)
    }

    static func linearDistillation(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings
    ) -> (tokens: Int, vocabulary: Int, width: Int) {
        let name = "linearDistillation"
        let sizes = linearCrossEntropy(
            hidden: hidden, head: head, targets: targets, weights: weights)
        let count = teacher.ids.shape.rank == 2 ? teacher.ids.shape[1] : 0
        require(
            count > 0 && count <= min(sizes.vocabulary, DistillationSettings.mostChosen),
            "\(name) was given a teacher of shape \(teacher.ids.shape).")
        shape(teacher.ids, [sizes.tokens, count], "teacher's ids", in: name)
        shape(
            teacher.probabilities, [sizes.tokens, count + 1], "teacher's probabilities", in: name)
        kind(teacher.ids, .i32, "teacher's ids", in: name)
        kind(
            teacher.probabilities, accumulationKind(beside: hidden.kind),
            "teacher's probabilities", in: name)
        require(
            settings.temperature > 0 && (0...1).contains(settings.alpha),
            "\(name) was given \(settings).")
        let given = weights.readDoubles()
        let rows = targets.readIntegers()
        let ids = teacher.ids.readIntegers()
        for row in given.indices where given[row] != 0 {
            let own = [rows[row]] + ids[row * count..<(row + 1) * count]
            require(
                own.allSatisfy { $0 >= 0 && Int($0) < sizes.vocabulary },
                "\(name) was given an id outside a vocabulary of \(sizes.vocabulary) at row "
                    + "\(row).")
        }
        return sizes
    }

    static func optimizerStep(_ parameter: Tensor, _ others: Tensor?..., in operation: String) {
        require(
            parameter.kind == .f32 || parameter.kind == .f64,
            "\(operation) updates f32 masters, not \(describe(parameter)).")
        for other in others.compactMap({ $0 }) {
            sameCount(parameter, other, in: operation)
            kind(other, parameter.kind, "gradients and moments", in: operation)
        }
    }
}
