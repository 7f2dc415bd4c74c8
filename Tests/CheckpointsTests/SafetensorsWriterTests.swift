import Checkpoints
import Testing

@Suite struct SafetensorsWriterTests {
    final class Memory: ByteSink {
        let path = "memory"
        var bytes: [UInt8] = []
        func write(_ more: UnsafeRawBufferPointer) throws { bytes.append(contentsOf: more) }
    }

    @Test func theBytesAreTheFormatsOwn() throws {
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "b", type: .uint8, shape: [3]),
            TensorDeclaration(name: "a", type: .uint8, shape: []),
            TensorDeclaration(name: "z", type: .float32, shape: [1]),
        ])
        let memory = Memory()
        try writer.write(to: memory) { tensor, sink in
            switch tensor.name {
            case "a": try sink.append([UInt8(7)])
            case "b": try sink.append([UInt8](1...3))
            default: try sink.append([Float(1)])
            }
        }
        let json =
            #"{"__metadata__":{"format":"pt"},"#
            + #""z":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
            + #""a":{"dtype":"U8","shape":[],"data_offsets":[4,5]},"#
            + #""b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}}"#
        let padded = json + String(repeating: " ", count: (8 - json.utf8.count % 8) % 8)
        let expected: [UInt8] =
            [UInt8(padded.utf8.count), 0, 0, 0, 0, 0, 0, 0] + Array(padded.utf8)
            + [0, 0, 0x80, 0x3F, 7, 1, 2, 3]
        #expect(memory.bytes == expected)
        #expect(writer.byteCount == expected.count)
    }

    @Test func theOrderOfDeclarationChangesNothing() throws {
        let tensors = (0..<20).map {
            TensorDeclaration(name: "t\($0)", type: $0 % 2 == 0 ? .bfloat16 : .int32, shape: [1])
        }
        func bytes(_ tensors: [TensorDeclaration]) throws -> [UInt8] {
            let memory = Memory()
            try SafetensorsWriter(tensors: tensors, metadata: ["x": "1", "a": "2"])
                .write(to: memory) { tensor, sink in
                    try sink.append([UInt8](repeating: 1, count: tensor.type.byteCount))
                }
            return memory.bytes
        }
        #expect(try bytes(tensors) == bytes(tensors.reversed()))
    }

    @Test(arguments: [0, 3, 5, 8])
    func aTensorOfTheWrongLengthIsRefused(count: Int) throws {
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "w", type: .uint8, shape: [4])
        ])
        let error = try checkpointError {
            try writer.write(to: Memory()) { _, sink in
                try sink.append([UInt8](repeating: 0, count: count))
            }
        }
        #expect(error.code == .wrongByteCount)
        #expect(error.message.contains("\"w\" takes 4 bytes"))
    }

    @Test func namesAndShapesThatCannotBeStoredAreRefused() throws {
        func code(_ tensors: [TensorDeclaration]) throws -> CheckpointError.Code {
            try checkpointError { _ = try SafetensorsWriter(tensors: tensors) }.code
        }
        let a = TensorDeclaration(name: "a", type: .uint8, shape: [])
        #expect(try code([a, a]) == .invalidName)
        let reserved = TensorDeclaration(name: "__metadata__", type: .uint8, shape: [])
        #expect(try code([reserved]) == .invalidName)
        let negative = TensorDeclaration(name: "n", type: .uint8, shape: [-1])
        #expect(try code([negative]) == .wrongByteCount)
        let huge = TensorDeclaration(name: "h", type: .uint8, shape: [1 << 62])
        let more = TensorDeclaration(name: "i", type: .uint8, shape: [1 << 62])
        #expect(try code([huge, more]) == .wrongByteCount)
    }

    @Test func aFailedWriteLeavesTheOldFile() throws {
        let folder = try TemporaryFolder()
        try writeFile(folder / "m.safetensors", "old")
        let writer = try SafetensorsWriter(tensors: [
            TensorDeclaration(name: "w", type: .uint8, shape: [4])
        ])
        _ = try checkpointError {
            try writer.write(toFile: folder / "m.safetensors") { _, _ in }
        }
        #expect(try readFile(folder / "m.safetensors") == Array("old".utf8))
        #expect(folder.names() == ["m.safetensors"])
    }
}
