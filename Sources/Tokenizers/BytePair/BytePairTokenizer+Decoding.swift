extension BytePairTokenizer {
    public func decode(_ ids: some Sequence<Int32>, skipsSpecialTokens: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids where !(skipsSpecialTokens && specialTokens.names[id] != nil) {
            if tokenBytes.indices.contains(Int(id)) {
                bytes.append(contentsOf: tokenBytes[Int(id)])
            }
        }
        let spaces = bytes.prefix(leadingSpacesStripped).prefix { $0 == 0x20 }.count
        return String(decoding: bytes[spaces...], as: UTF8.self)
    }
}
