import Foundation

extension TokenizerFile {
    static func write(_ normalizer: Normalizer, _ json: inout JSONWriter) {
        switch normalizer {
        case .form(let form): json.member("type", form.rawValue)
        case .lowercase: json.member("type", "Lowercase")
        case .stripAccents: json.member("type", "StripAccents")
        case .nmt: json.member("type", "Nmt")
        case .strip(let left, let right):
            json.member("type", "Strip")
            json.member("strip_left", left)
            json.member("strip_right", right)
        case .prepend(let bytes):
            json.member("type", "Prepend")
            json.member("prepend", bytes)
        case .replace(let replacement): write(replacement, &json)
        case .replaceMatches(let replacement):
            json.member("type", "Replace")
            json.key("pattern")
            json.object { $0.member("Regex", replacement.pattern) }
            json.member("content", replacement.content)
        case .precompiled(let map):
            json.member("type", "Precompiled")
            json.member("precompiled_charsmap", Data(map.bytes).base64EncodedString())
        case .bert(let bert):
            json.member("type", "BertNormalizer")
            json.member("clean_text", bert.cleansText)
            json.member("handle_chinese_chars", bert.separatesChinese)
            json.member("strip_accents", bert.stripsAccents)
            json.member("lowercase", bert.lowercases)
        case .sentencePiece: preconditionFailure("the normalizer has its own file")
        }
    }

    private static func write(_ replacement: LiteralReplacement, _ json: inout JSONWriter) {
        json.member("type", "Replace")
        json.key("pattern")
        json.object { $0.member("String", replacement.pattern) }
        json.member("content", replacement.content)
    }

    static func write(_ step: PreTokenizerStep, _ json: inout JSONWriter) {
        switch step {
        case .byteLevel(let addsPrefixSpace, let usesPattern):
            json.member("type", "ByteLevel")
            json.member("add_prefix_space", addsPrefixSpace)
            json.member("trim_offsets", true)
            json.member("use_regex", usesPattern)
        case .split(let pattern, let behavior, let isInverted):
            json.member("type", "Split")
            json.key("pattern")
            json.object { json in
                switch pattern {
                case .regex(let text): json.member("Regex", text)
                case .literal(let text): json.member("String", text)
                }
            }
            json.member("behavior", behavior.rawValue)
            json.member("invert", isInverted)
        case .digits(let individually):
            json.member("type", "Digits")
            json.member("individual_digits", individually)
        case .metaspace(let replacement, let prefix, let splits):
            json.member("type", "Metaspace")
            json.member("replacement", replacement)
            json.member("prepend_scheme", prefix.rawValue)
            json.member("split", splits)
        case .punctuation(let behavior):
            json.member("type", "Punctuation")
            json.member("behavior", behavior.rawValue)
        case .words: json.member("type", "Whitespace")
        case .whitespace: json.member("type", "WhitespaceSplit")
        case .bert: json.member("type", "BertPreTokenizer")
        }
    }

    static func write(_ step: DecoderStep, _ json: inout JSONWriter) {
        switch step {
        case .byteLevel:
            json.member("type", "ByteLevel")
            json.member("add_prefix_space", true)
            json.member("trim_offsets", true)
            json.member("use_regex", true)
        case .byteFallback: json.member("type", "ByteFallback")
        case .fuse, .spaced: json.member("type", "Fuse")
        case .replace(let replacement): write(replacement, &json)
        case .strip(let content, let start, let stop):
            json.member("type", "Strip")
            json.member("content", content)
            json.member("start", start)
            json.member("stop", stop)
        case .metaspace(let replacement, let dropsFirst):
            json.member("type", "Metaspace")
            json.member("replacement", replacement)
            json.member("prepend_scheme", dropsFirst ? "always" : "never")
            json.member("split", true)
        case .wordPiece(let prefix, let cleansUp):
            json.member("type", "WordPiece")
            json.member("prefix", prefix)
            json.member("cleanup", cleansUp)
        }
    }
}
