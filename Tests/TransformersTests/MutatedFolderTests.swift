import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformers

/// Damaged files of a model folder are read, or refused as a mistake of the user's.
@Suite struct MutatedFolderTests {
    private static let goldens = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Goldens")

    private func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Self.goldens.appending(path: path)))
    }

    /// Each kind of model, with the keys that it alone has.
    @Test(arguments: [
        "gemma2", "gemma3", "llama-rope3", "mistral-window", "olmo2", "phi3-longrope",
        "qwen2-windows", "qwen3", "smollm3-list",
    ])
    func configurations(of kind: String) throws {
        let whole = try bytes("architectures/\(kind)/config.json")
        var random = SplitMix64(seed: 31)
        var (read, refused) = (0, 0)
        for _ in 0..<Fuzzing.rounds(600) {
            let bytes = Fuzzing.mutated(whole, fragments: Fuzzing.jsonFragments, &random)
            do {
                let configuration = try ModelConfiguration(json: Data(bytes), path: "mutant")
                read += 1
                // What is accepted is a model with layers, none of them empty.
                #expect(configuration.layerCount > 0 && configuration.hiddenSize > 0)
            } catch let error as ModelError {
                refused += 1
                #expect(!error.message.isEmpty)
            }
        }
        #expect(read > 10 && refused > 100, "\(read) read, \(refused) refused")
    }

    @Test func generationDefaults() throws {
        let whole = Array(
            #"""
            {"bos_token_id": 1, "eos_token_id": [2, 3], "do_sample": true, "temperature": 0.6,
             "top_k": 20, "top_p": 0.95, "min_p": 0.0, "repetition_penalty": 1.05}
            """#.utf8)
        var random = SplitMix64(seed: 32)
        var refused = 0
        for _ in 0..<Fuzzing.rounds(2000) {
            let bytes = Fuzzing.mutated(whole, fragments: Fuzzing.jsonFragments, &random)
            do { _ = try GenerationDefaults(json: Data(bytes), path: "mutant") } catch
                let error as ModelError
            {
                refused += 1
                #expect(!error.message.isEmpty)
            }
        }
        #expect(refused > 200)
    }

    /// No name in it leaves the folder, whatever it says.
    @Test func shardIndices() throws {
        let folder = try TemporaryFolder()
        let file = try Data(contentsOf: Self.goldens.appending(path: "architectures/qwen3/model.safetensors"))
        try file.write(to: folder.file("model-00001-of-00001.safetensors"))
        let header = try SafetensorsFile(path: folder.file("model-00001-of-00001.safetensors").path)
        let members = header.entries.map { "\"\($0.name)\": \"model-00001-of-00001.safetensors\"" }
        let whole = Array("{\"weight_map\": {\(members.joined(separator: ",\n"))}}".utf8)
        let config = try Data(contentsOf: Self.goldens.appending(path: "architectures/qwen3/config.json"))
        try config.write(to: folder.file("config.json"))
        let fragments = Fuzzing.jsonFragments + ["../", "/", "/etc/passwd", "\\u002e\\u002e\\u002f"]
        var random = SplitMix64(seed: 33)
        var refused = 0
        let index = folder.file("model.safetensors.index.json")
        for _ in 0..<Fuzzing.rounds(500) {
            try Data(Fuzzing.mutated(whole, fragments: fragments, &random)).write(to: index)
            do { _ = try ModelFolder(reference: folder.url.path) { _ in } } catch {
                refused += 1
                #expect(error is ModelError || error is CheckpointError, "\(error)")
            }
        }
        #expect(refused > 200)
    }
}
