/// What a device must be able to do: the coarse operations of a decoder and of its training.
///
/// Shapes use one legend throughout: N tokens (rows of the batch laid end to end), C width,
/// H query heads, K key and value heads, D head size, F width of the feed-forward part,
/// V vocabulary.
///
/// Laws, checked by one contract suite on every backend:
/// - Results are functions of the arguments alone; sums run in an order that depends neither on
///   the number of rows nor on which rows stand beside a row, so a token's result is bit-equal
///   whatever batch it is computed in.
/// - `f32` accumulates in `f32` or better; `bf16` operands accumulate in `f32` and round once, at
///   the end. Weights of norms and all weight gradients are `f32`.
/// - Empty tensors are legal everywhere and touch no library.
/// - Mismatched shapes are the caller's mistake and trap with a sentence.
public protocol Backend: AnyObject, Sendable {
    /// Name, instruction set, threads and library versions: recorded with every run.
    var description: BackendDescription { get }

    // MARK: Memory

    /// A tensor whose elements are not yet set.
    func empty(_ shape: Shape, _ kind: ElementKind) -> Tensor
    /// Sets every element, in place.
    func fill(_ tensor: Tensor, with value: Float)
    /// Lets the host write a tensor's bytes, in place; the buffer is only good within the call.
    func write(
        to tensor: Tensor, _ body: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
    /// Copies a tensor's bytes to the host; waits until they are computed.
    func download(_ tensor: Tensor, into bytes: UnsafeMutableRawBufferPointer)
    /// Copies elements of equal count and kind, in place.
    func copy(_ source: Tensor, to destination: Tensor)
    /// The elements in another kind, rounded to nearest, ties to even.
    func cast(_ x: Tensor, to kind: ElementKind) -> Tensor
    /// Casts into an existing tensor of another kind, in place.
    func cast(_ x: Tensor, into destination: Tensor)

    // MARK: Elementwise

    /// `a + b` in the kind of `a`; equal shapes.
    func add(_ a: Tensor, _ b: Tensor) -> Tensor
    /// `target += scale * x`, in place, in the kind of `target`; `x` may have another kind.
    func accumulate(_ x: Tensor, scale: Float, into target: Tensor)
    /// `x *= factor`, in place.
    func scale(_ x: Tensor, by factor: Float)
    /// A gated linear unit (Shazeer 2020): `gateUp [N, 2F]` holds gate then up; gives
    /// `activation(gate) * up`, `[N, F]`.
    func glu(_ gateUp: Tensor, _ activation: Activation) -> Tensor
    /// The gradient of `glu`: `[N, 2F]`.
    ///
    /// - Parameter into: receives the result, of the shape and kind of `gateUp`, which it may be; a new
    ///   tensor where nil.
    func gluBackward(
        _ upstream: Tensor, gateUp: Tensor, _ activation: Activation, into: Tensor?
    ) -> Tensor
    /// `x [N, C] += bias [C]` (f32), in place.
    func addBias(_ bias: Tensor, to x: Tensor)
    /// The gradient of a bias: adds the sum of the rows of `upstream [N, C]` to `biasGradient`
    /// (`[C]`, f32) in place.
    func addRows(of upstream: Tensor, to biasGradient: Tensor)
    /// `cap · tanh(x / cap)`, in place; `x` is f32 (f64 on an f64 reference).
    func softCap(_ x: Tensor, at cap: Float)

    // MARK: Columns

    /// Columns of a matrix as a tensor of their own: `x [N, W]` gives `[N, range.count]`.
    func columns(_ range: Range<Int>, of x: Tensor) -> Tensor
    /// The gradient of `columns`: adds `x [N, w]` to the columns of `target [N, W]` from `column`
    /// on, in place, in the kind of both.
    func accumulate(_ x: Tensor, intoColumnsFrom column: Int, of target: Tensor)
    /// Multiplies the columns of `x [N, W]` from `column` on by `factors [w]` (f32), in place.
    func scaleColumns(of x: Tensor, from column: Int, by factors: Tensor)
    /// The gradient of factors: adds to `sums [w]` (f32), in place, the sum over the rows of
    /// `a [N, w]` times `b [N, w]`.
    func addColumnProducts(_ a: Tensor, _ b: Tensor, to sums: Tensor)
    /// `1 / √Σ x²` of each row of `x [N, C]`, `[N]`, f32; 0 for a row of zeros.
    func inverseRowNorms(of x: Tensor) -> Tensor

    // MARK: Noise

    /// Dropout (Srivastava et al. 2014): an element is 0 with the probability `rate`, else divided
    /// by `1 - rate`. It is its own gradient.
    ///
    /// Element i is kept or not by the draw `first + i` of the stream of `key`, so that the pieces
    /// of a tensor are treated as the whole would be.
    func dropout(_ x: Tensor, rate: Float, key: UInt64, first: Int) -> Tensor

    // MARK: Products

    /// `op(a) · op(b)` for matrices, where `op` transposes on request; the result is of `kind`.
    ///
    /// With `into`, the product is written there (its kind wins) and, with `accumulate`, added to
    /// what is there. `b` may be `packed` or `quantized` when `transposeB` is true.
    func matmul(
        _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, kind: ElementKind,
        into: Tensor?, accumulate: Bool
    ) -> Tensor

    /// A weight `[out, in]` in the arrangement that `matmul(..., transposeB: true)` reads fastest;
    /// products with it are bit-equal to products with the original.
    func packed(_ weight: Tensor) -> Tensor

    /// A weight `[out, in]` as integers of 8 bits with one scale a row, for
    /// `matmul(..., transposeB: true)`; operands of any kind meet it.
    ///
    /// With `s` a row's largest absolute weight over 127, in f32, its integers are `weight / s` to
    /// nearest, ties to even. In a product with it the other operand's rows are rounded in the same way:
    /// what comes out is the product of the integers, times both scales.
    func quantized(_ weight: Tensor) -> Tensor

    /// What a quantized weight stands for, row-major in `kind`: its integers times the scales of
    /// their rows.
    func dequantized(_ weight: Tensor, to kind: ElementKind) -> Tensor

    // MARK: Normalisation

    /// RMSNorm (Zhang and Sennrich 2019): `x / rms(x) * (weight + weightOffset)` over the last
    /// axis, or over each of the heads that `settings` names; other columns stay as they are.
    ///
    /// - Parameters:
    ///   - x: `[N, C]`
    ///   - weight: `[C]`, or the size of a head; f32
    /// - Returns: the result in the kind of `x`, and `1 / rms` of what was normalised, in order,
    ///   f32.
    func rmsNorm(_ x: Tensor, weight: Tensor, _ settings: RMSNormSettings)
        -> (y: Tensor, inverseRMS: Tensor)
    /// The gradient of `rmsNorm`: returns that of `x`, and adds that of the weight to
    /// `weightGradient` (f32, like the weight) in place.
    func rmsNormBackward(
        _ upstream: Tensor, x: Tensor, weight: Tensor, inverseRMS: Tensor, weightGradient: Tensor,
        _ settings: RMSNormSettings
    ) -> Tensor

    // MARK: Embedding

    /// Rows of `table [V, C]` by `ids [N]`: `[N, C]`, in the kind of the table.
    func gather(_ table: Tensor, rows ids: Tensor) -> Tensor
    /// The gradient of `gather`: adds row i of `upstream` to row `ids[i]` of `tableGradient`
    /// (f32), in place and in row order.
    func scatterAdd(_ upstream: Tensor, rows ids: Tensor, into tableGradient: Tensor)

    // MARK: Attention

    /// Rotary position embedding (Su et al. 2021), half-split pairs as Hugging Face lays them out.
    ///
    /// - Parameters:
    ///   - x: `[N, heads · D]`; the first `rotatedHeads` heads turn, the others are copied.
    ///   - positions: `[N]`, i32, each below the table's length.
    ///   - cosines: `[P, D/2]`, f32; `sines` alike.
    ///   - inverse: turns back, which is the gradient.
    ///   - into: receives the result, of the shape and kind of x, which it may be; a new tensor
    ///     where nil.
    func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, headSize: Int,
        rotatedHeads: Int, inverse: Bool, into: Tensor?
    ) -> Tensor

