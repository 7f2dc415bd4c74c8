import Foundation

/// The subcommands of `nightjar`, read from the text of `NightjarCLI`.
struct CommandTree {
    /// Names below each command; the root is "".
    let children: [String: [String]]
    /// Commands that do something themselves when no command of theirs is named.
    private let doersThemselves: Set<String>

    /// - Parameter sources: the texts of the module's files.
    init(_ sources: [String], root: String = "NightjarCommand") {
        var bodies: [String: Substring] = [:]
        for source in sources {
            for declaration in source.ranges(of: "struct ") {
                let rest = source[declaration.upperBound...]
                let name = rest.prefix { $0.isLetter || $0.isNumber }
                // Only what stands in the first lines of a command configures it.
                let head = rest.prefix { $0 != "\n" }
                guard head.contains("Command") else { continue }
                let end = rest.range(of: "\nstruct ")?.lowerBound ?? rest.endIndex
                bodies[String(name)] = rest[..<end]
            }
        }
        var children: [String: [String]] = [:]
        var doers: Set<String> = []
        func visit(_ type: String, as path: String) {
            guard let body = bodies[type], let list = body.range(of: "subcommands: [") else {
                return
            }
            if body.contains("defaultSubcommand: ") { doers.insert(path) }
            let types = body[list.upperBound...].prefix { $0 != "]" }
                .split { !$0.isLetter && !$0.isNumber && $0 != "." }
                .filter { $0.hasSuffix(".self") }.map { String($0.dropLast(5)) }
            for child in types {
                let name = CommandTree.name(of: child, in: bodies[child])
                children[path, default: []].append(name)
                visit(child, as: path.isEmpty ? name : path + " " + name)
            }
        }
        visit(root, as: "")
        self.children = children
        doersThemselves = doers
    }

    /// Whether the words after `nightjar` begin with a command, and with one of its own commands
    /// where it has any.
    func accepts(_ words: [Substring]) -> Bool {
        guard let first = words.first.map(String.init), children[""]?.contains(first) == true
        else { return false }
        guard let inner = children[first] else { return true }
        guard words.count > 1, !words[1].hasPrefix("-") else { return true }
        if inner.contains(String(words[1])) { return true }
        // An argument is a path, or stands for one in capitals.
        return doersThemselves.contains(first)
            && (words[1].contains("/") || words[1] == words[1].uppercased())
    }

    private static func name(of type: String, in body: Substring?) -> String {
        if let body, let label = body.range(of: "commandName: \"") {
            return String(body[label.upperBound...].prefix { $0 != "\"" })
        }
        return type.enumerated().reduce(into: "") { name, next in
            if next.element.isUppercase, next.offset > 0 { name += "-" }
            name += next.element.lowercased()
        }
    }
}
