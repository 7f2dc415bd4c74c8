extension CheckpointFolder {
    /// The files that together hold a model's weights: the one of that name, or else the shards that
    /// its index names, each tensor in exactly the one that the index says.
    ///
    /// Reads headers alone. Throws where there is neither, and where index and shards disagree,
    /// naming shard and tensor.
    public func weights(
        _ name: String = "model.safetensors"
    ) throws(CheckpointError) -> [SafetensorsFile] {
        let indexName = name + ShardIndex.suffix
        guard !contains(name), contains(indexName) else { return [try tensors(name)] }
        let index = try ShardIndex(bytes: read(indexName), path: path + "/" + indexName)
        var shards: [SafetensorsFile] = []
        var found: Set<String> = []
        for shard in index.shards {
            guard contains(shard) else {
                throw CheckpointError(
                    .missing,
                    "\(indexName) names \"\(shard)\", which the folder does not have; fetch it again",
                    path: path)
            }
            let file = try tensors(shard)
            for tensor in file.names {
                guard let home = index.shardOfTensor[tensor] else {
                    throw disagreement(shard, "holds \"\(tensor)\", which \(indexName) does not name")
                }
                guard home == shard else {
                    throw disagreement(
                        shard, "holds \"\(tensor)\", which \(indexName) says is in \"\(home)\"")
                }
                found.insert(tensor)
            }
            shards.append(file)
        }
        let missing = index.shardOfTensor.keys.filter { !found.contains($0) }.sorted(by: bytewise)
        if let tensor = missing.first {
            throw disagreement(
                index.shardOfTensor[tensor] ?? "",
                "lacks \"\(tensor)\", which \(indexName) says is in it"
                    + (missing.count > 1 ? "; \(missing.count - 1) more are missing so" : ""))
        }
        return shards
    }

    private func disagreement(_ shard: String, _ sentence: String) -> CheckpointError {
        CheckpointError(
            .malformed, "the shard \(sentence); the files do not belong together",
            path: path + "/" + shard)
    }
}
