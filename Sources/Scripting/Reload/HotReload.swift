import Glibc
import LuaRuntime
import Telemetry
import Training

/// Brings edited scripts into a run: noticed, compiled, loaded under budget, held against their own
/// examples, asked the last calls beside the old version, and then offered to the run as an event
/// that swaps them between two steps.
///
/// What fails any of it is refused, and the old version goes on.
final class HotReload {
    private let settings: ReloadSettings
    private let archive: ScriptArchive
    private let usesSystem: Bool
    private var watches: [String: FileWatch] = [:]
    /// Versions that were made ready and wait for their swap, by hash.
    private var ready: [String: [LoadedScript]] = [:]
    private var refused: Set<String> = []
    /// Why each script's files were refused last.
    private var refusals: [String: String] = [:]
    /// Scripts whose main file is gone, and that was told.
    private var gone: Set<String> = []
    /// Scripts whose files are to be looked at though nobody saw them change.
    private var unseen: Set<String> = []

    /// - Parameter usesSystem: whether the system tells of changes; else files are looked at.
    init(_ settings: ReloadSettings, run: String, usesSystem: Bool = true) {
        self.settings = settings
        archive = ScriptArchive(run: run)
        self.usesSystem = usesSystem
    }

    /// Begins to look at the files: what is saved while a run is prepared is not missed.
    func watch(_ slots: [ScriptSlot]) {
        for slot in slots { _ = watch(slot) }
    }

    /// What has happened to the files since this was last asked.
    ///
    /// - Parameter say: hears of refusals.
    func events(
        _ slots: [ScriptSlot], say: (ScriptSlot, String) -> Void
    ) -> [ScriptEvent] {
        let watches = slots.map(watch)
        let haveNews = FileWatch.haveNews(watches)
        return slots.indices.compactMap { index in
            let slot = slots[index]
            let hasSettled = watches[index].hasSettled(hasNews: haveNews[index])
            guard unseen.remove(slot.name) != nil || hasSettled else { return nil }
            do {
                let event = try candidate(for: slot, say: say)
                watches[index].isWide = false
                refusals[slot.name] = nil
                return event
            } catch {
                let reason = "\(error)"
                // What it lacks, such as a file that it requires, may be saved yet; until then it
                // is refused for the same reason, which is told.
                watches[index].isWide = true
                let isTold = refusals.updateValue(reason, forKey: slot.name) == reason
                if isTold, !watches[index].wasOfTheFiles { return nil }
                say(slot, "the changed file is refused, and the old version goes on: \(reason)")
                return ScriptEvent(
                    name: "swap_refused",
                    fields: [
                        "script": .string(slot.name), "hash": .string(slot.unit.hash),
                        "reason": .string(reason),
                    ], hasEffect: false)
            }
        }
    }

    private func candidate(
        for slot: ScriptSlot, say: (ScriptSlot, String) -> Void
    ) throws -> ScriptEvent? {
        let clock = Stopwatch()
        // A file that was removed is about to come back, or the run goes on without it.
        if let main = slot.files.first, !FileWatch.exists(main) {
            if gone.insert(slot.name).inserted {
                say(slot, "\(main) is gone; the version in force goes on, until it is back")
            }
            return nil
        }
        let wasGone = gone.remove(slot.name) != nil
        let unit = try slot.recipe.make(nil) { _ in }
        let version = ScriptVersion(unit)
        guard version.hash != slot.unit.hash, !refused.contains(version.hash) else {
            if wasGone, let main = slot.files.first { say(slot, "\(main) is back, as it was") }
            return nil
        }
        refused.insert(version.hash)
        guard !settings.isLocked else {
            throw ScriptingError(.badFile, "the run is locked (--locked)")
        }
        try slot.recipe.test(unit.files)
        let shift = try slot.shift(to: unit.files)
        if let shift, let most = settings.maximumShift, shift.value > most {
            throw ScriptingError(
                .badAnswer,
                "its answers to \(shift.count) calls lie as far as \(shift.value) from the old ones, "
                    + "at \(shift.door)\(shift.example), and reload.max_shift is \(most). Save one "
                    + "that lies closer; the limit itself is changed in the recipe of a new run")
        }
        if shift?.isWhole != true, settings.unmeasured == .refuse {
            try refuseUnmeasured(unit, in: slot)
        }
        refused.remove(version.hash)
        try archive.keep(unit.files)
        ready[version.hash] = unit.files
        var fields = HotReload.fields(of: version, for: slot)
        fields["shift"] = shift.map { .double($0.value) } ?? .string("not measured")
        fields["calls"] = .int(shift?.count ?? 0)
        fields["seconds"] = .double(clock.elapsedSeconds)
        return ScriptEvent(name: HotReload.swapName, fields: fields)
    }

    /// Refuses a version whose answers could not be compared, where it gives some.
    ///
    /// A script that only looks has no answer that could lie far from another.
    private func refuseUnmeasured(_ unit: ScriptUnit, in slot: ScriptSlot) throws {
        guard unit.givesAnswers || slot.unit.givesAnswers else { return }
        guard slot.unit.givesAnswers else {
            throw ScriptingError(
                .badAnswer,
                "it answers, and the version in force does not, so that there is nothing to "
                    + "measure its shift against, and reload.unmeasured is \"refuse\". Begin a new "
                    + "run with it")
        }
        // The same bytes may do later.
        refused.remove(ScriptVersion(unit).hash)
        throw ScriptingError(
            .badAnswer,
            "too few calls were made to measure its shift, and reload.unmeasured is "
                + "\"refuse\". Save it again when the run has asked it more often")
    }

