extension BytePairModel {
    /// Throws where the parts contradict each other.
    func check() throws {
        try checkPipeline()
        for (rank, merge) in merges.enumerated() {
            for id in [merge.left, merge.right, merge.result]
            where !vocabulary.indices.contains(Int(id)) {
                throw TokenizerError(
                    .inconsistent,
                    "merge \(rank) names id \(id), but the vocabulary has \(vocabulary.count) ids",
                    key: "model.merges")
            }
            let (left, right) = (vocabulary[Int(merge.left)], vocabulary[Int(merge.right)])
            let result = vocabulary[Int(merge.result)]
            guard result.count == left.count + right.count, result.starts(with: left),
                result[left.count...].elementsEqual(right)
            else {
                throw TokenizerError(
                    .inconsistent, "merge \(rank) does not give the two tokens joined",
                    key: "model.merges")
            }
        }
        try checkAlphabet()
    }

    private func checkAlphabet() throws {
        switch alphabet {
        case .bytes:
            guard unknown == nil else { return }
            let known = Set(vocabulary.lazy.filter { $0.count <= 2 })
            // Some vocabularies leave out the bytes that no UTF-8 text has.
            let missing = (0..<0xF5).filter {
                $0 != 0xC0 && $0 != 0xC1 && !known.contains(ByteAlphabet.spellings[$0])
            }
            guard missing.isEmpty else {
                let list = missing.prefix(8).map { "0x" + String($0, radix: 16, uppercase: true) }
                throw TokenizerError(
                    .inconsistent,
                    "no token spells \(missing.count) of the bytes of UTF-8"
                        + " (\(list.joined(separator: ", "))) and there is no unknown"
                        + " token: text would be lost", key: "model.vocab")
            }
        case .characters(byteFallback: true, _):
            let known = Set(vocabulary.lazy.filter { $0.count == 6 })
            guard
                let missing = (0...255).first(where: { !known.contains(Self.byteToken(UInt8($0))) })
            else { return }
            throw TokenizerError(
                .inconsistent,
                "`byte_fallback` is on, but token "
                    + String(decoding: Self.byteToken(UInt8(missing)), as: UTF8.self)
                    + " is missing", key: "model.vocab")
        case .characters(byteFallback: false, _):
            guard unknown == nil else { return }
            throw TokenizerError(
                .inconsistent,
                "a vocabulary of characters needs `byte_fallback` or `unk_token`, or text is lost",
                key: "model.unk_token")
        }
    }

    /// The spelling of a byte where characters fall back to bytes: `<0x0A>`.
    static func byteToken(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            + Array(">".utf8)
    }

    /// The byte that a `<0x0A>` spelling names, or nil.
    static func byte(ofToken spelling: [UInt8]) -> UInt8? {
        guard spelling.count == 6, spelling.starts(with: "<0x".utf8), spelling[5] == 0x3E,
            let byte = UInt8(String(decoding: spelling[3..<5], as: UTF8.self), radix: 16)
        else { return nil }
        return byte
    }
}
