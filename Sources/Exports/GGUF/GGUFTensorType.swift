import Checkpoints
import Transformers

/// How the matrices of a GGUF file are stored; vectors are always f32.
public enum GGUFTensorType: String, Sendable, Hashable, CaseIterable {
    case f32, f16
    /// Blocks of 32 with one scale each, 8 bits a number.
    case q8_0

    /// What `general.file_type` calls it.
    var fileType: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q8_0: 7
        }
    }

    /// What a tensor's entry calls it.
    var code: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q8_0: 8
        }
    }

    static let blockLength = 32

    func byteCount(of count: Int) -> Int {
        switch self {
        case .f32: 4 * count
        case .f16: 2 * count
        case .q8_0: count / Self.blockLength * (Self.blockLength + 2)
        }
    }

    /// The type of one tensor: f32 for vectors, f16 for rows that do not come in whole blocks.
    func fitting(_ shape: [Int]) -> GGUFTensorType {
        guard shape.count > 1, let width = shape.last else { return .f32 }
        return self == .q8_0 && width % Self.blockLength != 0 ? .f16 : self
    }

    /// - Throws: `ModelError` naming the tensor where a number is not finite or too large.
    func bytes(of values: [Float], name: String) throws -> [UInt8] {
        switch self {
        case .f32: return try WeightEncoding.bytes(of: values, as: .float32, name: name)
        case .f16: return try WeightEncoding.bytes(of: values, as: .float16, name: name)
        case .q8_0:
            try WeightEncoding.check(values, as: .float32, name: name)
            return try blocks(values, name: name)
        }
    }

    /// A block: its scale as a half, then 32 numbers from -127 to 127, the largest of them 127.
    private func blocks(_ values: [Float], name: String) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount(of: values.count))
        for start in stride(from: 0, to: values.count, by: Self.blockLength) {
            let block = values[start..<start + Self.blockLength]
            let scale = block.reduce(Float(0)) { max($0, abs($1)) } / 127
            try WeightEncoding.check([scale], as: .float16, name: name)
            let inverse = scale > 0 ? 1 / scale : 0
            let half = WeightEncoding.float16(scale)
            bytes.append(UInt8(half & 0xFF))
            bytes.append(UInt8(half >> 8))
            for value in block {
                let step = inverse.isFinite ? (value * inverse).rounded() : 0
                bytes.append(UInt8(bitPattern: Int8(max(-127, min(127, step)))))
            }
        }
        return bytes
    }
}
