import Foundation

/// The targets that `Package.swift` declares, read from its text.
struct PackageManifest {
    struct Target {
        let name: String
        let isTest: Bool
        /// Targets and products of other packages, as written.
        let dependencies: [String]
    }

    let targets: [Target]

    init(_ source: String) {
        let text = PackageManifest.withoutComments(source)
        let makers = [
            "target", "tests", ".target", ".executableTarget", ".testTarget", ".systemLibrary",
        ]
        guard let list = text.range(of: "    targets: [\n") else {
            targets = []
            return
        }
        var targets: [Target] = []
        var rest = text[list.upperBound...]
        while let open = rest.firstIndex(of: "(") {
            let maker = String(
                rest[..<open].reversed().prefix { $0.isLetter || $0 == "." }.reversed())
            let body = PackageManifest.balanced(rest[open...])
            if makers.contains(maker), let name = PackageManifest.strings(body).first {
                targets.append(
                    Target(
                        name: name, isTest: maker == "tests" || maker == ".testTarget",
                        dependencies: PackageManifest.dependencies(body, of: maker)))
            }
            rest = rest[body.endIndex...]
        }
        self.targets = targets
    }

    subscript(name: String) -> Target? { targets.first { $0.name == name } }

    /// A target's dependencies, theirs, and so on; without the target itself.
    func closure(of name: String) -> Set<String> {
        var seen: Set<String> = []
        var open = self[name]?.dependencies ?? []
        while let next = open.popLast() {
            if seen.insert(next).inserted { open += self[next]?.dependencies ?? [] }
        }
        return seen
    }

    // MARK: Reading

    private static func withoutComments(_ source: String) -> String {
        source.split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
    }

    /// From an opening bracket to the one that closes it.
    private static func balanced(_ text: Substring) -> Substring {
        var depth = 0
        for index in text.indices {
            if "([".contains(text[index]) { depth += 1 }
            if ")]".contains(text[index]) { depth -= 1 }
            if depth == 0 { return text[...index] }
        }
        return text
    }

    private static func strings(_ text: Substring) -> [String] {
        text.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
    }

    /// The strings of the list of dependencies; of a product, its name alone.
    private static func dependencies(_ body: Substring, of maker: String) -> [String] {
        let isShort = !maker.hasPrefix(".")
        var start = body.startIndex
        if !isShort {
            guard let label = body.range(of: "dependencies:") else { return [] }
            start = label.upperBound
        }
        guard let open = body[start...].firstIndex(of: "[") else { return [] }
        var list = String(balanced(body[open...]))
        while let package = list.range(of: "package: \""),
            let end = list[package.upperBound...].firstIndex(of: "\"")
        {
            list.removeSubrange(package.lowerBound...end)
        }
        return strings(list[...])
    }
}
