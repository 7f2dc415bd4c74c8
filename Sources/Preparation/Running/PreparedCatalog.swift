import Checkpoints
import Corpora
import Foundation

/// Makes a folder of prepared text a catalog.
enum PreparedCatalog {
    /// Writes `catalog.json` with a category for each source of which something is left; shares are
    /// those of the text, and hashes those of the files.
    static func write(_ report: PreparationReport, about: String, to folder: String) throws {
        let left = report.sources.filter { $0.kept > 0 && !$0.holdsConversations }
        var categories: [String: Any] = [:]
        for (source, percent) in zip(left, percentages(left.map(\.keptBytes))) {
            categories[source.name] = [
                "path": PreparationOutput.sourceFolder(source.name), "field": "text",
                "percent": percent, "licence": source.licence, "description": source.about,
            ] as [String: Any]
        }
        let root: [String: Any] = [
            "name": (folder as NSString).lastPathComponent, "description": about,
            "categories": categories,
        ]
        let options: JSONSerialization.WritingOptions = [
            .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
        ]
        let bytes = Array(try JSONSerialization.data(withJSONObject: root, options: options))
        try AtomicFile(path: folder + "/" + Catalog.fileName).write { try $0.write(bytes) }
        let catalog = try Catalog(folder: folder)
        try catalog.seal(
            Dictionary(
                uniqueKeysWithValues: try catalog.categories.map {
                    ($0.name, try $0.contents().hash)
                }))
    }

    /// Shares in hundredths of a percent that add up to 100: what rounding down leaves goes to those
    /// that lost most by it.
    static func percentages(_ amounts: [Int]) -> [Double] {
        let sum = Double(amounts.reduce(0, +))
        let exact = amounts.map { Double($0) / sum * 10_000 }
        var rounded = exact.map { Int($0) }
        let order = exact.indices.sorted {
            (exact[$0] - Double(rounded[$0]), $1) > (exact[$1] - Double(rounded[$1]), $0)
        }
        for index in order.prefix(10_000 - rounded.reduce(0, +)) { rounded[index] += 1 }
        return rounded.map { Double($0) / 100 }
    }
}
