public import Tensors
public import Testing

/// One sentence that holds on every backend, with the check that can refute it.
public struct BackendLaw: Sendable, CustomTestStringConvertible {
    /// The law, as the name of its test.
    public let name: String
    /// Records an issue in the running test where the law does not hold.
    public let check: @Sendable (any Backend) throws -> Void

    public init(_ name: String, _ check: @escaping @Sendable (any Backend) throws -> Void) {
        self.name = name
        self.check = check
    }

    public var testDescription: String { name }
}

/// The laws of `Backend`.
///
/// A backend is held to all of them with one test:
///
///     @Test(arguments: BackendContract.laws)
///     func holds(_ law: BackendLaw) throws { try law.check(CPUBackend.shared) }
public enum BackendContract {
    public static let laws: [BackendLaw] =
        memoryLaws + elementwiseLaws + columnLaws + productLaws + quantizedLaws + normalisationLaws
        + embeddingLaws + rotaryLaws + attentionLaws + attentionBatchLaws + cachedAttentionLaws
        + lossLaws + distillationLaws + optimizerLaws + repetitionLaws + emptinessLaws + goldenLaws

    /// The kinds that every backend computes in.
    static let kinds: [ElementKind] = [.f32, .bf16]
}
