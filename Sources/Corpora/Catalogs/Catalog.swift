import Checkpoints
import Foundation
public import Naming

/// A folder of replay text: categories with where each is from, what it may be used for and its share.
///
/// `catalog.json` names them:
///
///     { "name": "starter", "description": "...",
///       "categories": { "fiction": { "path": "fiction", "percent": 40, "split": "blank_line",
///                                    "licence": "CC0-1.0", "description": "...", "hash": "..." } } }
///
/// `path` is a file or a folder inside the catalog; `split` or `field` say how its files become
/// documents, as in a recipe; `hash` is XXH3-128 of its files' bytes in the order of their paths.
public struct Catalog: Sendable, Hashable {
    /// One category.
    public struct Category: Sendable, Hashable {
        /// Unique in the catalog.
        public var name: String
        /// Within the catalog, as its file has it.
        public var path: String
        /// Its usual share of the replay.
        public var percent: Double
        /// Under which the text may be used; empty where the file does not say.
        public var licence: String
        /// What the text is, in a sentence.
        public var description: String
        /// What its files held when the catalog was made; nil where the file does not say.
        public var hash: ContentHash?
        /// The text, under the category's name.
        public var source: Source
    }

    /// What makes a folder a catalog.
    public static let fileName = "catalog.json"

    /// Absolute, or as it was given.
    public let folder: String
    /// The catalog's own name, or its folder's.
    public let name: String
    /// What it holds, in a sentence.
    public let description: String
    /// Sorted by name.
    public let categories: [Category]

    /// Reads `catalog.json`; opens no text.
    ///
    /// - Throws: `CorporaError` naming the file and the key.
    public init(folder: String) throws {
        let path = folder + "/" + Self.fileName
        self.folder = folder
        guard let contents = FileManager.default.contents(atPath: path) else {
            throw CorporaError(
                .missingFile, "the folder has no \(Self.fileName), so it is no catalog",
                advice: "Name a folder that Scripts/corpus made, or write the file.", path: path)
        }
        if let problem = StrictJSON.problem(in: Array(contents)) {
            throw CorporaError(
                .foreignFormat, problem.message, advice: "Mend the file.", path: path,
                line: problem.line)
        }
        guard let root = try? JSONSerialization.jsonObject(with: contents) as? [String: Any],
            let entries = root["categories"] as? [String: Any], !entries.isEmpty
        else { throw Self.fault("categories", "an object of categories is due", path) }
        name = try Self.text(root, "name", path) ?? (folder as NSString).lastPathComponent
        description = try Self.text(root, "description", path) ?? ""
        categories = try entries.sorted { $0.key < $1.key }.map { name, value in
            guard let entry = value as? [String: Any] else {
                throw Self.fault("categories.\(name)", "an object is due", path)
            }
            return try Category(name, entry, in: folder, file: path)
        }
    }

    /// The category of a name.
    ///
    /// - Throws: `CorporaError` with the nearest name.
    public func category(_ name: String) throws -> Category {
        if let found = categories.first(where: { $0.name == name }) { return found }
        let names = categories.map(\.name)
        throw CorporaError(
            .badSetting, "the catalog has no category \"\(name)\"",
            advice: nearestName(to: name, among: names).map { "Did you mean \"\($0)\"?" }
                ?? "It has \(names.joined(separator: ", ")).",
            path: folder + "/" + Self.fileName)
    }

    fileprivate static func text(
        _ entry: [String: Any], _ key: String, _ path: String, under place: String = ""
    ) throws -> String? {
        guard let value = entry[key], !(value is NSNull) else { return nil }
        guard let text = value as? String else { throw fault(place + key, "a text is due", path) }
        return text
    }

    fileprivate static func fault(_ key: String, _ sentence: String, _ path: String) -> CorporaError {
        CorporaError(.foreignFormat, "\(key): \(sentence)", advice: "Mend the file.", path: path)
    }
}

extension Catalog.Category {
    fileprivate static let keys = [
        "path", "percent", "split", "field", "licence", "description", "hash",
    ]

