public import Tensors

/// How generation holds the weights of its products.
public enum InferenceWeights: String, Sendable, CaseIterable {
    /// In the model's own precision.
    case full
    /// As integers of 8 bits with a scale for each output, made from the f32 masters: a quarter of
    /// f32 to read and less to compute, at the price of rounding each weight, and each number that meets
    /// them, to a 254th of its row's range.
    case int8
}

extension Parameter {
    /// The weight `[out, in]` as generation's products read it; later changes of the parameter are
    /// not seen.
    public func prepared(_ weights: InferenceWeights) -> Tensor {
        if value.layout == .quantized { return value }
        return switch weights {
        case .full: working.backend.packed(working)
        case .int8: value.backend.quantized(value)
        }
    }
}