    /// The event that brings an older version back.
    ///
    /// - Parameter hash: the first digits of its hash; nil for the one before.
    /// - Throws: `ScriptingError` where there is none.
    func rollback(_ slot: ScriptSlot, to hash: String?) throws -> ScriptEvent {
        let version = try hash.map { try slot.version($0) } ?? slot.versionBefore
        guard let version else {
            throw ScriptingError(.badValue, "\(slot.name) has no earlier version in this run")
        }
        // What would not hold is refused before it is in the journal.
        try slot.checkHandover(to: unit(version, of: slot) { _ in })
        var fields = HotReload.fields(of: version, for: slot)
        fields["reason"] = .string("rollback")
        return ScriptEvent(name: HotReload.swapName, fields: fields)
    }

    static let swapName = "swap"

    /// Lets a journalled swap take effect.
    ///
    /// - Returns: what became of the script, in half a sentence.
    func apply(_ event: ScriptEvent, to slots: [ScriptSlot], log: @escaping (ScriptLogLine) -> Void)
        throws -> String
    {
        guard event.name == HotReload.swapName, case .string(let name)? = event.fields["script"],
            case .string(let hash)? = event.fields["new"],
            case .list(let lines)? = event.fields["files"]
        else { throw ScriptingError(.badValue, "this event is no swap that can be repeated") }
        guard let slot = slots.first(where: { $0.name == name }) else {
            throw ScriptingError(.badValue, "the run no longer uses \(name)")
        }
        let texts = lines.compactMap { line in
            if case .string(let text) = line { text } else { nil }
        }
        guard let version = ScriptVersion(hash: hash, lines: texts) else {
            throw ScriptingError(.badValue, "this event does not say what its version is made of")
        }
        let before = String(slot.unit.hash.prefix(8))
        let watched = slot.files
        try slot.swap(
            to: unit(version, of: slot, log: log),
            goesBack: event.fields["reason"] == .string("rollback"))
        // A watch that went on saw what was saved while the version was made ready.
        if slot.files != watched { watches[name] = FileWatch(slot.files, usesSystem: usesSystem) }
        return "went from version \(before) to \(slot.unit.hash.prefix(8))."
    }

    /// A unit of a version, from the bytes that were kept.
    func unit(
        _ version: ScriptVersion, of slot: ScriptSlot, log: @escaping (ScriptLogLine) -> Void
    ) throws -> ScriptUnit {
        let files = try ready.removeValue(forKey: version.hash) ?? archive.files(version.entries)
        return try slot.recipe.make(files, log)
    }

    /// Whether a resumed run takes the files as they are on the disk.
    var takesEdited: Bool { settings.takesEdited && !settings.isLocked }

    /// The event that tells of a version that could not be loaded, and of the one on the disk that
    /// is in force in its place.
    func replacement(of version: ScriptVersion, in slot: ScriptSlot) throws -> ScriptEvent {
        try keep(slot)
        var fields = HotReload.fields(of: ScriptVersion(slot.unit), for: slot)
        fields["old"] = .string(version.hash)
        return ScriptEvent(name: HotReload.swapName, fields: fields, hasEffect: false)
    }

    /// Has a script's files looked at as if they had just been saved, where edits made between two
    /// lives of the run are wanted.
    func look(at slot: ScriptSlot) -> Bool {
        guard takesEdited else { return false }
        unseen.insert(slot.name)
        return true
    }

    /// Keeps the bytes of what is in force, so that a later run finds them.
    func keep(_ slot: ScriptSlot) throws { try archive.keep(slot.unit.files) }

    private func watch(_ slot: ScriptSlot) -> FileWatch {
        if let watch = watches[slot.name] { return watch }
        let watch = FileWatch(slot.files, usesSystem: usesSystem)
        watches[slot.name] = watch
        return watch
    }

    private static func fields(
        of version: ScriptVersion, for slot: ScriptSlot
    ) -> [String: MetricValue] {
        [
            "script": .string(slot.name), "old": .string(slot.unit.hash),
            "new": .string(version.hash),
            "files": .list(version.entries.map { .string($0.text) }),
        ]
    }
}

extension ScriptSlot {
    /// The version of this run that a hash's first digits name.
    ///
    /// - Throws: `ScriptingError` where there is none, or more than one, or where it is in force.
    fileprivate func version(_ digits: String) throws -> ScriptVersion {
        var known: [ScriptVersion] = []
        for version in versions where !known.contains(version) { known.append(version) }
        let meant = known.filter { $0.hash.hasPrefix(digits) }
        func list(_ versions: [ScriptVersion]) -> String {
            versions.map(\.short).joined(separator: ", ")
        }
        guard digits.count >= 4 else {
            throw ScriptingError(
                .badValue,
                "give at least four digits of a version's hash; the versions of \(name) in this run "
                    + "are \(list(known))")
        }
        guard let version = meant.first else {
            let shown = PrintableText.line(String(digits.prefix(40)))
            throw ScriptingError(
                .badValue,
                "\(name) was never at version \(shown) in this run; its versions are "
                    + list(known))
        }
        guard meant.count == 1 else {
            throw ScriptingError(
                .badValue,
                "\(digits) stands for \(meant.count) versions of \(name): \(list(meant)); give more "
                    + "digits")
        }
        guard version.hash != unit.hash else {
            throw ScriptingError(.badValue, "\(name) is at version \(version.short) already")
        }
        return version
    }

    /// The files on the disk that its version was read from; none for a shipped plugin.
    fileprivate var files: [String] { unit.files.map(\.path).filter { $0.hasPrefix("/") } }
}

extension FileWatch {
    fileprivate static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
