/// Replaces every match of a regular expression.
public struct PatternReplacement: Sendable, Hashable {
    /// Written for Hugging Face's engine.
    public let pattern: String
    /// What replaces a match, as it is.
    public let content: [UInt8]
    private let compiled: SplitPattern

    /// Throws where the pattern does not compile.
    init(pattern: String, content: [UInt8]) throws {
        self.pattern = pattern
        self.content = content
        compiled = try SplitPattern(pattern)
    }

    public static func == (left: PatternReplacement, right: PatternReplacement) -> Bool {
        left.pattern == right.pattern && left.content == right.content
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(pattern)
        hasher.combine(content)
    }

    /// The length of a match at the beginning of `text`, in characters.
    func leadingMatchLength(_ text: [UInt8]) -> Int {
        var length = 0
        text.withUnsafeBufferPointer { buffer in
            compiled.forEachMatch(in: buffer) { start, end in
                if start == 0 { length = buffer[..<end].count { $0 & 0xC0 != 0x80 } }
            }
        }
        return length
    }

    func apply(to text: inout [UInt8]) {
        var result: [UInt8] = []
        var last = 0
        text.withUnsafeBufferPointer { buffer in
            compiled.forEachMatch(in: buffer) { start, end in
                result.append(contentsOf: buffer[last..<start])
                result.append(contentsOf: content)
                last = end
            }
            if last > 0 || !result.isEmpty { result.append(contentsOf: buffer[last...]) }
        }
        if last > 0 || !result.isEmpty { text = result }
    }
}
