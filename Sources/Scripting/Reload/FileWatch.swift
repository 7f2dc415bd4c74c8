import Foundation
import Telemetry

/// Notices that one of a few files may have changed, at next to no cost when none has.
///
/// The system tells of changes in the files' folders (inotify), so that editors that write aside
/// and rename are seen too. Where it does not, as on some network disks, the files' times and sizes
/// are looked at now and then. A change is reported once the files have been left alone for a
/// moment: what is half written is not looked at.
final class FileWatch {
    private let paths: [String]
    private let folders: [String]
    private let names: Set<String>
    private let descriptor: Int32
    private let clock: any TimeSource
    private var signatures: [Signature?]
    private var lastLook: Double
    /// When a change was noticed that is not reported yet.
    private var noticedAt: Double?
    /// Whether the last change that was reported was one of the files themselves.
    private(set) var wasOfTheFiles = true
    /// Whether a change of anything in the files' folders counts, as where a file is missing that
    /// may be saved yet.
    var isWide = false {
        didSet { if isWide != oldValue { signatures = current } }
    }

    /// How long the files must have been left alone.
    static let quietSeconds = 0.05
    /// How often the files are looked at where the system tells nothing.
    static let lookSeconds = 0.5

    private struct Signature: Equatable {
        let inode: UInt64
        let size: Int64
        let seconds: Int
        let nanoseconds: Int
    }

    /// - Parameter usesSystem: whether the system is asked to tell; else the files are looked at.
    init(_ paths: [String], usesSystem: Bool = true, clock: any TimeSource = MonotonicClock()) {
        self.paths = paths
        self.clock = clock
        folders = Set(paths.map(FileWatch.folder)).sorted()
        names = Set(paths.map { String($0.split(separator: "/").last ?? "") })
        descriptor = usesSystem ? inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC)) : -1
        if descriptor >= 0 {
            let mask =
                IN_CLOSE_WRITE | IN_MODIFY | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE
            for folder in folders {
                inotify_add_watch(descriptor, folder, UInt32(mask))
            }
        }
        signatures = paths.map(FileWatch.signature)
        lastLook = clock.seconds
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Of which watches the system has something to tell, in one question for all of them.
    static func haveNews(_ watches: [FileWatch]) -> [Bool] {
        var questions = watches.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        // What could not be asked may have news.
        guard poll(&questions, nfds_t(questions.count), 0) >= 0 else {
            return watches.map { _ in true }
        }
        return questions.map { $0.revents != 0 }
    }

    /// Whether something changed since this last said so, and has been quiet since.
    ///
    /// - Parameter hasNews: whether the system may have something to tell.
    func hasSettled(hasNews: Bool = true) -> Bool {
        let now = clock.seconds
        if hasNews, systemTells() { noticedAt = noticedAt ?? now }
        if now - lastLook >= FileWatch.lookSeconds {
            lastLook = now
            if current != signatures { noticedAt = noticedAt ?? now }
        }
        guard let noticedAt else { return false }
        let current = current
        // The files' own times tell how long they were left alone before this was asked.
        guard
            FileWatch.age(of: current) >= FileWatch.quietSeconds
                || now - noticedAt >= 20 * FileWatch.quietSeconds
        else { return false }
        self.noticedAt = nil
        wasOfTheFiles = current.prefix(paths.count) != signatures.prefix(paths.count)
        signatures = current
        return true
    }

    private var current: [Signature?] {
        (isWide ? paths + below() : paths).map(FileWatch.signature)
    }

    /// The files' folders with the folders and scripts in them: a module may stand deeper.
    private func below() -> [String] {
        let (most, deepest) = (500, 3)
        var found: [String] = folders
        for folder in folders {
            let walk = FileManager.default.enumerator(
                at: URL(fileURLWithPath: folder), includingPropertiesForKeys: nil,
                options: [.skipsHiddenFiles])
            while let walk, let item = walk.nextObject() as? URL, found.count < most {
                if walk.level >= deepest { walk.skipDescendants() }
                if item.hasDirectoryPath || item.pathExtension == "lua" { found.append(item.path) }
            }
        }
        return found.sorted()
    }

    /// Seconds since the last of the files changed; files that are gone do not count.
    private static func age(of signatures: [Signature?]) -> Double {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return signatures.compactMap { $0 }.map { signature in
            Double(now.tv_sec - signature.seconds)
                + Double(now.tv_nsec - signature.nanoseconds) / 1e9
        }.min() ?? .infinity
    }

    /// Reads what the system has to tell; true where one of the files is meant.
    private func systemTells() -> Bool {
        guard descriptor >= 0 else { return false }
        return withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            var isMeant = false
            while true {
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                guard count > 0 else { return isMeant }
                var offset = 0
                let header = MemoryLayout<inotify_event>.size
                while offset + header <= count {
                    let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
                    let name = buffer[(offset + header)..<(offset + header + Int(event.len))]
                    isMeant =
                        isMeant || isWide
                        || names.contains(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self))
                    offset += header + Int(event.len)
                }
            }
        }
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private static func signature(of path: String) -> Signature? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return Signature(
            inode: UInt64(status.st_ino), size: Int64(status.st_size),
            seconds: status.st_ctim.tv_sec, nanoseconds: status.st_ctim.tv_nsec)
    }
}
