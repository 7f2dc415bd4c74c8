import Foundation
import Testing

@testable import Corpora

@Suite struct CatalogTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for (name, text) in [("verse/a.txt", "one\n\ntwo"), ("law.jsonl", "{\"text\":\"act\"}\n")] {
            let file = URL(filePath: folder.path + "/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    private func write(_ json: String) throws {
        try Data(json.utf8).write(to: URL(filePath: folder.path + "/" + Catalog.fileName))
    }

    private static let sound = """
        {"name": "small", "description": "two", "categories": {
          "verse": {"path": "verse", "split": "blank_line", "percent": 70, "licence": "CC0-1.0"},
          "law": {"path": "law.jsonl", "percent": 30}}}
        """

    @Test func categoriesAreSources() throws {
        try write(Self.sound)
        let catalog = try Catalog(folder: folder.path)
        #expect(catalog.categories.map(\.name) == ["law", "verse"])
        #expect(catalog.categories.map(\.percent) == [30, 70])
        #expect(try catalog.category("verse").source.format == .text(.blankLines))
        let law = try catalog.category("law").source
        #expect(law.format == .automatic && law.place == .files([folder.path + "/law.jsonl"]))
        #expect(
            throws: CorporaError(
                .badSetting, "the catalog has no category \"vers\"",
                advice: "Did you mean \"verse\"?", path: folder.path + "/catalog.json")
        ) { _ = try catalog.category("vers") }
    }

    @Test func noneAndOneAreNumbers() throws {
        try write(
            #"{"categories": {"a": {"path": "verse", "percent": 0}, "b": {"path": "verse", "percent": 1}}}"#
        )
        #expect(try Catalog(folder: folder.path).categories.map(\.percent) == [0, 1])
    }

    @Test func aSealTellsFilesThatChanged() throws {
        try write(Self.sound)
        let catalog = try Catalog(folder: folder.path)
        let hashes = try catalog.categories.map { ($0.name, try $0.contents().hash) }
        try catalog.seal(Dictionary(uniqueKeysWithValues: hashes))
        let sealed = try Catalog(folder: folder.path)
        #expect(sealed.categories.map(\.hash) == hashes.map(\.1))
        #expect(sealed.description == "two" && sealed.categories[1].licence == "CC0-1.0")
        try Data("three".utf8).write(to: URL(filePath: folder.path + "/verse/b.txt"))
        let verse = try sealed.category("verse")
        #expect(try verse.contents().hash != verse.hash)
        #expect(try verse.contents().count == 2)
    }

    @Test(arguments: [
        ("{", "catalog.json:1"), ("[]", "categories"), (#"{"categories": {}}"#, "categories"),
        (#"{"categories": {"a": 1}}"#, "categories.a"),
        (#"{"categories": {"a": {}}}"#, "categories.a.path"),
        (#"{"categories": {"a": {"path": "../x"}}}"#, "leaves the catalog"),
        (#"{"categories": {"a": {"path": "/etc"}}}"#, "leaves the catalog"),
        (#"{"categories": {"a": {"path": "gone"}}}"#, "there is no"),
        (#"{"categories": {"a": {"path": "verse", "percent": 101}}}"#, "0 to 100"),
        (#"{"categories": {"a": {"path": "verse", "percent": "x"}}}"#, "0 to 100"),
        (#"{"categories": {"a": {"path": "verse", "percent": true}}}"#, "0 to 100"),
        (#"{"categories": {"a": {"path": "verse", "split": "page"}}}"#, "blank_line"),
        (#"{"categories": {"a": {"path": "verse", "hash": "12"}}}"#, "32 hexadecimal"),
        (#"{"categories": {"a": {"path": "verse", "percnt": 1}}}"#, "percent"),
        (#"{"categories": {"a": {"path": "verse"}, "a": {"path": "verse"}}}"#, "a"),
    ])
    func whatIsNoCatalogIsRefusedByPlace(json: String, place: String) throws {
        try write(json)
        let error = #expect(throws: CorporaError.self) { _ = try Catalog(folder: folder.path) }
        #expect(error.map { "\($0)".contains(place) && "\($0)".contains("catalog.json") } == true)
    }

    @Test func aFolderWithoutItsFileIsNoCatalog() {
        let error = #expect(throws: CorporaError.self) { _ = try Catalog(folder: folder.path) }
        #expect(error?.code == .missingFile)
    }
}
