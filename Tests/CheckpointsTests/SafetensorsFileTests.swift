import Checkpoints
import Foundation
import Testing

@Suite struct SafetensorsFileTests {
    /// Files that other programs wrote, kept beside the repository; absent elsewhere.
    static let shared = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("../shared/data/checkpoint").standardizedFileURL.path

    static var hasShared: Bool { FileManager.default.fileExists(atPath: shared) }

    static func floats(_ bytes: [UInt8]) -> [Float] {
        stride(from: 0, to: bytes.count, by: 4).map { offset in
            let pattern = (0..<4).reduce(UInt32(0)) {
                $0 | UInt32(bytes[offset + $1]) << (8 * UInt32($1))
            }
            return Float(bitPattern: pattern)
        }
    }

    @Test(.enabled(if: hasShared, "the shared checkpoints are not on this machine"))
    func readsSmallTensorsOfAnotherWriter() throws {
        let ints = try SafetensorsFile(path: Self.shared + "/scalars/tensor-1d-int32.safetensors")
        #expect(ints.names == ["embedding"])
        #expect(try ints.entry("embedding").type == .int32)
        #expect(try ints.read("embedding") == [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0])
        let cube = try SafetensorsFile(
            path: Self.shared + "/scalars/tensor-3d-float32.safetensors")
        #expect(try cube.entry("embedding").shape == [2, 2, 3])
        let values = Self.floats(try cube.read("embedding"))
        #expect(values == [22, 23, 24, 11, 12, 13, 2, 3, 4, 1, 2, 3].map { Float($0) })
    }

    @Test(.enabled(if: hasShared, "the shared checkpoints are not on this machine"))
    func opensEveryFileOfAnotherWriterAndWritesTheSameTensors() throws {
        let folder = try TemporaryFolder()
        let paths = [
            "burn/mnist.safetensors", "burn/multi_layer.safetensors",
            "scalars/tensor-2d-float64.safetensors", "scalars/tensor-4d-float32.safetensors",
            "stories260K/converted/model.safetensors",
            "stories260K/converted/reference_logits.safetensors",
        ]
        for path in paths {
            let file = try SafetensorsFile(path: Self.shared + "/" + path)
            #expect(!file.entries.isEmpty)
            let writer = try SafetensorsWriter(
                tensors: file.entries.map {
                    TensorDeclaration(name: $0.name, type: $0.type, shape: $0.shape)
                }, metadata: file.metadata)
            try writer.write(toFile: folder / "copy.safetensors") { tensor, sink in
                try file.withBytes(of: tensor.name) { try sink.append($0) }
            }
            let copy = try SafetensorsFile(path: folder / "copy.safetensors")
            #expect(Set(copy.names) == Set(file.names))
            #expect(copy.metadata == file.metadata)
            for entry in file.entries {
                #expect(try copy.entry(entry.name).shape == entry.shape)
                #expect(try copy.read(entry.name) == file.read(entry.name))
            }
        }
    }

    @Test func aMissingTensorNamesTheNearest() throws {
        let folder = try TemporaryFolder()
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "model.norm.weight", type: .uint8, shape: [2])
        ])
        try writer.write(toFile: folder / "m") { _, sink in try sink.append([UInt8](1...2)) }
        let file = try SafetensorsFile(path: folder / "m")
        let error = try checkpointError { _ = try file.entry("model.norm.weigth") }
        #expect(error.code == .unknownName)
        #expect(error.message.contains("did you mean \"model.norm.weight\"?"))
    }

    @Test func piecesHoldWholeElementsAndAddUp() throws {
        let folder = try TemporaryFolder()
        let values = (0..<1000).map { Int64($0) }
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "a", type: .int64, shape: [10, 100]),
            TensorDeclaration(name: "empty", type: .int64, shape: [0, 3]),
        ])
        try writer.write(toFile: folder / "m") { tensor, sink in
            if tensor.name == "a" { try sink.append(values) }
        }
        let file = try SafetensorsFile(path: folder / "m")
        var gathered: [Int64] = []
        try file.forEachPiece(of: "a", ofByteCount: 107) { first, bytes in
            #expect(first == gathered.count)
            gathered.append(contentsOf: bytes.bindMemory(to: Int64.self))
        }
        #expect(gathered == values)
        try file.forEachPiece(of: "empty") { _, _ in Issue.record("an empty tensor has no piece") }
        #expect(try file.read("empty") == [])
        var part = [UInt8](repeating: 0, count: 8)
        try part.withUnsafeMutableBytes { try file.read("a", bytes: 16..<24, into: $0) }
        #expect(part == [2, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func aFileCutAfterOpeningGivesAnErrorThatNamesIt() throws {
        let folder = try TemporaryFolder()
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "w", type: .float32, shape: [100_000])
        ])
        try writer.write(toFile: folder / "m") { _, sink in
            try sink.append([Float](repeating: 1, count: 100_000))
        }
        let file = try SafetensorsFile(path: folder / "m")
        try cutFile(folder / "m", to: 5000)
        let error = try checkpointError { _ = try file.read("w") }
        #expect(error.code == .damaged)
        #expect(error.path == folder / "m")
    }
}
