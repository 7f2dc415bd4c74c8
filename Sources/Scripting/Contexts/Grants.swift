import LuaRuntime
import Naming

/// One thing that a script may do beyond computing.
///
/// Written `clock`, `files:read:PATH`, `env:NAME`. A plugin names what it needs; only a recipe
/// grants.
enum Capability: Sendable, Hashable, CustomStringConvertible {
    case clock
    /// Reading below a folder, or one file.
    case readFiles(String)
    /// One environment variable.
    case environment(String)

    /// - Throws: `ShapeFault` for a text that names no capability.
    init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            .map(String.init)
        switch parts.first {
        case "clock" where parts.count == 1: self = .clock
        case "files" where parts.count == 3 && parts[1] == "read" && !parts[2].isEmpty:
            self = .readFiles(parts[2])
        case "env" where parts.count == 2 && !parts[1].isEmpty: self = .environment(parts[1])
        case "network":
            throw ShapeFault(
                path: .init(),
                sentence: "\"\(text)\": network access is not supported in this "
                    + "version; remove it")
        default:
            let hint =
                nearestName(to: parts.first ?? "", among: ["clock", "files", "env"])
                .map { "; did you mean \"\($0)\"?" } ?? ""
            throw ShapeFault(
                path: .init(),
                sentence: "\"\(text)\" is no capability; there are \"clock\", "
                    + "\"files:read:PATH\" and \"env:NAME\"\(hint)")
        }
    }

    var description: String {
        switch self {
        case .clock: "clock"
        case .readFiles(let path): "files:read:\(path)"
        case .environment(let name): "env:\(name)"
        }
    }
}

/// What a script was granted.
struct Grants: Sendable, Hashable {
    private(set) var capabilities: [Capability]

    static let none = Grants([])

    init(_ capabilities: [Capability]) { self.capabilities = capabilities }

    func with(_ capability: Capability) -> Grants { Grants(capabilities + [capability]) }

    func allows(_ capability: Capability) -> Bool {
        capabilities.contains { granted in
            switch (granted, capability) {
            case (.readFiles(let root), .readFiles(let path)):
                path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
            default: granted == capability
            }
        }
    }

    /// - Throws: `ShapeFault` that says which grant is missing and where to write it.
    func require(_ capability: Capability, of owner: String) throws {
        guard !allows(capability) else { return }
        throw ShapeFault(
            path: .init(),
            sentence: "\(owner) was not granted \"\(capability)\"; a recipe grants it with grant = "
                + "{ [\"\(owner)\"] = { \"\(capability)\" } }")
    }
}
