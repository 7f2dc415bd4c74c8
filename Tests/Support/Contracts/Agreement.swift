import Tensors
import Testing

/// Where a computation is done: on a backend as it stands, or on the reference backend in `f64`.
struct Side {
    let backend: any Backend
    let isWide: Bool

    init(_ backend: any Backend) {
        self.backend = backend
        isWide = false
    }

    private init() {
        backend = ReferenceBackend.shared
        isWide = true
    }

    /// The side that gives the truth: every real number is an `f64`.
    static let truth = Side()

    /// A new tensor of a sample on this side.
    func callAsFunction(_ sample: Sample) -> Tensor {
        sample.tensor(on: backend, as: kind(sample.kind))
    }

    /// The kind that stands for `kind` on this side.
    func kind(_ kind: ElementKind) -> ElementKind {
        isWide && kind.isFloatingPoint ? .f64 : kind
    }
}

/// Expects a backend to compute what the reference backend computes in `f64`.
///
/// A result of `f32` is held to 1e-5. A result of bf16 may be 1.5 times as far from the truth as
/// the truth rounded to bf16 is, unless its name is in `passingThroughBFloat16`: such results
/// stand on others that were already rounded, and are held to `Tolerance.bf16`. Those `roundedTwice`,
/// whose terms a machine with products of bf16 rounds before it adds them, may be one such distance
/// further off there.
func expectAgreement(
    _ backend: any Backend, _ label: String, passingThroughBFloat16 loose: Set<String> = [],
    roundedTwice: Set<String> = [],
    sourceLocation: SourceLocation = #_sourceLocation,
    _ compute: (Side) -> KeyValuePairs<String, Tensor>
) {
    let results = compute(Side(backend))
    let truths = compute(.truth)
    for ((name, result), (_, truth)) in zip(results, truths) {
        let tolerance: Tolerance
        if loose.contains(name) {
            tolerance = .bf16
        } else if result.kind == .bf16 {
            let rounded = truth.backend.cast(truth, to: .bf16).readDoubles()
            let isTwice = roundedTwice.contains(name) && backend.description.hasNativeBFloat16
            tolerance = Tolerance(
                (isTwice ? 2.5 : 1.5) * relativeError(rounded, truth.readDoubles()) + 1e-5)
        } else {
            tolerance = .f32
        }
        expectClose(result, truth, tolerance, "\(label): \(name)", sourceLocation: sourceLocation)
    }
}
