/// One step that cuts text into words before the merges, as `tokenizer.json` names it.
public enum PreTokenizerStep: Sendable, Hashable {
    /// GPT-2's byte-level step: an optional space in front, and its pattern where `usesPattern`.
    case byteLevel(addsPrefixSpace: Bool, usesPattern: Bool)
    /// Cuts at every match of a pattern.
    case split(pattern: Pattern, behavior: Behavior, isInverted: Bool)
    /// Sets numbers apart: each digit, or each run of them.
    case digits(individually: Bool)
    /// Writes a space as `replacement`, puts one in front, and cuts before each where `splits`.
    case metaspace(replacement: [UInt8], prefix: Prefix, splits: Bool)

    /// Sets punctuation apart.
    case punctuation(behavior: Behavior)
    /// Keeps words (`\w+`) and runs of other characters; white space goes.
    case words
    /// Cuts at white space, which goes.
    case whitespace
    /// Cuts at white space, which goes, and sets punctuation apart.
    case bert

    /// A regular expression or literal text.
    public enum Pattern: Sendable, Hashable {
        case regex(String)
        case literal(String)
    }

    /// What becomes of a match.
    public enum Behavior: String, Sendable, Hashable, CaseIterable {
        case removed = "Removed"
        case isolated = "Isolated"
        case mergedWithPrevious = "MergedWithPrevious"
        case mergedWithNext = "MergedWithNext"
        case contiguous = "Contiguous"
    }

    /// Where a space is put in front of the text.
    public enum Prefix: String, Sendable, Hashable, CaseIterable {
        case always, first, never
    }

    func add(to hash: inout Fingerprint) {
        switch self {
        case .byteLevel(let prefix, let pattern):
            hash.add("ByteLevel")
            hash.add(prefix)
            hash.add(pattern)
        case .split(let pattern, let behavior, let isInverted):
            hash.add("Split")
            switch pattern {
            case .regex(let text):
                hash.add("Regex")
                hash.add(text)
            case .literal(let text):
                hash.add("String")
                hash.add(text)
            }
            hash.add(behavior.rawValue)
            hash.add(isInverted)
        case .digits(let individually):
            hash.add("Digits")
            hash.add(individually)
        case .metaspace(let replacement, let prefix, let splits):
            hash.add("Metaspace")
            hash.add(replacement)
            hash.add(prefix.rawValue)
            hash.add(splits)
        case .punctuation(let behavior):
            hash.add("Punctuation")
            hash.add(behavior.rawValue)
        case .words: hash.add("Whitespace")
        case .whitespace: hash.add("WhitespaceSplit")
        case .bert: hash.add("BertPreTokenizer")
        }
    }
}
