import Foundation

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
        case .composed: text = text.withUnsafeBufferPointer(Composition.form)
        case .prepend(let bytes):
            if mayPrefix, !text.isEmpty { text.insert(contentsOf: bytes, at: 0) }
        case .replace(let replacement): Self.replace(replacement, in: &text)
        }
    }

    /// Whether `apply` would leave `text` as it is; false where that is not seen at once.
    func leaves(_ text: UnsafeBufferPointer<UInt8>, mayPrefix: Bool) -> Bool {
        switch self {
        case .composed: return Composition.isPlain(text)
        case .prepend(let bytes): return bytes.isEmpty || !mayPrefix || text.isEmpty
        case .replace(let replacement):
            guard let base = text.baseAddress, let first = replacement.pattern.first else {
                return true
            }
            return memchr(base, Int32(first), text.count) == nil
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
}
