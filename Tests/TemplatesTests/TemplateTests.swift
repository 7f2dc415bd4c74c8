import Foundation
import Templates
import Testing

@Suite struct TemplateTests {
    @Test func coversWhatGenerationBlocksMake() throws {
        let template = try Template("<{% generation %}é夜{% endgeneration %}>")
        let rendering = try template.render()
        #expect(rendering.text == "<é夜>")
        #expect(rendering.generated == [1..<6])
    }
}
