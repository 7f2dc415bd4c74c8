public import Checkpoints

/// Turns `Float` into the bits of a narrower type, rounded to the nearest, ties to even.
public enum WeightEncoding {
    /// The bits of a bfloat16; what is not a number stays so.
    public static func bfloat16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (UInt64(bits) + 0x7FFF + UInt64(bits >> 16 & 1)) >> 16)
    }

    /// The bits of an IEEE half; beyond 65504 it is infinite.
    public static func float16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(bits >> 16) & 0x8000
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        // From 65520 on the nearest half is infinite.
        if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Below the least normal half: whole multiples of 2^-24, which `rounded` ties to even.
            let steps = (Float(bitPattern: magnitude) * 0x1p24).rounded(.toNearestOrEven)
            return sign | UInt16(steps)
        }
        let rounded = magnitude + 0xFFF + (magnitude >> 13 & 1)
        return sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    }

    /// The bytes of a tensor in a type: F32, F16 or BF16.
    ///
    /// - Parameter name: the tensor's, for the error.
    /// - Throws: `ModelError` where a number is not finite, or too large for the type.
    public static func bytes(of values: [Float], as type: StoredType, name: String) throws
        -> [UInt8]
    {
        try check(values, as: type, name: name)
        switch type {
        case .float16: return values.map { float16($0).littleEndian }.withUnsafeBytes(Array.init)
        case .bfloat16: return values.map { bfloat16($0).littleEndian }.withUnsafeBytes(Array.init)
        default: return values.withUnsafeBytes(Array.init)
        }
    }

    /// Throws where a number is not finite, or would not be in the type.
    public static func check(_ values: [Float], as type: StoredType, name: String) throws {
        var greatest: Float = 0
        for value in values {
            guard value.isFinite else {
                throw ModelError(
                    .badWeights,
                    "Tensor \"\(name)\" holds numbers that are not finite; every answer would be "
                        + "noise. Use an earlier checkpoint.")
            }
            greatest = max(greatest, abs(value))
        }
        let isTooLarge =
            switch type {
            case .float16: greatest >= 65520
            case .bfloat16: bfloat16(greatest) & 0x7FFF >= 0x7F80
            default: false
            }
        guard !isTooLarge else {
            throw ModelError(
                .badWeights,
                "Tensor \"\(name)\" holds \(greatest), which \(type.rawValue) has no number for; "
                    + "write f32"
                    + (type == .float16 ? " or, for other tools' folders, bf16." : "."))
        }
    }
}
