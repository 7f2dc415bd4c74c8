import LuaRuntime
import Naming

/// A schedule of a plugin, as a recipe names it: `"my-plugin"`, or `"my-plugin/warm-restarts"`.
struct PluginSchedule: Sendable, Hashable {
    let plugin: String
    /// Its key among the plugin's `schedules`.
    let name: String

    /// The group of doors in which they stand.
    static let group = "schedules"

    var door: String { "\(PluginSchedule.group).\(name)" }

    static func isDoor(_ path: String) -> Bool { path.hasPrefix(group + ".") }

    /// A plugin in use, with the names of its schedules.
    struct Offer: Sendable {
        let plugin: String
        let schedules: [String]
    }

    /// Finds the schedule that a recipe means.
    ///
    /// - Parameters:
    ///   - offers: the plugins in use.
    ///   - isPlugin: whether there is a plugin of that name at all.
    /// - Throws: `ShapeFault` that names the nearest.
    init(_ text: String, among offers: [Offer], isPlugin: (String) -> Bool) throws {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map(String.init)
        guard let offer = offers.first(where: { $0.plugin == parts[0] }) else {
            throw PluginSchedule.unknown(text, plugin: parts[0], among: offers, isPlugin)
        }
        plugin = offer.plugin
        let names = offer.schedules.map { "\"\(offer.plugin)/\($0)\"" }
        if parts.count == 2 {
            guard offer.schedules.contains(parts[1]) else {
                throw PluginSchedule.fault(
                    offer.schedules.isEmpty
                        ? PluginSchedule.none(in: plugin)
                        : "\(plugin) has no schedule \"\(parts[1])\"; "
                            + nearestNameHint(to: parts[1], among: offer.schedules))
            }
            name = parts[1]
        } else if offer.schedules.count == 1 {
            name = offer.schedules[0]
        } else if offer.schedules.contains(plugin) {
            name = plugin
        } else {
            throw PluginSchedule.fault(
                names.isEmpty
                    ? PluginSchedule.none(in: plugin)
                    : "\(plugin) has several schedules; write \(Words.anyOf(names))")
        }
    }

    /// - Throws: `ScriptingError` where this version of the plugin does not have it.
    func check(in unit: ScriptUnit) throws {
        guard unit.doors.function(door) == nil else { return }
        throw ScriptingError(
            .badValue,
            "the recipe's schedule is \"\(plugin)/\(name)\", and this version of the plugin has "
                + "no such function", path: unit.files.first?.path, keyPath: door)
    }

    private static func unknown(
        _ text: String, plugin: String, among offers: [Offer], _ isPlugin: (String) -> Bool
    ) -> ShapeFault {
        guard !isPlugin(plugin) else {
            return fault("the recipe does not use the plugin \"\(plugin)\"; put it into use")
        }
        let kinds = ScheduleDeclarations.kinds.names
        let offered = offers.filter { !$0.schedules.isEmpty }
        let names =
            kinds + offered.map(\.plugin)
            + offered.flatMap { offer in offer.schedules.map { "\(offer.plugin)/\($0)" } }
        let near = nearestName(to: text, among: names).map { "; did you mean \"\($0)\"?" }
        return fault(
            "\"\(text)\" is no kind of schedule, nor a plugin in use; there are "
                + Words.anyOf(kinds + offered.map(\.plugin)) + (near ?? ""))
    }

    private static func none(in plugin: String) -> String {
        "the plugin \(plugin) has no schedules"
    }

    private static func fault(_ sentence: String) -> ShapeFault {
        ShapeFault(path: LuaPath(["schedule"]), sentence: sentence)
    }
}
