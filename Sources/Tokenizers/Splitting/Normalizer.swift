import CUTF8Proc

/// A rewriting of the text before it is cut into words, as `tokenizer.json` names it.
public enum Normalizer: Sendable, Hashable {
    /// Unicode normalisation form C, by utf8proc's tables.
    ///
    /// Deviation: Hugging Face's tables are older and leave 108 combining marks that Unicode added
    /// since (U+07FD, U+0898, ...) in the order given.
    case composed
    /// Puts bytes in front of a text that is not empty.
    case prepend([UInt8])
    /// Replaces a literal everywhere.
    case replace(BytePairModel.Replacement)

    /// Rewrites `text`, which is well-formed UTF-8.
    ///
    /// `mayPrefix` is false after bytes that are not UTF-8, where nothing may be put in front.
    func apply(to text: inout [UInt8], mayPrefix: Bool) {
        switch self {
        case .composed: Self.compose(&text)
        case .prepend(let bytes):
            if mayPrefix, !text.isEmpty { text.insert(contentsOf: bytes, at: 0) }
        case .replace(let replacement): Self.replace(replacement, in: &text)
        }
    }

    func add(to hash: inout Fingerprint) {
        switch self {
        case .composed: hash.add("NFC")
        case .prepend(let bytes):
            hash.add("Prepend")
            hash.add(bytes)
        case .replace(let replacement):
            hash.add("Replace")
            hash.add(replacement.pattern)
            hash.add(replacement.content)
        }
    }

    static func replace(_ replacement: BytePairModel.Replacement, in text: inout [UInt8]) {
        let (pattern, content) = (replacement.pattern, replacement.content)
        guard let first = pattern.first, text.contains(first) else { return }
        let capacity = (text.count / pattern.count + 1) * max(content.count, pattern.count)
        text = [UInt8](unsafeUninitializedCapacity: capacity) { result, count in
            var index = 0
            while index < text.count {
                if text[index] == first, index + pattern.count <= text.count,
                    pattern.count == 1
                        || text[index..<(index + pattern.count)].elementsEqual(pattern)
                {
                    for byte in content {
                        result[count] = byte
                        count += 1
                    }
                    index += pattern.count
                } else {
                    result[count] = text[index]
                    count += 1
                    index += 1
                }
            }
        }
    }

    private static func compose(_ text: inout [UInt8]) {
        // Every text of scalars below U+0300 (lead bytes below 0xCC) is already composed.
        guard text.withUnsafeBufferPointer(mayCompose) else { return }
        let options = utf8proc_option_t(
            rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
        var output: UnsafeMutablePointer<UInt8>?
        let length = text.withUnsafeBufferPointer {
            utf8proc_map($0.baseAddress, $0.count, &output, options)
        }
        defer { free(output) }
        guard length >= 0, let output else {
            preconditionFailure("well-formed UTF-8 composes, but utf8proc answered \(length)")
        }
        text = Array(UnsafeBufferPointer(start: output, count: length))
    }

    /// Whether a byte of 0xCC or above occurs; eight ASCII bytes at a time are passed over.
    private static func mayCompose(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let base = text.baseAddress else { return false }
        var index = 0
        while index < text.count {
            if index + 8 <= text.count,
                UnsafeRawPointer(base + index).loadUnaligned(as: UInt64.self)
                    & 0x8080_8080_8080_8080 == 0
            {
                index += 8
                continue
            }
            if base[index] >= 0xCC { return true }
            index += 1
        }
        return false
    }
}
