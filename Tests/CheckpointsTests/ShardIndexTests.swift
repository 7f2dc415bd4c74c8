import Testing

@testable import Checkpoints

/// Weights in several files: the index and the shards must agree on every tensor.
@Suite struct ShardIndexTests {
    private func shard(_ tensors: [String], in folder: TemporaryFolder, _ name: String) throws {
        let writer = try SafetensorsWriter(
            tensors: tensors.map { TensorDeclaration(name: $0, type: .float32, shape: [2]) })
        try writer.write(toFile: folder / name) { tensor, sink in
            try sink.append([Float](repeating: Float(tensor.name.utf8.count), count: 2))
        }
    }

    private func index(_ map: String, in folder: TemporaryFolder) throws {
        try writeFile(
            folder / "model.safetensors.index.json",
            #"{"metadata": {"total_size": 24}, "weight_map": \#(map)}"#)
    }

    private func weights(_ folder: TemporaryFolder) throws(CheckpointError) -> [SafetensorsFile] {
        try CheckpointFolder(path: folder.path, requiresManifest: false).weights()
    }

    @Test func everyTensorComesFromItsShard() throws {
        let folder = try TemporaryFolder()
        try shard(["a", "bb"], in: folder, "model-00001-of-00002.safetensors")
        try shard(["ccc"], in: folder, "model-00002-of-00002.safetensors")
        try index(
            #"{"a": "model-00001-of-00002.safetensors", "bb": "model-00001-of-00002.safetensors", "ccc": "model-00002-of-00002.safetensors"}"#,
            in: folder)
        let files = try weights(folder)
        #expect(files.map(\.names) == [["a", "bb"], ["ccc"]])
        // One file in whole stands before shards, as in other programs.
        try shard(["whole"], in: folder, "model.safetensors")
        #expect(try weights(folder).map(\.names) == [["whole"]])
    }

    @Test(arguments: [
        (
            #"{"a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors"}"#,
            "names \"two.safetensors\""
        ),
        (#"{"a": "one.safetensors", "b": "two.safetensors"}"#, "says is in \"two.safetensors\""),
        (#"{"a": "one.safetensors"}"#, "holds \"b\", which model.safetensors.index.json does not name"),
        (
            #"{"a": "one.safetensors", "b": "one.safetensors", "c": "one.safetensors"}"#,
            "lacks \"c\""
        ),
        (#"{"a": "../one.safetensors", "b": "one.safetensors"}"#, "must be the plain name"),
        (#"{"a": "/etc/passwd", "b": "one.safetensors"}"#, "must be the plain name"),
        (#"{"a": ".hidden.safetensors", "b": "one.safetensors"}"#, "must be the plain name"),
        (#"{"a": 7, "b": "one.safetensors"}"#, "must be the name"),
        (#"{}"#, "no weight_map"),
        (#"[]"#, "no weight_map"),
        (#"{"a": "one.safetensors", "a": "one.safetensors"}"#, "not JSON"),
        (#"{"#, "not JSON"),
    ])
    func whatDoesNotAgreeIsNamed(map: String, sentence: String) throws {
        let folder = try TemporaryFolder()
        try shard(["a", "b"], in: folder, "one.safetensors")
        try index(map, in: folder)
        let error = try checkpointError { _ = try weights(folder) }
        #expect(error.isUserMistake)
        #expect("\(error)".contains(sentence), "\(error)")
    }

    @Test func aTensorInTwoShardsIsRefused() throws {
        let folder = try TemporaryFolder()
        try shard(["a"], in: folder, "one.safetensors")
        try shard(["a", "b"], in: folder, "two.safetensors")
        try index(#"{"a": "one.safetensors", "b": "two.safetensors"}"#, in: folder)
        let error = try checkpointError { _ = try weights(folder) }
        #expect(error.message.contains("which model.safetensors.index.json says is in \"one"))
        #expect(error.path.hasSuffix("two.safetensors"))
    }
}
