extension BytePairModel {
    /// XXH3-128 of what decides the ids: not of the files, whose spacing and order may vary.
    ///
    /// The roles that put ids into a corpus (beginning, end) count, padding does not.
    var fingerprint: String {
        var hash = Fingerprint()
        hash.add("nightjar byte pair 1")
        hash.add(vocabulary.count)
        for token in vocabulary { hash.add(token) }
        hash.add(merges.count)
        for merge in merges {
            hash.add(Int(merge.left))
            hash.add(Int(merge.right))
            hash.add(Int(merge.result))
        }
        switch alphabet {
        case .bytes: hash.add("bytes")
        case .characters(let byteFallback, let fusesUnknown):
            hash.add("characters")
            hash.add(byteFallback)
            hash.add(fusesUnknown)
        }
        hash.add(ignoresMerges)
        pipeline.add(to: &hash, unknown: unknown)
        return hash.hexadecimal
    }
}
