import Foundation
import Templates
import TestSupport
import Testing

/// Templates with pieces lost, doubled, swapped and strewn in end as a rendering or an error.
@Suite struct MutationTests {
    private static let pieces = [
        "{%", "%}", "{{", "}}", "{#", "#}", "-", "+", " for ", " in ", " if ", " else ", "endfor",
        "endif", " set ", "macro", "call", "filter", " is ", "not ", "|", "(", ")", "[", "]", "{",
        "}",
        ".", ",", ":", "=", "==", "*", "**", "~", "'", "\"", "\\", "loop", "messages", "raw",
        "endraw",
        " recursive ", "generation", "99999999", "-1", "0", "1e9", "namespace", "range", "join",
        "map",
        "%s", "{0}", "\n", "é", "\u{1F319}", "\u{0}", "\u{301}", " * 99999", "caller()", "break",
        "::-1",
    ]

    private static let words = [
        "messages", "xs", "s", "d", "missing", "loop", "x", "i", "0", "1", "7", "99999999", "2.5",
        "length", "join", "list", "upper", "sort", "map", "first", "tojson", "string", "batch",
        "defined", "odd", "none", "true", "index", "items", "split", "role", "content", "namespace",
        "range", "if", "for", "in", "and", "or", "not", "is", "else", "nil", "ms", "caller",
    ]

    /// Where words stand in a text.
    private static func words(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var start: Int?
        for (index, scalar) in (scalars + [" "]).enumerated() {
            let isPart =
                scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            if isPart, start == nil { start = index }
            if !isPart, let first = start {
                found.append(first..<index)
                start = nil
            }
        }
        return found
    }

    private static func mutated(_ source: [Unicode.Scalar], _ stream: inout SplitMix64) -> String {
        var scalars = source
        // Half of them stay well formed, with other words in places.
        if Bool.random(using: &stream) {
            for _ in 0..<Int.random(in: 1...4, using: &stream) {
                let found = words(in: scalars)
                guard let place = found.randomElement(using: &stream),
                    let other = found.randomElement(using: &stream)
                else { break }
                let word =
                    Bool.random(using: &stream)
                    ? Array((words.randomElement(using: &stream) ?? "").unicodeScalars)
                    : Array(scalars[other])
                scalars.replaceSubrange(place, with: word)
            }
            return String(String.UnicodeScalarView(scalars))
        }
        for _ in 0..<Int.random(in: 1...6, using: &stream) {
            let place = Int.random(in: 0...scalars.count, using: &stream)
            let length = min(Int.random(in: 1...12, using: &stream), scalars.count - place)
            switch Int.random(in: 0..<5, using: &stream) {
            case 0: scalars.removeSubrange(place..<place + length)
            case 1: scalars.insert(contentsOf: scalars[place..<place + length], at: place)
            case 2:
                let other = Int.random(in: 0...(scalars.count - length), using: &stream)
                scalars.replaceSubrange(
                    place..<place + length, with: scalars[other..<other + length])
            default:
                let piece = pieces[Int.random(in: 0..<pieces.count, using: &stream)]
                scalars.insert(contentsOf: piece.unicodeScalars, at: place)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test func endsWhateverTheTemplate() throws {
        let styles = try GoldenRendering.read("styles.json")
        let cases = try GoldenRendering.read("cases.json")
        let random = try GoldenRendering.read("random.json")
        let conversations = styles["conversations"]?.dictionary.values.map(\.dictionary) ?? []
        var sources = (styles["templates"]?.items ?? []).compactMap { $0["source"]?.text }
        for file in [cases, random] {
            sources += (file["cases"]?.items ?? []).compactMap { $0["source"]?.text }
        }
        let plain = cases["variables"]?.dictionary ?? [:]
        let originals = sources.map { Array($0.unicodeScalars) }
        let styleCount = styles["templates"]?.items.count ?? 0
        let limits = TemplateLimits(
            steps: 1500, outputBytes: 1 << 14, memoryBytes: 1 << 18, depth: 200)
        var stream = SplitMix64(seed: 17)
        var outcomes: [String: Int] = [:]
        for round in 0..<Fuzzing.rounds(20_000) {
            // Whole chat templates are few and long; one in eight is enough.
            let index =
                round % 8 == 0
                ? Int.random(in: 0..<styleCount, using: &stream)
                : Int.random(in: styleCount..<originals.count, using: &stream)
            let source = Self.mutated(originals[index], &stream)
            let variables =
                round % 8 == 0
                ? conversations[Int.random(in: 0..<conversations.count, using: &stream)] : plain
            do throws(TemplateError) {
                let rendering = try Template(source).render(variables, limits: limits)
                #expect(rendering.text.utf8.count <= limits.outputBytes)
                outcomes["rendered", default: 0] += 1
            } catch {
                #expect(
                    error.line >= 1 && error.column >= 1 && !error.sentence.isEmpty
                        || error.kind == .refused)
                outcomes[error.kind.rawValue, default: 0] += 1
            }
        }
        // Most kinds of ending are met, so that the mutations reach beyond the parser.
        for outcome in ["rendered", "syntax", "undefined", "type", "value", "limit"] {
            #expect(outcomes[outcome, default: 0] > 20, "\(outcome): \(outcomes)")
        }
    }
}
