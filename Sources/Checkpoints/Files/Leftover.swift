import Glibc
import Synchronization

/// The hidden names under which work in progress stands beside the finished: `.NAME.ROLE-PID`.
struct Leftover: Hashable {
    /// What the name holds.
    enum Role: String, CaseIterable {
        /// Something being written, not yet whole.
        case partial
        /// What stood under the name before, until its successor is in place.
        case replaced
        /// Something on its way out.
        case deleted
    }

    let finalName: String
    let role: Role
    let processID: Int32

    var name: String { ".\(finalName).\(role.rawValue)-\(processID)" }

    /// Reads a hidden name; nil for names of any other form.
    init?(name: String) {
        guard name.hasPrefix("."), let dot = name.lastIndex(of: "."), dot > name.startIndex,
            let dash = name.lastIndex(of: "-"), dash > dot,
            let role = Role(rawValue: String(name[name.index(after: dot)..<dash])),
            let processID = Int32(name[name.index(after: dash)...]), processID > 0
        else { return nil }
        self.init(
            String(name[name.index(after: name.startIndex)..<dot]), role, processID: processID)
    }

    init(_ finalName: String, _ role: Role, processID: Int32 = getpid()) {
        self.finalName = finalName
        self.role = role
        self.processID = processID
    }

    /// Whether the process that left it may still be working on it.
    ///
    /// With `exclusive`, the caller holds the run's lock, so that only this process can be.
    func isInUse(in folder: String, exclusive: Bool) -> Bool {
        if processID == getpid() { return WorkInProgress.contains(folder + "/" + finalName) }
        if exclusive { return false }
        return kill(processID, 0) == 0 || errno == EPERM
    }

    /// Puts back or removes what dead processes left in `folder`: a replaced folder whose successor
    /// never came into place returns under its name, everything else goes.
    ///
    /// Throws where something cannot be put back; what cannot be removed is returned instead, for
    /// it does no harm.
    static func clear(
        _ folder: String, exclusive: Bool, fileSystem: any FileSystem
    ) throws(CheckpointError) -> [CheckpointError] {
        let names = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
            try fileSystem.names(in: folder)
        }
        var kept: [CheckpointError] = []
        for name in names {
            guard let leftover = Leftover(name: name),
                !leftover.isInUse(in: folder, exclusive: exclusive)
            else { continue }
            let path = folder + "/" + name
            let final = folder + "/" + leftover.finalName
            if leftover.role == .replaced {
                let kind = try fileSystem.uninterrupted { () throws(SystemCallFailure) in
                    try fileSystem.kind(of: final)
                }
                if kind == .missing {
                    try fileSystem.move(path, to: final)
                    try fileSystem.synchronizeFolder(folder)
                    continue
                }
            }
            do throws(CheckpointError) {
                try leftover.discard(in: folder, fileSystem: fileSystem)
            } catch {
                kept.append(error)
            }
        }
        return kept
    }

    /// Removes what stands under this name. What was replaced first loses that role: half removed,
    /// it must never be put back.
    func discard(in folder: String, fileSystem: any FileSystem) throws(CheckpointError) {
        var path = folder + "/" + name
        if role == .replaced {
            let doomed = folder + "/" + Leftover(finalName, .deleted, processID: processID).name
            try fileSystem.removeTree(doomed)
            try fileSystem.move(path, to: doomed)
            path = doomed
        }
        try fileSystem.removeTree(path)
    }
}

/// The final paths that this process is writing now: its own leftovers under other names are dead.
enum WorkInProgress {
    private static let paths = Mutex<[String: Int]>([:])

    static func begin(_ path: String) { paths.withLock { $0[path, default: 0] += 1 } }

    static func end(_ path: String) {
        paths.withLock { counts in
            let count = counts[path, default: 0] - 1
            counts[path] = count > 0 ? count : nil
        }
    }

    static func contains(_ path: String) -> Bool { paths.withLock { $0[path] != nil } }
}
