extension TokenizerFile {
    static func readVocabulary(_ field: JSONField) throws -> [[UInt8]] {
        let members = try field.members()
        var vocabulary = [[UInt8]?](repeating: nil, count: members.count)
        var seen = ByteStringTable(minimumCapacity: members.count)
        for (key, value) in members {
            let text = String(decoding: key, as: UTF8.self)
            guard case .integer(let id) = value, id >= 0 else {
                throw field.error(
                    .malformed, "the id of \"\(text)\" is not a whole number from 0 up")
            }
            guard seen.insert(key).isNew else {
                throw field.error(.inconsistent, "\"\(text)\" appears twice")
            }
            guard id < members.count else {
                throw field.error(
                    .inconsistent,
                    "\"\(text)\" has id \(id), but there are only \(members.count) tokens:"
                        + " ids may have no gap")
            }
            if let other = vocabulary[id] {
                throw field.error(
                    .inconsistent,
                    "id \(id) belongs to \"\(String(decoding: other, as: UTF8.self))\" and to"
                        + " \"\(text)\"")
            }
            vocabulary[id] = key
        }
        return vocabulary.compactMap { $0 }
    }

    static func readMerges(_ field: JSONField, _ table: ByteStringTable) throws
        -> [BytePairModel.Merge]
    {
        guard case .array(let elements) = field.value else {
            throw field.error(.malformed, "is \(field.value.kindName), but an array is needed")
        }
        return try elements.enumerated().map { rank, element in
            func failure(_ what: String) -> TokenizerError {
                JSONField(element, path: "\(field.path)[\(rank)]", file: field.file)
                    .error(.inconsistent, what)
            }
            let pair: (left: [UInt8], right: [UInt8])
            switch element {
            case .string(let text):
                let parts = text.split(separator: 0x20, omittingEmptySubsequences: false)
                guard parts.count == 2 else { throw failure("is not two tokens and a space") }
                pair = (Array(parts[0]), Array(parts[1]))
            case .array(let parts):
                guard parts.count == 2, case .string(let left) = parts[0],
                    case .string(let right) = parts[1]
                else { throw failure("is not a pair of strings") }
                pair = (left, right)
            default: throw failure("is \(element.kindName), but a pair of tokens is needed")
            }
            func id(_ token: [UInt8]) throws -> Int32 {
                guard let id = table.find(token) else {
                    let text = String(decoding: token, as: UTF8.self)
                    throw failure("names \"\(text)\", which is not in the vocabulary")
                }
                return Int32(id)
            }
            return BytePairModel.Merge(
                left: try id(pair.left), right: try id(pair.right),
                result: try id(pair.left + pair.right))
        }
    }
}
