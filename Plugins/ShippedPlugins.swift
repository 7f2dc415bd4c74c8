/// The plugins that come with the program: the bytes of their main files, so that a recipe finds
/// them from any folder.
public enum ShippedPlugins {
    /// Main files by plugin name, in alphabetical order.
    public static let all: [(name: String, source: [UInt8])] = [
        ("brevity", PackageResources.brevity_lua),
        ("competence", PackageResources.competence_lua),
        ("exact-answer", PackageResources.exact_answer_lua),
        ("forgetting-guard", PackageResources.forgetting_guard_lua),
        ("loss-based", PackageResources.loss_based_lua),
        ("plateau", PackageResources.plateau_lua),
        ("progress-notes", PackageResources.progress_notes_lua),
        ("short-first", PackageResources.short_first_lua),
        ("spike-guard", PackageResources.spike_guard_lua),
        ("staged", PackageResources.staged_lua),
    ]
}
