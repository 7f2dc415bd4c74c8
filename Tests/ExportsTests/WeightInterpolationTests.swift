import Checkpoints
import Foundation
import TestSupport
import Testing
import Transformers

@testable import Exports

/// Models between two.
@Suite struct WeightInterpolationTests {
    private func values(_ path: String) throws -> [String: [Float]] {
        let source = try WeightSource(ModelFolder(reference: path) { _ in })
        return Dictionary(
            uniqueKeysWithValues: try source.tensors.map {
                ($0.name, try source.values(of: $0.name))
            })
    }

    @Test(arguments: [0, 0.3, 1, -0.5, 1.5]) func liesOnTheLine(_ alpha: Double) throws {
        let (a, b) = (
            try RandomModel("llama-rope3", seed: 1), try RandomModel("llama-rope3", seed: 2)
        )
        let merge = try WeightInterpolation(a.open(), b.open())
        #expect(merge.remarks.isEmpty)
        try merge.write(alpha: alpha, to: a.file("out"))
        let (first, second, between) = (
            try values(a.path), try values(b.path), try values(a.file("out"))
        )
        // Norms of new models are alike.
        #expect(first.filter { $0.value != second[$0.key] }.count > 10)
        for (name, numbers) in between {
            let (left, right) = (try #require(first[name]), try #require(second[name]))
            for index in numbers.indices {
                let wanted =
                    alpha == 1
                    ? right[index]
                    : left[index] + Float(alpha) * (right[index] - left[index])
                #expect(numbers[index] == wanted)
            }
        }
        let folder = try CheckpointFolder(path: a.file("out"))
        try folder.verify()
        #expect(folder.manifest.map { Set($0.parents.keys) } == [a.path, b.path])
        #expect(folder.manifest?.recipe["alpha"] == "\(alpha)")
        #expect(folder.contains("generation_config.json") && folder.contains("tokenizer.json"))
    }

    @Test func aTemplateThatOneOfThemLacksGoesAlong() throws {
        let (a, b) = (try RandomModel("qwen3", seed: 1), try RandomModel("qwen3", seed: 2))
        try FileManager.default.removeItem(atPath: a.path + "/chat_template.jinja")
        for (from, to) in [(a, b), (b, a)] {
            let merge = try WeightInterpolation(from.open(), to.open())
            let out = from.file("out")
            try merge.write(alpha: 0.5, to: out)
            #expect(try CheckpointFolder(path: out).contains("chat_template.jinja"))
            #expect(
                merge.remarks.contains { $0.contains("\(a.path) has none") } == (from.path == a.path))
        }
    }

    @Test func whatDiffersIsNamed() throws {
        let a = try RandomModel("qwen3")
        let other = try RandomModel("qwen3", ["hidden_size": 32, "rope_theta": 500_000])
        let error = #expect(throws: ExportError.self) {
            try WeightInterpolation(a.open(), other.open())
        }
        let sentence = try #require(error).message
        #expect(sentence.contains("hidden_size is 16 and 32"), "\(sentence)")

        let renamed = try RandomModel("qwen3", seed: 2)
        let file = renamed.path + "/tokenizer.json"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("<|pad|>", with: "<|fill|>").write(
            toFile: file, atomically: true, encoding: .utf8)
        let settings = renamed.path + "/tokenizer_config.json"
        try FileManager.default.removeItem(atPath: settings)
        let tokens = #expect(throws: ExportError.self) {
            try WeightInterpolation(a.open(), renamed.open())
        }
        let difference = try #require(tokens).message
        #expect(difference.contains(#"id 257 is "<|pad|>" and "<|fill|>""#), "\(difference)")

        let template = try RandomModel("qwen3", seed: 3)
        try template.folder.write("other", to: "model/chat_template.jinja")
        let merge = try WeightInterpolation(a.open(), template.open())
        #expect(merge.remarks.count == 1 && merge.remarks[0].hasPrefix("chat_template.jinja"))
        #expect(throws: ExportError.self) { try merge.write(alpha: .nan, to: a.file("out")) }
        #expect(throws: CheckpointError.self) { try merge.write(alpha: 0.5, to: a.path) }
    }
}
