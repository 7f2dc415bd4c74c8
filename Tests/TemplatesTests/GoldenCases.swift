import Foundation
import Templates

/// What Python's jinja2 made of a template: text with covered bytes, or a kind of error.
struct GoldenRendering {
    var text: String?
    var generated: [Range<Int>] = []
    var error: String?
    var message: String?

    init(_ value: TemplateDictionary) {
        text = value["text"]?.text
        error = value["error"]?.text
        message = value["message"]?.text
        for range in value["generated"]?.items ?? [] {
            if case .integer(let low)? = range.items.first,
                case .integer(let high)? = range.items.last
            {
                generated.append(low..<high)
            }
        }
    }

    /// Nil where a rendering is as it must be.
    func difference(_ source: String, _ variables: TemplateDictionary) -> String? {
        do throws(TemplateError) {
            let rendering = try Template(source).render(variables, clock: Self.clock)
            guard let text else { return "rendered \(rendering.text), expected \(error ?? "")" }
            if !rendering.text.utf8.elementsEqual(text.utf8) {
                return
                    "rendered \(rendering.text.debugDescription), expected \(text.debugDescription)"
            }
            if rendering.generated != generated {
                return "covered \(rendering.generated), expected \(generated)"
            }
            return nil
        } catch {
            return difference(error)
        }
    }

    private func difference(_ thrown: TemplateError) -> String? {
        guard let error else { return "\(thrown), expected \(text?.debugDescription ?? "")" }
        if error == "refused", thrown.kind != .refused || thrown.sentence != message {
            return "\(thrown), expected a refusal: \(message ?? "")"
        }
        let isKindRight =
            switch error {
            case "syntax": thrown.kind == .syntax || thrown.kind == .unsupported
            case "undefined", "security": thrown.kind.rawValue == error
            default: thrown.kind != .syntax || thrown.sentence.hasPrefix("There is no")
            }
        return isKindRight ? nil : "\(thrown), expected the kind \(error)"
    }

    /// The moment that the goldens were made at, by their own clock.
    static let clock = TemplateClock(year: 2025, month: 3, day: 7, hour: 14, minute: 5, second: 9)

    static func read(_ name: String) throws -> TemplateValue {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Goldens/templates")
        return try OrderedJSON.read(try Data(contentsOf: folder.appending(path: name)))
    }
}

extension TemplateValue {
    subscript(key: String) -> TemplateValue? {
        if case .dictionary(let dictionary) = self { return dictionary[key] }
        return nil
    }

    var dictionary: TemplateDictionary {
        if case .dictionary(let dictionary) = self { return dictionary }
        return [:]
    }

    var items: [TemplateValue] {
        if case .list(let items) = self { return items }
        return []
    }

    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }
}
