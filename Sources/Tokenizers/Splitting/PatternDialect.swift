/// Rewrites the few constructs that PCRE2 reads otherwise than Hugging Face's engine.
///
/// `\s` there is Unicode's White_Space; PCRE2's also takes U+180E, which is no longer a space.
enum PatternDialect {
    private static let whitespace = #"\x{9}-\x{D}\x{85}\p{Z}"#

    static func translate(_ pattern: String) -> String {
        var result = ""
        var isInClass = false
        var scalars = pattern.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            switch scalar {
            case "\\":
                guard let next = scalars.next() else { return result + "\\" }
                switch next {
                case "s": result += isInClass ? whitespace : "[\(whitespace)]"
                case "S" where !isInClass: result += "[^\(whitespace)]"
                default:
                    result.unicodeScalars.append(scalar)
                    result.unicodeScalars.append(next)
                }
            case "[":
                // PCRE2 reads a bracket inside a class as itself; the other engine nests.
                result += isInClass ? "\\[" : "["
                isInClass = true
            case "]":
                isInClass = false
                result += "]"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
