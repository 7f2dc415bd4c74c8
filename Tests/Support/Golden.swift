public import Foundation
import Tensors

/// A file of numbers that another implementation computed: named tensors and named numbers.
///
/// Goldens are safetensors files below `Tests/Goldens`, made by the scripts in `Scripts/goldens`.
public struct Golden: Sendable {
    /// The tensors by name, exactly as stored.
    public let tensors: [String: Sample]
    /// The file's metadata: strings that mostly are numbers.
    public let metadata: [String: String]

    /// Where goldens lie in the checkout that these sources were built from.
    public static var folder: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(component: "Goldens")
    }

    /// Opens `NAME.safetensors` of a folder of goldens.
    public init(_ name: String, in folder: String) throws {
        let file = Golden.folder.appending(components: folder, "\(name).safetensors")
        try self.init(Data(contentsOf: file), name: name)
    }

    private struct Entry: Decodable {
        let dtype: String
        let shape: [Int]
        let offsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case offsets = "data_offsets"
        }
    }

    private struct Header: Decodable {
        var entries: [String: Entry] = [:]
        var metadata: [String: String] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            for key in container.allKeys {
                if key.stringValue == "__metadata__" {
                    metadata = try container.decode([String: String].self, forKey: key)
                } else {
                    entries[key.stringValue] = try container.decode(Entry.self, forKey: key)
                }
            }
        }
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private init(_ file: Data, name: String) throws {
        let bytes = [UInt8](file)
        let headerCount = Int(bytes.integer(UInt64.self, at: 0))
        let header = try JSONDecoder().decode(
            Header.self, from: file.dropFirst(8).prefix(headerCount))
        metadata = header.metadata
        tensors = try header.entries.mapValues { entry in
            let shape = Shape(entry.shape)
            let first = 8 + headerCount + entry.offsets[0]
            let read = { (size: Int, convert: (Int) -> Double) -> [Double] in
                (0..<shape.count).map { convert(first + $0 * size) }
            }
            switch entry.dtype {
            case "F64":
                return Sample(
                    read(8) { Double(bitPattern: bytes.integer(UInt64.self, at: $0)) }, shape, .f64)
            case "F32":
                return Sample(
                    read(4) { Double(Float(bitPattern: bytes.integer(UInt32.self, at: $0))) },
                    shape, .f32)
            case "BF16":
                return Sample(
                    read(2) {
                        let upper = UInt32(bytes.integer(UInt16.self, at: $0))
                        return Double(Float(bitPattern: upper << 16))
                    }, shape, .bf16)
            case "I32":
                return Sample(
                    read(4) { Double(bytes.integer(Int32.self, at: $0)) }, shape, .i32)
            default:
                throw GoldenProblem(message: "\(name) holds elements of \(entry.dtype).")
            }
        }
    }

    /// A tensor by name.
    public func sample(_ name: String) throws -> Sample {
        guard let sample = tensors[name] else {
            throw GoldenProblem(message: "The golden file holds no tensor \(name).")
        }
        return sample
    }

    /// A number of the metadata by name.
    public func number(_ name: String) throws -> Double {
        guard let number = metadata[name].flatMap(Double.init) else {
            throw GoldenProblem(message: "The golden file holds no number \(name).")
        }
        return number
    }
}

/// A golden file that does not hold what its test asks for: it has to be made again.
public struct GoldenProblem: Error, CustomStringConvertible {
    let message: String
    public var description: String { message }
}

extension [UInt8] {
    fileprivate func integer<Integer: FixedWidthInteger>(_ type: Integer.Type, at offset: Int)
        -> Integer
    {
        withUnsafeBytes {
            Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Integer.self))
        }
    }
}
