import Foundation
import LuaRuntime
import Naming

/// One thing that a script may do beyond computing.
///
/// Written `clock`, `files:read:PATH`, `env:NAME`, `network:HOST`. A plugin names what
/// it needs; only a recipe grants.
enum Capability: Sendable, Hashable, CustomStringConvertible {
    case clock
    /// Reading below a folder, or one file.
    case readFiles(String)
    /// One environment variable.
    case environment(String)
    /// One host over http and https; at one port, or at their usual ones.
    case network(host: String, port: Int?)

    /// - Throws: `ShapeFault` for a text that names no capability.
    init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            .map(String.init)
        switch parts.first {
        case "clock" where parts.count == 1: self = .clock
        case "files" where parts.count == 3 && parts[1] == "read" && !parts[2].isEmpty:
            self = .readFiles(parts[2])
        case "env" where parts.count == 2 && !parts[1].isEmpty: self = .environment(parts[1])
        case "network" where parts.count >= 2:
            let host = parts[1].lowercased()
            let port = parts.count == 3 ? Int(parts[2]) : nil
            guard NetworkTarget.isHost(host), parts.count == 2 || (1...65535).contains(port ?? 0)
            else {
                throw ShapeFault(
                    path: .init(),
                    sentence: "\"\(text)\" names no host; write \"network:HOST\" or "
                        + "\"network:HOST:PORT\"")
            }
            self = .network(host: host, port: port)
        default:
            let hint =
                nearestName(to: parts.first ?? "", among: ["clock", "files", "env", "network"])
                .map { "; did you mean \"\($0)\"?" } ?? ""
            throw ShapeFault(
                path: .init(),
                sentence: "\"\(text)\" is no capability; there are \"clock\", "
                    + "\"files:read:PATH\", \"env:NAME\" and \"network:HOST\"\(hint)")
        }
    }

    fileprivate var isNetwork: Bool { if case .network = self { true } else { false } }

    var description: String {
        switch self {
        case .clock: "clock"
        case .readFiles(let path): "files:read:\(path)"
        case .environment(let name): "env:\(name)"
        case .network(let host, let port): "network:\(host)" + (port.map { ":\($0)" } ?? "")
        }
    }
}

extension Capability {
    /// The same with a relative path begun at a folder, and links followed, as grants have them.
    func resolved(in folder: String) -> Capability {
        guard case .readFiles(let path) = self else { return self }
        let whole = path.hasPrefix("/") ? path : folder + "/" + path
        guard let real = realpath(whole, nil) else { return .readFiles(whole) }
        defer { free(real) }
        return .readFiles(String(cString: real))
    }
}

/// What a script was granted.
struct Grants: Sendable, Hashable {
    private(set) var capabilities: [Capability]
    /// Whether they are a program's, which no recipe adds to.
    private var isOfAProgram = false
    /// Whether every host is allowed, for there is no network behind it.
    private var coversNetwork = false

    static let none = Grants([])
    /// For where clock and network are not the real ones.
    static let faked = Grants([.clock]).withFakes

    /// What `nightjar run` gives a program: what it computes is not replayed, so it may know the
    /// time.
    static let program = {
        var grants = Grants([.clock])
        grants.isOfAProgram = true
        return grants
    }()

    init(_ capabilities: [Capability]) { self.capabilities = capabilities }

    /// The same, and whatever is a fake in a spec or self-test.
    var withFakes: Grants {
        var grants = Grants(capabilities + [.clock])
        grants.coversNetwork = true
        return grants
    }

    /// Whether what a script sees can be shown to it again: all but the network, which is recorded,
    /// cannot.
    var canBeReplayed: Bool {
        capabilities.allSatisfy { if case .network = $0 { true } else { false } }
    }

    /// Whether some host is allowed.
    var reachNetwork: Bool { coversNetwork || capabilities.contains(where: \.isNetwork) }

    func allows(_ capability: Capability) -> Bool {
        capabilities.contains { granted in
            switch (granted, capability) {
            case (.readFiles(let root), .readFiles(let path)):
                path == root || path.hasPrefix(root.hasSuffix("/") ? root : root + "/")
            default: granted == capability
            }
        } || (coversNetwork && capability.isNetwork)
    }

    /// - Throws: `ShapeFault` that says which grant is missing and where to write it.
    func require(_ capability: Capability, of owner: String) throws {
        try require([(capability, capability.description)], of: owner)
    }

    /// - Parameter needs: capabilities, and how the script itself writes each.
    /// - Throws: `ShapeFault` that says which grants are missing and where to write them.
    func require(_ needs: [(capability: Capability, told: String)], of owner: String) throws {
        let missing = needs.filter { !allows($0.capability) }.map { "\"\($0.told)\"" }
        guard !missing.isEmpty else { return }
        let told = missing.joined(separator: ", ")
        let sentence =
            if isOfAProgram {
                "a program cannot be granted \(told), only a plugin can; give the program what it "
                    + "needs as arguments"
            } else if owner == RecipeUnit.name {
                "a recipe's own functions are granted nothing, and this needs \(told); put it into "
                    + "a plugin"
            } else {
                "\(owner) was not granted \(told); a recipe grants it with grant = "
                    + "{ [\"\(owner)\"] = { \(told) } }"
            }
        throw ShapeFault(path: .init(), sentence: sentence)
    }
}
