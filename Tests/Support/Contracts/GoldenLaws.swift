public import Tensors
public import Testing

extension BackendContract {
    /// Every operation against PyTorch: f32 within 1e-5, bf16 within 1.5 times PyTorch's own error.
    static let goldenLaws = OperationGolden.all.map { golden in
        BackendLaw("\(golden.name) equals PyTorch's") { backend in
            for precision in golden.precisions {
                try golden.check(backend, in: precision)
            }
        }
    }
}

/// One file of `Tests/Goldens/operations`, with the calls that must give what it holds.
public struct OperationGolden: Sendable, CustomTestStringConvertible {
    /// The file's name.
    public let name: String
    /// The kinds that the file has operands for.
    public let precisions: [ElementKind]
    let doublePrecision: Tolerance
    let compute: @Sendable (GoldenOperands) throws -> KeyValuePairs<String, Tensor>

    public var testDescription: String { name }

    init(
        _ name: String, in precisions: [ElementKind] = [.f32, .bf16],
        doublePrecision: Tolerance = 1e-12,
        compute: @escaping @Sendable (GoldenOperands) throws -> KeyValuePairs<String, Tensor>
    ) {
        self.name = name
        self.precisions = precisions
        self.doublePrecision = doublePrecision
        self.compute = compute
    }

    /// Records an issue where a backend's results are too far from the golden ones.
    ///
    /// - Parameter precision: `f64`, on the reference backend alone, takes the f32 operands as they
    ///   are and asks for agreement to 1e-12 (1e-9 where a step's own numbers are f32).
    public func check(_ backend: any Backend, in precision: ElementKind) throws {
        let golden = try Golden(name, in: "operations")
        let operands = GoldenOperands(golden: golden, backend: backend, precision: precision)
        for (output, result) in try compute(operands) {
            let label = "\(name) in \(precision): \(output)"
            let truth = try golden.sample("\(operands.prefix).truth.\(output)")
            let tolerance: Tolerance =
                switch precision {
                case .f64: doublePrecision
                case .bf16: Self.halfPrecisionTolerance(golden, output)
                default: .f32
                }
            #expect(result.shape == truth.shape, "\(label): the shapes differ")
            expectClose(result.readDoubles(), truth.values, tolerance, label)
        }
    }

    /// Where PyTorch gives no such output, ours is an f32 statistic of bf16 operands.
    private static func halfPrecisionTolerance(_ golden: Golden, _ output: String) -> Tolerance {
        (try? golden.number("error.\(output)")).map { Tolerance(1.5 * $0) } ?? .f32
    }
}

/// A golden file's operands on one backend in one precision.
struct GoldenOperands {
    let golden: Golden
    let backend: any Backend
    let precision: ElementKind

    var prefix: String { precision == .bf16 ? "bf16" : "f32" }

    /// An operand; masters stay f32 in a bf16 computation.
    func callAsFunction(_ name: String) throws -> Tensor {
        let sample = try golden.sample("\(prefix).input.\(name)")
        let isWide = precision == .f64 && sample.kind.isFloatingPoint
        return sample.tensor(on: backend, as: isWide ? .f64 : nil)
    }

    /// A tensor of zeros beside operands of this precision: a gradient or a moment.
    func zeros(_ shape: Shape) -> Tensor {
        let tensor = backend.empty(shape, precision == .f64 ? .f64 : .f32)
        backend.fill(tensor, with: 0)
        return tensor
    }

    func number(_ name: String) throws -> Float { Float(try golden.number(name)) }
    func integer(_ name: String) throws -> Int { Int(try golden.number(name)) }
}
