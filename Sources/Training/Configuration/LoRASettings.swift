public import Layers
public import Tensors
public import Transformers

/// Training of low-rank adapters beside a frozen model, in place of its weights.
public struct LoRASettings: Sendable, Hashable {
    /// Which adapters.
    public var adapter: AdapterConfiguration
    /// How the base's maps are held; nil for the kind that the run computes in.
    public var base: FrozenForm?
    /// The learning rate of B over that of A (LoRA+, Hayou et al. 2024).
    public var upRate: Double

    /// By default both matrices learn at one rate.
    public init(
        adapter: AdapterConfiguration = .init(), base: FrozenForm? = nil, upRate: Double = 1
    ) {
        self.adapter = adapter
        self.base = base
        self.upRate = upRate
    }

    /// How the base's maps are held in a run of that precision.
    public func form(_ precision: ElementKind) -> FrozenForm { base ?? FrozenForm(precision) }
}
