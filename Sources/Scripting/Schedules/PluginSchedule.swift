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

    /// Finds the schedule that a recipe means.
    ///
    /// - Parameters:
    ///   - offers: the plugins in use, with the names of their schedules.
    ///   - isPlugin: whether there is a plugin of that name at all.
    /// - Throws: `ShapeFault` that names the nearest.
    init(
        _ text: String, among offers: [PluginReference.Offer], isPlugin: (String) -> Bool
    ) throws {
        let key = LuaPath(["schedule"])
        guard
            let found = try PluginReference(text, kind: "schedule", at: key, among: offers)
        else {
            let plugin = String(text.prefix { $0 != "/" })
            throw PluginSchedule.unknown(text, plugin: plugin, among: offers, isPlugin)
        }
        plugin = found.plugin
        name = found.name
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
        _ text: String, plugin: String, among offers: [PluginReference.Offer],
        _ isPlugin: (String) -> Bool
    ) -> ShapeFault {
        guard !isPlugin(plugin) else {
            return fault("the recipe does not use the plugin \"\(plugin)\"; put it into use")
        }
        let kinds = ScheduleDeclarations.kinds.names
        let offered = offers.filter { !$0.names.isEmpty }
        let names =
            kinds + offered.map(\.plugin)
            + offered.flatMap { offer in offer.names.map { "\(offer.plugin)/\($0)" } }
        let near = nearestName(to: text, among: names).map { "; did you mean \"\($0)\"?" }
        return fault(
            "\"\(text)\" is no kind of schedule, nor a plugin in use; there are "
                + Words.anyOf(kinds + offered.map(\.plugin)) + (near ?? ""))
    }

    private static func fault(_ sentence: String) -> ShapeFault {
        ShapeFault(path: LuaPath(["schedule"]), sentence: sentence)
    }
}
