import Checkpoints
import Foundation

/// What a run goes on with for its hooks, looked at before the run is opened: what its newest
/// checkpoint holds, or what it began with where it has none.
public enum SavedHooks {
    /// What each remembers, by name; empty where nothing can be read.
    ///
    /// The run may be under way in another process; nothing is locked or changed. A checkpoint that
    /// turns out to be damaged is passed over here as it is when the run goes on.
    public static func states(run folder: String) -> [String: [UInt8]] {
        let checkpoints = folder + "/checkpoints"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: checkpoints)) ?? []
        let byAge = names.filter { CheckpointName.step(of: $0) != nil }
            .sorted { (CheckpointName.step(of: $0) ?? 0) > (CheckpointName.step(of: $1) ?? 0) }
        for name in byAge {
            if let saved = try? CheckpointFolder(path: checkpoints + "/" + name),
                let states = try? HookState.read(from: saved)
            {
                return states
            }
        }
        return (try? HookState.readBeginning(run: folder)) ?? [:]
    }
}
