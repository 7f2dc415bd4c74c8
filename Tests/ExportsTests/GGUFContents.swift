import Foundation

/// A GGUF file read by the obvious way: for tests, which know that it is sound.
struct GGUFContents {
    struct Tensor {
        /// Outermost first.
        var shape: [Int]
        var type: UInt32
        var values: [Float]
    }

    private(set) var keys: [String: Any] = [:]
    private(set) var tensors: [String: Tensor] = [:]
    private let data: [UInt8]
    private var index = 0

    init(_ path: String) throws {
        data = Array(try Data(contentsOf: URL(filePath: path)))
        index = 8
        let (tensorCount, keyCount) = (integer(8), integer(8))
        for _ in 0..<keyCount {
            let key = text()
            keys[key] = value(integer(4))
        }
        var entries: [(String, [Int], UInt32, Int)] = []
        for _ in 0..<tensorCount {
            let name = text()
            let shape = (0..<integer(4)).map { _ in integer(8) }
            entries.append((name, shape.reversed(), UInt32(integer(4)), integer(8)))
        }
        let start = (index + 31) / 32 * 32
        for (name, shape, type, offset) in entries {
            precondition(offset % 32 == 0)
            index = start + offset
            let count = shape.reduce(1, *)
            var values: [Float] = []
            switch type {
            case 0: values = (0..<count).map { _ in Float(bitPattern: UInt32(integer(4))) }
            case 1: values = (0..<count).map { _ in half() }
            default:
                for _ in 0..<count / 32 {
                    let scale = half()
                    values += (0..<32).map { _ in
                        scale * Float(Int8(truncatingIfNeeded: integer(1)))
                    }
                }
            }
            tensors[name] = Tensor(shape: shape, type: type, values: values)
        }
    }

    private mutating func integer(_ width: Int) -> Int {
        defer { index += width }
        return data[index..<index + width].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func half() -> Float {
        let bits = integer(2)
        let (exponent, fraction) = (bits >> 10 & 31, Float(bits & 1023))
        let size =
            exponent == 0
            ? fraction * 0x1p-24 : (1 + fraction / 1024) * Float(pow(2, Double(exponent - 15)))
        return bits & 0x8000 == 0 ? size : -size
    }

    private mutating func text() -> String {
        let count = integer(8)
        defer { index += count }
        return String(decoding: data[index..<index + count], as: UTF8.self)
    }

    private mutating func value(_ kind: Int) -> Any {
        switch kind {
        case 4: return integer(4)
        case 5: return Int(Int32(truncatingIfNeeded: integer(4)))
        case 6: return Float(bitPattern: UInt32(integer(4)))
        case 7: return integer(1) != 0
        case 8: return text()
        default:
            let element = integer(4)
            return (0..<integer(8)).map { _ in value(element) }
        }
    }
}
