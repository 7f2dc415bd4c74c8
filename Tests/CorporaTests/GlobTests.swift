import Testing

@testable import Corpora

@Suite struct GlobTests {
    /// The slow twin: tries every way. Patterns here hold no "**/".
    private func twin(_ pattern: Substring, _ text: Substring) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if pattern.hasPrefix("**") {
            return text.indices.contains { twin(pattern.dropFirst(2), text[$0...]) }
                || twin(pattern.dropFirst(2), "")
        }
        if first == "*" {
            if twin(pattern.dropFirst(), text) { return true }
            return text.first.map { $0 != "/" && twin(pattern, text.dropFirst()) } ?? false
        }
        guard let next = text.first else { return false }
        return (first == "?" ? next != "/" : first == next)
            && twin(pattern.dropFirst(), text.dropFirst())
    }

    @Test func agreesWithTryingEveryWay() {
        var random = TestRandom(3)
        for _ in 0..<3000 {
            let pattern = String((0..<6).map { _ in "ab*?/".randomElement(using: &random)! })
            let text = String((0..<6).map { _ in "aab/".randomElement(using: &random)! })
            guard pattern.contains("/"), !pattern.contains("**/") else { continue }
            #expect(Glob(pattern).matches(text) == twin(pattern[...], text[...]))
        }
    }

    @Test func namesAndFolders() {
        #expect(Glob("*.txt").matches("a/b.txt"))
        #expect(!Glob("*.txt").matches("a.txt/b"))
        #expect(Glob("a/**/b.txt").matches("a/b.txt"))
        #expect(Glob("a/**/b.txt").matches("a/x/y/b.txt"))
        #expect(!Glob("a/*/b.txt").matches("a/x/y/b.txt"))
    }

    @Test func aHostilePatternEndsSoon() {
        let glob = Glob("/" + String(repeating: "**a*", count: 200))
        #expect(!glob.matches("/" + String(repeating: "a", count: 5000) + "b/"))
    }
}
