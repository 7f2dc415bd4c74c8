import Foundation

/// A rewriting of the text before it is cut into words, as `tokenizer.json` names it.
public enum Normalizer: Sendable, Hashable {
    /// A Unicode normalisation form.
    case form(NormalizationForm)
    /// Lower case, character by character.
    case lowercase
    /// Takes combining marks away.
    case stripAccents
    /// Takes white space from the ends.
    case strip(left: Bool, right: Bool)
    /// Puts bytes in front of a text that is not empty.
    case prepend([UInt8])
    /// Replaces a literal everywhere.
    case replace(LiteralReplacement)
    /// Replaces every match of a pattern.
    case replaceMatches(PatternReplacement)
    /// The rules of a SentencePiece model, as Hugging Face applies them.
    case precompiled(CharacterMap)
    case bert(BertNormalization)
    /// Controls go, odd spaces become spaces.
    case nmt
    /// The rules of a SentencePiece model, as it applies them itself.
    case sentencePiece(SentencePieceNormalization)

    /// Unicode normalisation form C.
    public static let composed = Normalizer.form(.composed)

    /// Rewrites `text`, which is well-formed UTF-8.
    ///
    /// `mayPrefix` is false after bytes that are not UTF-8, where nothing may be put in front.
    func apply(to text: inout [UInt8], mayPrefix: Bool) {
        switch self {
        case .form(let form): text = text.withUnsafeBufferPointer(form.form)
        case .lowercase: text = ScalarRewriting.lowercased(text)
        case .stripAccents: text = ScalarRewriting.removing(.mark, from: text)
        case .strip(let left, let right):
            text = ScalarRewriting.stripped(text, left: left, right: right)
        case .prepend(let bytes):
            if mayPrefix, !text.isEmpty { text.insert(contentsOf: bytes, at: 0) }
        case .replace(let replacement): Self.replace(replacement, in: &text)
        case .replaceMatches(let replacement): replacement.apply(to: &text)
        case .precompiled(let map): text = map.rewriteClusters(text)
        case .bert(let bert): bert.apply(to: &text)
        case .nmt: text = ScalarRewriting.nmt(text)
        case .sentencePiece(let rules): rules.apply(to: &text, mayPrefix: mayPrefix)
        }
    }

    /// Whether `apply` would leave `text` as it is; false where that is not seen at once.
    func leaves(_ text: UnsafeBufferPointer<UInt8>, mayPrefix: Bool) -> Bool {
        switch self {
        case .form(let form): return form.isPlain(text)
        case .stripAccents: return UTF8Scan.isASCII(text)
        case .prepend(let bytes): return bytes.isEmpty || !mayPrefix || text.isEmpty
        case .replace(let replacement):
            guard let base = text.baseAddress, let first = replacement.pattern.first else {
                return true
            }
            return memchr(base, Int32(first), text.count) == nil
        default: return false
        }
    }

    func add(to hash: inout Fingerprint) {
        switch self {
        case .form(let form): hash.add(form.rawValue)
        case .lowercase: hash.add("Lowercase")
        case .stripAccents: hash.add("StripAccents")
        case .strip(let left, let right):
            hash.add("Strip")
            hash.add(left)
            hash.add(right)
        case .prepend(let bytes):
            hash.add("Prepend")
            hash.add(bytes)
        case .replace(let replacement):
            hash.add("Replace")
            hash.add(replacement.pattern)
            hash.add(replacement.content)
        case .replaceMatches(let replacement):
            hash.add("ReplaceMatches")
            hash.add(replacement.pattern)
            hash.add(replacement.content)
        case .precompiled(let map):
            hash.add("Precompiled")
            hash.add(map.bytes)
        case .bert(let bert):
            hash.add("Bert")
            for flag in [
                bert.cleansText, bert.separatesChinese, bert.stripsAccents, bert.lowercases,
            ] { hash.add(flag) }
        case .nmt: hash.add("Nmt")
        case .sentencePiece(let rules): rules.add(to: &hash)
        }
    }

    static func replace(_ replacement: LiteralReplacement, in text: inout [UInt8]) {
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
