import Foundation
import Templates
import Testing

/// Every rendering is, byte for byte, what Python's jinja2 makes.
@Suite struct GoldenTests {
    @Test func rendersTemplatesInPublishedStylesAsPythonDoes() throws {
        let golden = try GoldenRendering.read("styles.json")
        let conversations = golden["conversations"]?.dictionary ?? [:]
        var count = 0
        for template in golden["templates"]?.items ?? [] {
            let source = template["source"]?.text ?? ""
            for row in template["renderings"]?.items ?? [] {
                let title = row["title"]?.text ?? ""
                let variables = try #require(conversations[title]).dictionary
                let difference = GoldenRendering(row.dictionary).difference(source, variables)
                #expect(difference == nil, "\(template["name"]?.text ?? ""), \(title)")
                count += 1
            }
        }
        #expect(count > 400)
    }

    @Test(arguments: ["cases.json", "random.json"])
    func rendersSmallTemplatesAsPythonDoes(file: String) throws {
        #expect(try differences(try GoldenRendering.read(file)) > 450)
    }

    /// More than are kept, from `Scripts/goldens/templates.py --random SEED COUNT FILE`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["NIGHTJAR_TEMPLATE_CASES"] != nil))
    func rendersAsManyRandomTemplatesAsAreGiven() throws {
        let path = ProcessInfo.processInfo.environment["NIGHTJAR_TEMPLATE_CASES"] ?? ""
        let data = try Data(contentsOf: URL(filePath: path))
        #expect(try differences(try OrderedJSON.read(data)) > 0)
    }

    /// Compares all cases, and gives their number.
    private func differences(_ golden: TemplateValue) throws -> Int {
        let shared = golden["variables"]?.dictionary ?? [:]
        let rows = golden["cases"]?.items ?? []
        for row in rows {
            let source = row["source"]?.text ?? ""
            let variables = row["variables"]?.dictionary ?? shared
            let difference = GoldenRendering(row.dictionary).difference(source, variables)
            #expect(difference == nil, "\(source)")
        }
        return rows.count
    }
}
