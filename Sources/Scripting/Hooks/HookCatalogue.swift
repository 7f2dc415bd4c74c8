/// Every moment at which a run calls scripts, in the order in which a run meets them.
enum HookCatalogue {
    static let all: [HookPoint] = RunHookPoints.all

    static func point(_ name: String) -> HookPoint? { all.first { $0.name == name } }

    /// The keys of a plugin's `hooks`.
    static let record = Record(
        noun: "hooks",
        fields: all.map { Field($0.name, .function($0.signature), .none, $0.when) })
}
