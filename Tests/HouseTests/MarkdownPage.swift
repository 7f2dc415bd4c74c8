import Foundation

/// What a page of Markdown claims about the repository: paths and commands.
struct MarkdownPage {
    /// Paths named in backticks, outside code blocks, up to the first placeholder.
    let paths: [String]
    /// The words after each `nightjar` in a code block that is not Lua, with the line.
    let commands: [(words: [Substring], line: Int)]

    init(_ text: String) {
        var paths: [String] = []
        var commands: [(words: [Substring], line: Int)] = []
        var language: Substring?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            let trimmed = line.drop { $0 == " " }
            if trimmed.hasPrefix("```") {
                language = language == nil ? trimmed.dropFirst(3) : nil
            } else if let language {
                guard language != "lua", let words = MarkdownPage.command(line) else { continue }
                commands.append((words, index + 1))
            } else {
                let spans = line.split(separator: "`", omittingEmptySubsequences: false)
                for (number, span) in spans.enumerated() where !number.isMultiple(of: 2) {
                    if let path = MarkdownPage.path(span) { paths.append(path) }
                }
            }
        }
        self.paths = paths
        self.commands = commands
    }

    private static func path(_ span: Substring) -> String? {
        let folders = ["Sources/", "Tests/", "Scripts/", "Plugins/"]
        guard folders.contains(where: span.hasPrefix) else { return nil }
        var parts: [Substring] = []
        for part in span.prefix(while: { $0 != " " }).split(separator: "/") {
            let isPlaceholder =
                part.contains { "*<>{}".contains($0) }
                || part.allSatisfy { $0.isUppercase || $0 == "_" }
                || part.hasPrefix("YOUR") || part.contains("Your")
            if isPlaceholder { break }
            parts.append(part)
        }
        return parts.joined(separator: "/")
    }

    private static func command(_ line: Substring) -> [Substring]? {
        // Shell comments are no commands.
        let words = line.split(separator: " ").prefix { !$0.hasPrefix("#") }
        guard
            let program = words.firstIndex(where: {
                $0 == "nightjar" || $0.hasSuffix("/nightjar")
            })
        else { return nil }
        let rest = Array(words[(program + 1)...])
        guard let first = rest.first, first.first?.isLetter == true,
            first.first?.isLowercase == true
        else { return nil }
        return rest
    }
}
