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
        for id in [unknown, roles.beginning, roles.end] { hash.add(id.map(Int.init) ?? -1) }
        hash.add(addedTokens.count)
        for token in addedTokens {
            hash.add(Int(token.id))
            hash.add(token.content)
            for flag in [
                token.isSingleWord, token.stripsLeft, token.stripsRight, token.isNormalized,
                token.isSpecial,
            ] { hash.add(flag) }
        }
        hash.add(normalizers.count)
        for normalizer in normalizers { normalizer.add(to: &hash) }
        hash.add(preTokenizer.count)
        for step in preTokenizer { step.add(to: &hash) }
        return hash.hexadecimal
    }
}
