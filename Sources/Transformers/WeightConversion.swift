import Checkpoints

/// Turns stored numbers of one type into `Float`; every type but F64 converts exactly.
struct WeightConversion {
    private let type: StoredType

    /// Nil for a type that weights are not stored in.
    init?(from type: StoredType) {
        guard [.float32, .float16, .bfloat16, .float64].contains(type) else { return nil }
        self.type = type
    }

    /// - Parameters:
    ///   - bytes: whole elements, aligned.
    ///   - first: where in `values` the first one goes.
    func callAsFunction(_ bytes: UnsafeRawBufferPointer, into values: inout [Float], at first: Int)
    {
        switch type {
        case .float32: store(bytes.bindMemory(to: Float.self), &values, first) { $0 }
        case .float64: store(bytes.bindMemory(to: Double.self), &values, first) { Float($0) }
        case .bfloat16:
            store(bytes.bindMemory(to: UInt16.self), &values, first) {
                Float(bitPattern: UInt32($0) << 16)
            }
        default:
            store(bytes.bindMemory(to: UInt16.self), &values, first, WeightConversion.half)
        }
    }

    private func store<Element>(
        _ source: UnsafeBufferPointer<Element>, _ values: inout [Float], _ first: Int,
        _ convert: (Element) -> Float
    ) {
        for index in source.indices { values[first + index] = convert(source[index]) }
    }

    /// IEEE half to single precision, by its bits: `Float16` is not available everywhere.
    private static func half(_ bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let exponent = UInt32(bits >> 10) & 0x1f
        let fraction = UInt32(bits & 0x3ff)
        switch exponent {
        case 0:
            let magnitude = Float(fraction) * 0x1p-24
            return sign == 0 ? magnitude : -magnitude
        case 31:
            return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
        default:
            return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
        }
    }
}
