import ArgumentParser
import Corpora
import Foundation
import Naming
import Telemetry

/// `nightjar data catalog`: what a folder of replay text holds, and whether it is what it was.
struct DataCatalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalog",
        abstract: "Shows the categories of a catalog, and holds its files against their hashes.",
        discussion: """
            A catalog is a folder with a catalog.json, as Scripts/corpus makes one. A recipe draws \
            from it with nj.data.mix { replay = { catalog = "FOLDER", fiction = 60, law = 40 } }.
            """)

    @Argument(help: "The catalog's folder.")
    var folder: String

    @Flag(help: "Write the hashes of the files as they are now into catalog.json.")
    var seal = false

    @Flag(help: "Print one JSON object.")
    var json = false

    mutating func run() throws {
        let catalog = try Catalog(folder: folder)
        let display = RunDisplay()
        var found: [(category: Catalog.Category, files: Catalog.Contents)] = []
        for (index, category) in catalog.categories.enumerated() {
            display.prepares(
                "hashing \(category.name)", share: Double(index) / Double(catalog.categories.count))
            found.append((category, try category.contents()))
        }
        display.finish()
        if seal {
            try catalog.seal(
                Dictionary(uniqueKeysWithValues: found.map { ($0.category.name, $0.files.hash) }))
        }
        let changed = seal
            ? []
            : found.filter { $0.category.hash != nil && $0.category.hash != $0.files.hash }
                .map(\.category.name)
        if json {
            try Output.json([
                "name": catalog.name, "description": catalog.description, "changed": changed,
                "categories": found.map { category, files in
                    [
                        "name": category.name, "percent": category.percent,
                        "licence": category.licence, "description": category.description,
                        "files": files.count, "bytes": files.bytes, "hash": files.hash.hex,
                    ] as [String: Any]
                },
            ])
        } else {
            var table = AlignedTable(columns: ["category", "percent", "files", "bytes", "licence"])
            for (category, files) in found {
                table.add([
                    PrintableText.line(category.name), HumanFormat.fixed(category.percent, digits: 2),
                    "\(files.count)", "\(files.bytes)", PrintableText.line(category.licence),
                ])
            }
            try Output.text(
                PrintableText.line("\(catalog.name): \(catalog.description)") + "\n"
                    + table.render(style: .detect(descriptor: 1)) + "\n")
        }
        guard changed.isEmpty else {
            throw CorporaError(
                .damagedFile,
                "the files of \(changed.joined(separator: ", ")) are not what the catalog was made "
                    + "of",
                advice: "Copy them again, or accept them with --seal.",
                path: folder + "/" + Catalog.fileName)
        }
    }
}
