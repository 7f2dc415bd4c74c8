public import Tensors

/// How fast this machine multiplies matrices: what a step's speed is held against.
///
/// A product is timed in every layout that computes it, and the best median counts: as it stands,
/// and where it exists with packed weights.
public struct ProductCeiling: Sendable {
    /// One product of a training step: `[m, k] · [k, n]`, in the layout of its role.
    struct Product: Hashable {
        enum Role: Hashable {
            /// Activations by weights as stored, `[out, in]`.
            case forward
            /// Gradients by weights as stored.
            case inputGradient
            /// Gradients, transposed, by activations; the result is f32.
            case weightGradient
        }
        var role: Role
        var m: Int
        var k: Int
        var n: Int
        /// How many of them a pass makes.
        var count: Int

        var flops: Double { 2 * Double(m) * Double(k) * Double(n) }
    }

    /// GFLOP/s of the model's own products, weighted by their share of the work.
    public let model: Double
    /// GFLOP/s of square products of fixed size.
    public let square: Double

    /// Times every product; takes a second or so for small models.
    ///
    /// - Parameters:
    ///   - rows: tokens a pass.
    ///   - repetitions: timings of each product; the median counts.
    public init(
        of model: ModelConfiguration, rows: Int, kind: ElementKind, repetitions: Int = 5,
        on backend: any Backend
    ) {
        var flops = 0.0
        var seconds = 0.0
        for product in ProductCeiling.products(of: model, rows: rows) {
            let time = ProductTimer(product, kind: kind, on: backend).median(of: repetitions)
            flops += product.flops * Double(product.count)
            seconds += time * Double(product.count)
        }
        self.model = flops / seconds / 1e9
        square = ProductCeiling.square(kind: kind, repetitions: repetitions, on: backend)
    }

    /// GFLOP/s of a square product: a tenth of a second tells how fast the machine is now.
    public static func square(
        kind: ElementKind, repetitions: Int, on backend: any Backend
    ) -> Double {
        let side = 1536
        let product = Product(role: .inputGradient, m: side, k: side, n: side, count: 1)
        let timer = ProductTimer(product, kind: kind, on: backend)
        return product.flops / timer.median(of: repetitions) / 1e9
    }

    static func products(of model: ModelConfiguration, rows: Int) -> [Product] {
        let width = model.hiddenSize
        let queries = model.headCount * model.headSize
        let keys = model.keyValueHeadCount * model.headSize
        // (in, out, how many)
        let weights = [
            (width, queries + 2 * keys, model.layerCount),
            (queries, width, model.layerCount),
            (width, 2 * model.intermediateSize, model.layerCount),
            (model.intermediateSize, width, model.layerCount),
            (width, model.vocabularySize, 1),
        ]
        return weights.flatMap { input, output, count in
            [
                Product(role: .forward, m: rows, k: input, n: output, count: count),
                Product(role: .inputGradient, m: rows, k: output, n: input, count: count),
                Product(role: .weightGradient, m: output, k: rows, n: input, count: count),
            ]
        }
    }
}

/// Times one product in its layouts.
private struct ProductTimer {
    private let candidates: [() -> Void]

    init(_ product: ProductCeiling.Product, kind: ElementKind, on backend: any Backend) {
        func filled(_ rows: Int, _ columns: Int) -> Tensor {
            let tensor = backend.empty([rows, columns], kind)
            backend.fill(tensor, with: 0.5)
            return tensor
        }
        func multiply(
            _ a: Tensor, _ b: Tensor, transposeA: Bool, transposeB: Bool, into: Tensor
        ) -> () -> Void {
            {
                _ = backend.matmul(
                    a, b, transposeA: transposeA, transposeB: transposeB, kind: into.kind,
                    into: into, accumulate: false)
            }
        }
        let (m, k, n) = (product.m, product.k, product.n)
        switch product.role {
        case .forward:
            let out = backend.empty([m, n], kind)
            let (a, b) = (filled(m, k), filled(n, k))
            candidates = [
                multiply(a, b, transposeA: false, transposeB: true, into: out),
                multiply(a, backend.packed(b), transposeA: false, transposeB: true, into: out),
            ]
        case .inputGradient:
            candidates = [
                multiply(
                    filled(m, k), filled(k, n), transposeA: false, transposeB: false,
                    into: backend.empty([m, n], kind))
            ]
        case .weightGradient:
            candidates = [
                multiply(
                    filled(k, m), filled(k, n), transposeA: true, transposeB: false,
                    into: backend.empty([m, n], .f32))
            ]
        }
    }

    /// Seconds of the fastest layout.
    func median(of repetitions: Int) -> Double {
        let clock = ContinuousClock()
        return candidates.map { run in
            run()
            let times = (0..<repetitions).map { _ in
                clock.measure(run).seconds
            }
            return times.sorted()[repetitions / 2]
        }.min() ?? .nan
    }
}

extension Duration {
    fileprivate var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
