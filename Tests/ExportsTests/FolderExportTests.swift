import Checkpoints
import Foundation
import TestSupport
import Testing
import Tokenizers
import Transformers

@testable import Exports

/// Model folders for other tools, opened again.
@Suite struct FolderExportTests {
    static let kinds = [
        "llama-linear-biases", "llama-rope3", "mistral-window", "qwen2-windows", "qwen3", "smollm3",
        "olmo2", "gemma2", "gemma3", "phi3", "phi3-longrope",
    ]

    @Test(arguments: kinds) func everyNumberComesBack(_ kind: String) throws {
        let model = try RandomModel(kind)
        let folder = try model.open()
        let files = try FolderExport(folder, shardByteCount: 5000).write(to: model.file("out"))
        #expect(files.contains { $0.name == "model.safetensors.index.json" })
        #expect(
            Set(files.map(\.name)).isSuperset(of: [
                "config.json", "tokenizer.json", "generation_config.json", "chat_template.jinja",
            ]))
        #expect(!files.contains { ["manifest.json", "state.json"].contains($0.name) })
        let copy = try ModelFolder(reference: model.file("out")) { _ in }
        #expect(copy.weights.count > 3)
        #expect(copy.configuration == folder.configuration)
        let (own, read) = (try WeightSource(folder), try WeightSource(copy))
        for tensor in own.tensors {
            #expect(
                try own.values(of: tensor.name) == read.values(of: tensor.name), "\(tensor.name)")
        }
        #expect(try TokenizerLoader.load(copy.path).fingerprint == ByteTokenizer().fingerprint)
    }

    /// The obvious twin: of all numbers of a type, the nearest one.
    @Test func narrowTypesRoundToTheNearest() throws {
        var random = SplitMix64(seed: 4)
        for _ in 0..<20_000 {
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard value.isFinite, abs(value) < 65_504 else { continue }
            let half = Self.half(WeightEncoding.float16(value))
            for step in [-1, 1] {
                let bits = Int(WeightEncoding.float16(value)) + step
                guard bits >= 0, bits & 0x7FFF < 0x7C00 else { continue }
                let other = Self.half(UInt16(bits))
                #expect(abs(Double(value) - half) <= abs(Double(value) - other), "\(value)")
            }
            let brief = Float(bitPattern: UInt32(WeightEncoding.bfloat16(value)) << 16)
            let up = Float(bitPattern: brief.bitPattern &+ 0x1_0000)
            let down = Float(bitPattern: brief.bitPattern &- 0x1_0000)
            for other in [up, down] where other.isFinite {
                #expect(abs(Double(value) - Double(brief)) <= abs(Double(value) - Double(other)))
            }
        }
        // Ties go to the even one; the edges of the range.
        #expect(WeightEncoding.float16(2049) == 0x6800 && WeightEncoding.float16(2051) == 0x6802)
        #expect(WeightEncoding.float16(0x1p-25) == 0 && WeightEncoding.float16(0x1.8p-24) == 2)
        #expect(
            WeightEncoding.float16(65_519) == 0x7BFF && WeightEncoding.float16(65_520) == 0x7C00)
        #expect(WeightEncoding.float16(-0.0) == 0x8000)
        #expect(WeightEncoding.bfloat16(1 + 0x1p-8) == 0x3F80)
        #expect(WeightEncoding.bfloat16(1 + 0x3p-8) == 0x3F82)
    }

    private static func half(_ bits: UInt16) -> Double {
        let sign: Double = bits & 0x8000 == 0 ? 1 : -1
        let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
        return exponent == 0
            ? sign * fraction * 0x1p-24
            : sign * (1 + fraction / 1024) * pow(2, Double(exponent - 15))
    }

    @Test(arguments: [WeightType.bf16, .f16]) func narrowFoldersOpen(_ type: WeightType) throws {
        let model = try RandomModel("qwen3")
        let folder = try model.open()
        _ = try FolderExport(folder, type: type).write(to: model.file("out"))
        let copy = try ModelFolder(reference: model.file("out")) { _ in }
        #expect(try WeightSource(copy).storedTypes == [type.stored])
        let (own, read) = (try WeightSource(folder), try WeightSource(copy))
        for tensor in own.tensors {
            for (a, b) in zip(try own.values(of: tensor.name), try read.values(of: tensor.name)) {
                #expect(abs(a - b) <= abs(a) / (type == .bf16 ? 256 : 1024) + 1e-7)
            }
        }
        // A copy of the copy keeps its type and its bytes.
        let again = try FolderExport(copy)
        #expect(again.type == type)
        _ = try again.write(to: model.file("again"))
        let bytes = try ["out", "again"].map {
            try Data(contentsOf: URL(filePath: model.file($0) + "/model.safetensors"))
        }
        #expect(bytes[0] == bytes[1])
    }

    @Test func nothingIsReplaced() throws {
        let model = try RandomModel("qwen3")
        let export = try FolderExport(model.open())
        try model.folder.write("mine", to: "taken/notes.txt")
        try model.folder.write("mine", to: "file")
        for name in ["taken", "file", "taken/"] {
            let error = #expect(throws: CheckpointError.self) {
                try export.write(to: model.file(name))
            }
            #expect(try #require(error).message.contains("exists already"))
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: model.file("taken")) == [
                "notes.txt"
            ])
        for name in ["", ".", "/", ".."] {
            #expect(throws: CheckpointError.self) { try export.write(to: name) }
        }
        _ = try export.write(to: model.file("new/deep/out"))
        #expect(throws: ExportError.self) { try FolderExport(model.open(), shardByteCount: 0) }
    }

    @Test func numbersThatATypeLacksAreNamed() throws {
        #expect(throws: ModelError.self) {
            try WeightEncoding.bytes(of: [1, 70_000], as: .float16, name: "w")
        }
        #expect(throws: ModelError.self) {
            try WeightEncoding.bytes(of: [1, .nan], as: .float32, name: "w")
        }
        let error = #expect(throws: ModelError.self) {
            try WeightEncoding.bytes(
                of: [Float.greatestFiniteMagnitude], as: .bfloat16, name: "w.x")
        }
        #expect(try #require(error).message.contains("\"w.x\""))
    }
}