    /// Causal grouped-query attention over a batch of rows (Dao et al. 2022 for the tiling).
    ///
    /// - Parameters:
    ///   - qkv: `[N, (H + 2K) · D]`: queries, keys, values side by side.
    ///   - rotation: how queries and keys turn first, in the memory of `qkv`, as by `rotary`; nil where
    ///     they do not.
    ///   - starts: `[N]`, i32: the first position in its row that a token may see; it sees
    ///     `starts[i] ... t(i)`. Documents packed in a row are kept apart this way.
    /// - Returns: `[N, H · D]` in the kind of `qkv`, and the logarithm of each softmax's
    ///   denominator, `[N, H]`, f32.
    func attention(
        _ qkv: Tensor, turning rotation: Rotation?, starts: Tensor, _ geometry: AttentionGeometry
    ) -> (out: Tensor, logSumExp: Tensor)
    /// The gradient of `attention`: that of `qkv` as it was before it turned; `qkv` here is what turning
    /// left there.
    func attentionBackward(
        _ upstream: Tensor, qkv: Tensor, turned rotation: Rotation?, out: Tensor,
        logSumExp: Tensor, starts: Tensor, _ geometry: AttentionGeometry
    ) -> Tensor

    /// Attention of new tokens over cached keys and values.
    ///
    /// Token i stores its key and value at `positions[i]` of slot `slots[i]`, then sees positions
    /// `0 ... positions[i]` of that slot, or the last of them where the geometry has a window; all
    /// tokens are stored before any looks. Each result is
    /// bit-equal to that of `attention` over the whole sequence.
    ///
    /// - Parameters:
    ///   - qkv: `[N, (H + 2K) · D]`
    ///   - keys: `[slots, capacity, K · D]`, written in place; `values` alike. Row-major, or both
    ///     from `emptyCache`.
    func cachedAttention(
        _ qkv: Tensor, keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) -> Tensor