    fileprivate init(
        _ name: String, _ entry: [String: Any], in folder: String, file: String
    ) throws {
        let place = "categories.\(name)."
        func text(_ key: String) throws -> String? {
            try Catalog.text(entry, key, file, under: place)
        }
        if let unknown = entry.keys.sorted().first(where: { !Self.keys.contains($0) }) {
            throw Catalog.fault(
                place + unknown,
                "this key is not known; " + nearestNameHint(to: unknown, among: Self.keys), file)
        }
        guard let path = try text("path") else {
            throw Catalog.fault(place + "path", "a file or folder is due", file)
        }
        // A catalog is handed from one to another: what it reads lies within it.
        guard !path.hasPrefix("/"), !path.split(separator: "/").contains("..") else {
            throw Catalog.fault(place + "path", "\"\(path)\" leaves the catalog", file)
        }
        var percent = 0.0
        if let value = entry["percent"] {
            // 0 and 1 are Booleans to a cast, and numbers all the same.
            guard let number = value as? NSNumber, String(cString: number.objCType) != "c",
                (0...100).contains(number.doubleValue)
            else { throw Catalog.fault(place + "percent", "a number of 0 to 100 is due", file) }
            percent = number.doubleValue
        }
        var hash: ContentHash?
        if let digits = try text("hash") {
            guard let value = ContentHash(hex: digits) else {
                throw Catalog.fault(place + "hash", "32 hexadecimal digits are due", file)
            }
            hash = value
        }
        let target = folder + "/" + path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else {
            throw CorporaError(
                .missingFile, "\(place)path: there is no \(target)", advice: "Copy it again.",
                path: file)
        }
        let format = try Self.format(
            split: text("split"), field: text("field"),
            fault: { Catalog.fault(place + $0, $1, file) })
        self.init(
            name: name, path: path, percent: percent, licence: try text("licence") ?? "",
            description: try text("description") ?? "", hash: hash,
            source: Source(
                name: name,
                place: isFolder.boolValue
                    ? .folder(target, patterns: Source.defaultPatterns) : .files([target]),
                format: format))
    }

    private static func format(
        split: String?, field: String?, fault: (String, String) -> CorporaError
    ) throws -> Source.Format {
        if let field { return .jsonLines(field: field) }
        switch split {
        case "file": return .text(.whole)
        case "line": return .text(.lines)
        case "blank_line": return .text(.blankLines)
        case nil: return .automatic
        default: throw fault("split", "\"file\", \"line\" or \"blank_line\" is due")
        }
    }

    /// What the files hold now.
    ///
    /// - Throws: `CorporaError` or `CheckpointError` naming a file that cannot be read.
    public func contents() throws -> Catalog.Contents {
        let hasher = ContentHasher()
        var bytes = 0
        let files = try FileListing(source).files
        for file in files {
            let map = try MappedFile(path: file.path)
            try map.forEachPiece { (_, piece) throws(CheckpointError) in hasher.update(piece) }
            bytes += map.byteCount
        }
        return Catalog.Contents(hash: hasher.finish(), count: files.count, bytes: bytes)
    }
}

extension Catalog {
    /// The files of a category, measured.
    public struct Contents: Sendable, Hashable {
        /// XXH3-128 of their bytes, in the order of their paths.
        public var hash: ContentHash
        /// Files.
        public var count: Int
        /// Of all files.
        public var bytes: Int
    }

    /// Writes the categories' hashes into `catalog.json`; all else in it stays.
    ///
    /// - Throws: `CorporaError` where the file cannot be written.
    public func seal(_ hashes: [String: ContentHash]) throws {
        let path = folder + "/" + Self.fileName
        do {
            let url = URL(filePath: path)
            guard
                var root = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
                    as? [String: Any],
                var entries = root["categories"] as? [String: [String: Any]]
            else { throw Self.fault("categories", "an object of categories is due", path) }
            for (name, hash) in hashes { entries[name]?["hash"] = hash.hex }
            root["categories"] = entries
            let options: JSONSerialization.WritingOptions = [
                .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
            ]
            try JSONSerialization.data(withJSONObject: root, options: options)
                .write(to: url, options: .atomic)
        } catch let error as CorporaError {
            throw error
        } catch {
            throw CorporaError(
                .system, "the file cannot be written: \(error.localizedDescription)",
                advice: "Mend its permissions.", path: path)
        }
    }
}
