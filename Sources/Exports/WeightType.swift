public import Checkpoints

/// The types in which weights are written to a model folder.
public enum WeightType: String, Sendable, Hashable, CaseIterable {
    case f32, bf16, f16

    /// Its name in safetensors files.
    public var stored: StoredType {
        switch self {
        case .f32: .float32
        case .bf16: .bfloat16
        case .f16: .float16
        }
    }

    /// Its name in `config.json`.
    var configurationName: String {
        switch self {
        case .f32: "float32"
        case .bf16: "bfloat16"
        case .f16: "float16"
        }
    }

    /// The narrowest type that holds what is stored without a loss.
    init(holding types: Set<StoredType>) {
        self = types == [.bfloat16] ? .bf16 : types == [.float16] ? .f16 : .f32
    }
}
