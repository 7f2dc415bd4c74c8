import LuaRuntime
import Naming

/// Something of a plugin that a recipe names: `"my-plugin"`, or `"my-plugin/name"` where it has
/// several of the kind.
struct PluginReference: Sendable, Hashable {
    let plugin: String
    /// Its key among the plugin's things of the kind.
    let name: String

    /// A plugin in use, with the names of what it has of a kind.
    struct Offer: Sendable {
        let plugin: String
        let names: [String]
    }

    /// Finds what a recipe means.
    ///
    /// - Parameters:
    ///   - kind: what it is called in messages: "schedule".
    ///   - key: the recipe's key that names it.
    ///   - offers: the plugins in use.
    /// - Returns: nil where no plugin in use is meant.
    /// - Throws: `ShapeFault` that names the nearest.
    init?(_ text: String, kind: String, at key: LuaPath, among offers: [Offer]) throws {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        guard let offer = offers.first(where: { $0.plugin == parts[0] }) else { return nil }
        plugin = offer.plugin
        guard !offer.names.isEmpty else {
            throw ShapeFault(path: key, sentence: "the plugin \(plugin) has no \(kind)s")
        }
        if parts.count == 2 {
            guard offer.names.contains(parts[1]) else {
                throw ShapeFault(
                    path: key,
                    sentence: "\(plugin) has no \(kind) \"\(parts[1])\"; "
                        + nearestNameHint(to: parts[1], among: offer.names))
            }
            name = parts[1]
        } else if offer.names.count == 1 {
            name = offer.names[0]
        } else if offer.names.contains(plugin) {
            name = plugin
        } else {
            throw ShapeFault(
                path: key,
                sentence: "\(plugin) has several \(kind)s; write "
                    + Words.anyOf(offer.names.map { "\"\(offer.plugin)/\($0)\"" }))
        }
    }
}
