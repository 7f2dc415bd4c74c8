extension ShardIndex {
    /// Puts tensors into shards, in their order: each is filled up to `byteCount`, and a tensor that
    /// is larger has one to itself.
    public static func shards(
        of tensors: [TensorDeclaration], upTo byteCount: Int
    ) -> [[TensorDeclaration]] {
        var shards: [[TensorDeclaration]] = []
        var filled = 0
        for tensor in tensors {
            let count = tensorByteCount(tensor.type, tensor.shape) ?? .max
            if shards.isEmpty || count > byteCount - min(filled, byteCount) {
                shards.append([])
                filled = 0
            }
            shards[shards.count - 1].append(tensor)
            filled += count
        }
        return shards
    }

    /// What the shards of `name` are called: `model-00001-of-00003.safetensors`.
    public static func shardName(_ index: Int, of count: Int, name: String) -> String {
        func digits(_ number: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, 5 - text.count)) + text
        }
        let stem = name.hasSuffix(".safetensors") ? String(name.dropLast(12)) : name
        return "\(stem)-\(digits(index + 1))-of-\(digits(count)).safetensors"
    }

    /// The text of an index, the same for the same shards.
    public static func text(of shards: [(name: String, tensors: [TensorDeclaration])]) -> String {
        var homes: [String: String] = [:]
        var total = 0
        for shard in shards {
            for tensor in shard.tensors {
                homes[tensor.name] = shard.name
                total += tensorByteCount(tensor.type, tensor.shape) ?? 0
            }
        }
        let lines = homes.keys.sorted(by: bytewise).map {
            "    \(JSONWriter.quoted($0)): \(JSONWriter.quoted(homes[$0] ?? ""))"
        }
        return "{\n  \"metadata\": {\"total_size\": \(total)},\n  \"weight_map\": {\n"
            + lines.joined(separator: ",\n") + "\n  }\n}\n"
    }
}