    /// Says that a `cachedAttention` over these keys and values follows, after other operations, which may
    /// fetch them from memory meanwhile. A hint: no result depends on it.
    func cachedAttentionFollows(
        keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry)

    /// Keys and values for `cachedAttention`, arranged as it reads them fastest; nothing is set.
    ///
    /// Results over them are bit-equal to those over row-major tensors. The capacity of the
    /// tensors may be larger than asked for.
    func emptyCache(
        slots: Int, capacity: Int, keyValueHeads: Int, headSize: Int, kind: ElementKind
    ) -> (keys: Tensor, values: Tensor)

    // MARK: Loss

    /// Cross-entropy of a linear head, computed in chunks: the logits never exist whole.
    ///
    /// `loss = Σ weights[i] · nll[i] / normalizer`, summed in double precision in row order.
    ///
    /// - Parameters:
    ///   - hidden: `[N, C]`
    ///   - head: `[V, C]`, in the kind of `hidden`
    ///   - targets: `[N]`, i32; rows of weight 0 are ignored whatever their target is.
    ///   - weights: `[N]`, f32
    ///   - softCap: where given, logits become `softCap · tanh(logit / softCap)` first.
    ///   - gradients: those that are computed too: `d loss / d hidden` (kind of `hidden`) and
    ///     `d loss / d head` (f32).
    func linearCrossEntropy(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, normalizer: Double,
        softCap: Float?, gradients: LossGradients
    ) -> LinearCrossEntropy

    /// The softmax of `logits [N, V]` (f32) at a temperature, cut to its `count` likeliest tokens.
    ///
    /// - Parameter limit: ids from here on are never among the likeliest, but count in the rest.
    func topProbabilities(
        _ logits: Tensor, among limit: Int, count: Int, temperature: Double
    ) -> TopProbabilities

    /// The loss of a student under a teacher, in chunks as `linearCrossEntropy`, whose operands and
    /// sums it shares: `loss = Σ weights[i] · (α · nll[i] + (1 - α) · T² · KL[i]) / normalizer`.
    ///
    /// - Parameter teacher: `[N, k]` and `[N, k + 1]`; rows of weight 0 are ignored.
    func linearDistillation(
        hidden: Tensor, head: Tensor, targets: Tensor, weights: Tensor, teacher: TopProbabilities,
        settings: DistillationSettings, normalizer: Double, softCap: Float?, wantsGradients: Bool
    ) -> LinearDistillation

    // MARK: Optimizer steps

    /// The sum of squares, in double precision and a fixed order; waits.
    func sumOfSquares(_ x: Tensor) -> Double
    /// AdamW (Loshchilov and Hutter 2019), in place over parameter and moments (all f32).
    func adamW(
        parameter: Tensor, gradient: Tensor, firstMoment: Tensor, secondMoment: Tensor,
        _ step: AdamWStep)
    /// SGD with momentum, in place; `momentum` is nil where there is none.
    func sgd(parameter: Tensor, gradient: Tensor, momentum: Tensor?, _ step: SGDStep)
}

extension Backend {
    public func cachedAttentionFollows(
        keys: Tensor, values: Tensor, slots: [Int32], positions: [Int32],
        _ geometry: AttentionGeometry
    ) {}

    /// Copies host bytes over a tensor, in place.
    public func upload(_ bytes: UnsafeRawBufferPointer, to tensor: Tensor) {
        ShapeChecks.require(
            bytes.count == tensor.byteCount,
            "\(bytes.count) bytes do not fill \(ShapeChecks.describe(tensor)).")
        write(to: tensor) { $0.copyMemory(from: bytes) }
    }
}
