import ArgumentParser
import Checkpoints
import Layers
import Tensors
import Transformers

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

    /// The same for a model that is only read: one that is stored as bf16 is held so on every
    /// processor, since a token takes as long as reading the weights does.
    func kind(toRead folder: ModelFolder, on backend: BackendDescription) -> ElementKind {
        self == .auto && folder.storedTypes == [.bfloat16] ? .bf16 : kind(for: backend)
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
