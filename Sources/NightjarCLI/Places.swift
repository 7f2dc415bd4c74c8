import Foundation
import Training

/// Where things that outlive a run are kept.
enum Places {
    /// `$NIGHTJAR_CACHE`, else `$XDG_CACHE_HOME/nightjar`, else `~/.cache/nightjar`.
    static var cache: String {
        let environment = ProcessInfo.processInfo.environment
        if let folder = environment["NIGHTJAR_CACHE"], !folder.isEmpty { return folder }
        if let folder = environment["XDG_CACHE_HOME"], !folder.isEmpty {
            return folder + "/nightjar"
        }
        return NSHomeDirectory() + "/.cache/nightjar"
    }

    /// Tokenized corpora, shared by all runs.
    static var corpora: String { cache + "/corpora" }

    /// What is known of this machine's speed.
    static var speeds: SpeedStore { SpeedStore(folder: cache) }
}
