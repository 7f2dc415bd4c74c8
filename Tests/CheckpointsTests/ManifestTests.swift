import Naming
import Testing

@testable import Checkpoints

@Suite struct ManifestTests {
    static let example = Manifest(
        step: 500,
        files: [
            "model.safetensors": Manifest.File(
                byteCount: (1 << 20) + 1, blocks: [1, .max], whole: ContentHash(of: "m")),
            "config.json": Manifest.File(
                byteCount: 2, blocks: [3], whole: ContentHash(of: "{}")),
            "empty": Manifest.File(byteCount: 0, blocks: [], whole: ContentHash(of: "")),
        ],
        parents: ["runs/base@pre": "ab\"c"], recipe: ["name": "demo", "hash": "12"],
        scripts: ["recipe.lua": "34"], data: ["books": "56", "ärger": "7\n8"])

    @Test func readsBackWhatItWrites() throws {
        let text = Self.example.text
        let read = try Manifest(bytes: Array(text.utf8), path: "manifest.json")
        #expect(read == Self.example)
        #expect(read.text == text)
        #expect(read.identity == Self.example.identity)
    }

    @Test func anyFlippedBitIsSeen() throws {
        let bytes = Array(Self.example.text.utf8)
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            #expect(throws: CheckpointError.self) {
                try Manifest(bytes: damaged, path: "manifest.json")
            }
        }
    }

    @Test func anyCutIsSeen() throws {
        let bytes = Array(Self.example.text.utf8)
        for count in bytes.indices {
            #expect(throws: CheckpointError.self) {
                try Manifest(bytes: Array(bytes[..<count]), path: "manifest.json")
            }
        }
    }

    @Test func aNewerFormatIsRefusedByName() throws {
        let text = Self.example.text.replacing("\"format\": 1", with: "\"format\": 2")
        let error = try checkpointError {
            _ = try Manifest(bytes: Array(text.utf8), path: "manifest.json")
        }
        #expect(error.code == .unknownFormat)
        #expect(error.message.contains("format 2"))
    }

    @Test func aNameThatLeavesTheFolderIsRefused() throws {
        var manifest = Self.example
        manifest.files["../outside"] = manifest.files["empty"]
        let error = try checkpointError {
            _ = try Manifest(bytes: Array(manifest.text.utf8), path: "manifest.json")
        }
        #expect(error.code == .damaged)
    }
}
