import Foundation
public import Tokenizers

/// A folder of tokenized corpora, so that a second run starts at once.
///
/// Every corpus is a folder named by source and key. A changed file, setting or tokenizer is
/// another key. A folder appears complete or not at all; a second process that wants the same
/// corpus waits for the first.
public struct CorpusCache: Sendable {
    public let folder: String

    public init(folder: String) { self.folder = folder }

    /// Opens the corpus of a source if it is there, whole and up to date; reads no text.
    public func existing(
        _ source: Source, tokenizer: any Tokenizer, supervised: SupervisedEncoding? = nil
    ) throws -> Corpus? {
        let place = try place(of: source, tokenizer, supervised)
        guard FileManager.default.fileExists(atPath: place.folder) else { return nil }
        return try open(place, source, tokenizer, wasCached: true)
    }

    /// Opens the corpus of a source, tokenizing it first where that is needed.
    ///
    /// - Parameters:
    ///   - supervised: as in `ShardBuilder`.
    ///   - progress: as in `ShardBuilder`; not called where the corpus is there.
    /// - Throws: `CorporaError` for bad input, an empty corpus or a failing disk.
    public func corpus(
        _ source: Source, tokenizer: any Tokenizer, supervised: SupervisedEncoding? = nil,
        progress: @escaping (BuildProgress) throws -> Void = { _ in }
    ) throws -> Corpus {
        let place = try place(of: source, tokenizer, supervised)
        if FileManager.default.fileExists(atPath: place.folder),
            let corpus = try? open(place, source, tokenizer, wasCached: true)
        {
            return corpus
        }
        try makeFolder()
        let lock = try OpenFile(locking: place.folder + ".lock")
        _ = try lock.lock(waits: true)
        var remarks: [String] = []
        if FileManager.default.fileExists(atPath: place.folder) {
            do {
                return try open(place, source, tokenizer, wasCached: true)
            } catch let error as CorporaError {
                // Its rows would be as bad again.
                if error.code == .badRow { throw error }
                remarks.append("tokenized again, for the cached corpus does not open: \(error)")
                try remove(place.folder)
            }
        }
        removeStale()
        let aside = place.folder + ".partial"
        try? FileManager.default.removeItem(atPath: aside)
        guard mkdir(aside, 0o755) == 0 else { throw CorporaError.system("create", aside) }
        do {
            let builder = ShardBuilder(
                source: source, tokenizer: tokenizer, supervised: supervised, progress: progress)
            let report = try builder.build(
                trainPath: aside + "/train.shard", validationPath: aside + "/validation.shard")
            try write(report, to: aside + "/report.json")
            try OpenFile.synchronizeFolder(aside)
            guard try self.place(of: source, tokenizer, supervised).key == place.key else {
                throw CorporaError(
                    .changedWhileRead,
                    "the files of source '\(source.name)' changed while being read",
                    advice: "Start again when they are complete.")
            }
            guard rename(aside, place.folder) == 0 else {
                throw CorporaError.system("rename", aside)
            }
            try OpenFile.synchronizeFolder(folder)
        } catch {
            try? FileManager.default.removeItem(atPath: aside)
            throw error
        }
        return try open(place, source, tokenizer, wasCached: false, remarks: remarks)
    }

    private struct Place {
        var folder: String
        var key: String
    }

    private func place(
        of source: Source, _ tokenizer: any Tokenizer, _ supervised: SupervisedEncoding?
    ) throws -> Place {
        try source.validate()
        let key = SourceKey.of(
            source, listing: try FileListing(source), tokenizer: tokenizer,
            supervised: supervised)
        let name = String(
            source.name.unicodeScalars.prefix(40).map {
                $0.isASCII && ($0.properties.isAlphabetic || $0.properties.numericType != nil)
                    ? Character($0) : "-"
            })
        return Place(folder: "\(folder)/\(name)-\(key)", key: key)
    }

    private func open(
        _ place: Place, _ source: Source, _ tokenizer: any Tokenizer, wasCached: Bool,
        remarks: [String] = []
    ) throws -> Corpus {
        func shard(_ side: String) throws -> TokenShard {
            let path = "\(place.folder)/\(side).shard"
            let shard = try TokenShard(
                path: path, name: source.name, tokenizerFingerprint: tokenizer.fingerprint)
            guard shard.sourceKey == place.key else {
                throw CorporaError(
                    .foreignFormat, "the shard was made from another source or other settings",
                    advice: "Remove it; it is made again.", path: path)
            }
            return shard
        }
        let reportPath = place.folder + "/report.json"
        guard let data = FileManager.default.contents(atPath: reportPath),
            let report = try? JSONDecoder().decode(ReadReport.self, from: data)
        else {
            throw CorporaError(
                .damagedFile, "the report of the corpus is unreadable",
                advice: "Remove its folder; it is made again.", path: reportPath)
        }
        try source.maximumBadRows?.check(report, of: source, isEnd: true)
        return Corpus(
            name: source.name, train: try shard("train"), validation: try shard("validation"),
            report: report, wasCached: wasCached, remarks: remarks)
    }

    private func write(_ report: ReadReport, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let file = try OpenFile(creating: path)
        try Array(encoder.encode(report)).withUnsafeBytes(file.write)
        try file.synchronize()
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw CorporaError(
                .system, "the cache folder cannot be created",
                advice: "Check its permissions, or name another.", path: folder)
        }
    }

    private func remove(_ path: String) throws {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            throw CorporaError(
                .system, "the damaged corpus cannot be removed", advice: "Remove it by hand.",
                path: path)
        }
    }

    /// Removes what builders that were killed left behind: partial folders whose lock is free.
    private func removeStale() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasSuffix(".partial") {
            let path = folder + "/" + name
            guard let lock = try? OpenFile(locking: path.dropLast(8) + ".lock"),
                (try? lock.lock(waits: false)) == true
            else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
