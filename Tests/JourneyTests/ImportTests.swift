import Foundation
import TestSupport
import Testing

/// `nightjar import` on a model that was trained here, as it is and spoiled.
@Suite(.serialized) struct ImportTests {
    private func trained() throws -> (program: Program, model: String) {
        let program = try Program()
        let outcome = try program.run(["train", "recipe.lua", "--set", "steps=2"])
        #expect(outcome.code == 0, "\(outcome)")
        return (program, "runs/journey/checkpoints/step-000002")
    }

    @Test func aSoundModelIsDescribed() throws {
        let (program, model) = try trained()
        for name in [model, "runs/journey"] {
            let outcome = try program.run(["import", name])
            #expect(outcome.code == 0, "\(outcome)")
            for word in ["llama", "2 of 8", "1 for keys and values", "258 of 258", "F32"] {
                #expect(outcome.output.contains(word), "\(word): \(outcome)")
            }
        }
        let json = try program.run(["import", model, "--json", "--sequence-length", "64"])
        let report = try #require(
            JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        #expect(report["model_type"] as? String == "llama")
        #expect(report["sequence_length"] as? Int == 64)
        let training = try #require(report["training_bytes"] as? [String: Int])
        #expect(try #require(training["f32"]) > 95 << 20)
    }

    @Test func aSpoiledModelIsRefusedByName() throws {
        let (program, model) = try trained()
        let copy = program.folder.file("copy").path
        try FileManager.default.copyItem(
            atPath: program.folder.file(model).path, toPath: copy)
        try FileManager.default.removeItem(atPath: copy + "/manifest.json")
        let weights = URL(filePath: copy + "/model.safetensors")
        let sound = try Data(contentsOf: weights)
        var bytes = sound
        bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
        try bytes.write(to: weights)
        let spoiled = try program.run(["import", "copy"])
        #expect(spoiled.code == 2 && spoiled.errors.contains("not finite"), "\(spoiled)")
        let begun = try program.run(
            ["train", "recipe.lua", "--set", "name=begun", "--set", "model=copy"])
        #expect(begun.code == 2 && begun.errors.contains("a run cannot begin"), "\(begun)")
        try program.folder.write("{% for", to: "copy/chat_template.jinja")
        try sound.write(to: weights)
        let torn = try program.run(["import", "copy"])
        #expect(torn.code == 2 && torn.errors.contains("chat_template.jinja"), "\(torn)")
        try program.folder.write("{{ messages }}", to: "copy/chat_template.jinja")
        try bytes.prefix(bytes.count - 64).write(to: weights)
        let cut = try program.run(["import", "copy"])
        #expect(cut.code == 3 && cut.errors.contains("model.safetensors"), "\(cut)")
        try FileManager.default.removeItem(at: weights)
        let none = try program.run(["import", "copy"])
        #expect(none.code == 2 && none.errors.contains("no model.safetensors"), "\(none)")
        let nowhere = try program.run(["import", "nowhere"])
        #expect(nowhere.code == 2, "\(nowhere)")
    }
}
