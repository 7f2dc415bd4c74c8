import ArgumentParser
import Layers
import Tensors

/// `--precision` of the commands that run a model.
enum PrecisionArgument: String, ExpressibleByArgument, CaseIterable {
    case auto, f32, bf16

    /// bf16 where the processor multiplies it natively, unless asked otherwise.
    func kind(for backend: BackendDescription) -> ElementKind {
        switch self {
        case .auto: backend.hasNativeBFloat16 ? .bf16 : .f32
        case .f32: .f32
        case .bf16: .bf16
        }
    }
}

/// `--weights` of the commands that generate.
enum WeightsArgument: String, ExpressibleByArgument, CaseIterable {
    case full, int8

    var form: InferenceWeights {
        switch self {
        case .full: .full
        case .int8: .int8
        }
    }
}

/// How a frozen base is held, on the command line.
enum FrozenArgument: String, ExpressibleByArgument, CaseIterable {
    case f32, bf16, int8

    var form: FrozenForm {
        switch self {
        case .f32: .f32
        case .bf16: .bf16
        case .int8: .int8
        }
    }
}
