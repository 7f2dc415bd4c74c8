/// The public declarations of a file, and whether a doc comment stands above each.
struct PublicDeclaration {
    enum Kind {
        /// A type, function, subscript or alias.
        case verb
        /// A property or an initializer, whose name and type often say all.
        case noun
    }

    let kind: Kind
    let name: String
    /// From 1.
    let line: Int
    let isDocumented: Bool

    /// - Parameter source: the text of a Swift file.
    static func all(in source: String) -> [PublicDeclaration] {
        let written = source.split(separator: "\n", omittingEmptySubsequences: false)
        return SwiftCode(source).lines.enumerated().compactMap { index, line in
            guard let (kind, name) = parse(line) else { return nil }
            var above = index - 1
            while above >= 0, isAttribute(written[above]) { above -= 1 }
            let comment = above >= 0 ? written[above].drop { $0 == " " } : ""
            return PublicDeclaration(
                kind: kind, name: name, line: index + 1, isDocumented: comment.hasPrefix("///"))
        }
    }

    /// The names that protocols ask for; their conforming types need not say it all again.
    static func requirements(in source: String) -> Set<String> {
        var names: Set<String> = []
        var depth = 0
        for line in SwiftCode(source).lines {
            let words = line.split(separator: " ")
            if depth > 0 {
                if let (_, name) = parse("public " + words.joined(separator: " ")) {
                    names.insert(name)
                }
            } else if !words.contains("protocol") {
                continue
            }
            depth += line.count { $0 == "{" } - line.count { $0 == "}" }
        }
        return names
    }

    private static let modifiers: Set = [
        "static", "class", "final", "mutating", "nonmutating", "convenience", "required",
        "override", "indirect", "lazy", "weak", "nonisolated", "prefix", "postfix", "infix",
        "consuming", "borrowing", "private(set)", "internal(set)", "fileprivate(set)",
        "package(set)",
    ]

    private static func parse(_ line: String) -> (Kind, String)? {
        var words = line.split(separator: " ").drop { $0.hasPrefix("@") }
        guard let access = words.first, access == "public" || access == "open" else { return nil }
        words = words.dropFirst()
        while let word = words.first, modifiers.contains(String(word)) {
            // `class` alone is the type; before another declaration it is a modifier.
            if word == "class", words.count < 2 || !isKeyword(words.dropFirst().first) { break }
            words = words.dropFirst()
        }
        guard let keyword = words.first else { return nil }
        let name = String((words.dropFirst().first ?? "").prefix { !"(:<{".contains($0) })
        if keyword.hasPrefix("init") { return (.noun, "init") }
        if keyword.hasPrefix("subscript") { return (.verb, "subscript") }
        switch keyword {
        case "var", "let": return (.noun, name)
        case "func":
            let isOperator = name.isEmpty
            return (.verb, isOperator ? String(words.dropFirst().first ?? "") : name)
        case "struct", "class", "enum", "actor", "protocol", "typealias", "associatedtype", "macro":
            return (.verb, name)
        default: return nil
        }
    }

    private static func isKeyword(_ word: Substring?) -> Bool {
        word == "func" || word == "var" || word == "let" || word?.hasPrefix("subscript") == true
    }

    private static func isAttribute(_ line: Substring) -> Bool {
        let text = line.drop { $0 == " " }
        return text.hasPrefix("@") || text.hasPrefix("#")
    }
}
