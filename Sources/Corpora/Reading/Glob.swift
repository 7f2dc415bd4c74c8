/// A file name pattern: `?` one character, `*` any run without a slash, `**` any run.
struct Glob: Sendable {
    private enum Element: Equatable {
        case byte(UInt8)
        case anyByte
        case run
        case deepRun
    }

    private let elements: [Element]
    private let matchesNameOnly: Bool

    init(_ pattern: String) {
        var elements: [Element] = []
        var bytes = pattern.utf8[...]
        while let byte = bytes.popFirst() {
            switch byte {
            case UInt8(ascii: "?"):
                elements.append(.anyByte)
            case UInt8(ascii: "*"):
                guard bytes.first == UInt8(ascii: "*") else {
                    elements.append(.run)
                    continue
                }
                bytes.removeFirst()
                elements.append(.deepRun)
                // "**/" also stands for no folder at all.
                if bytes.first == UInt8(ascii: "/") { bytes.removeFirst() }
            default:
                elements.append(.byte(byte))
            }
        }
        self.elements = elements
        matchesNameOnly = !pattern.utf8.contains(UInt8(ascii: "/"))
    }

    /// Whether a path, relative to the folder being listed, matches.
    func matches(_ path: String) -> Bool {
        let slash = UInt8(ascii: "/")
        var text = Array(path.utf8)
        if matchesNameOnly, let last = text.lastIndex(of: slash) {
            text.removeSubrange(...last)
        }
        // reached[i]: the elements so far can match the first i bytes. Time is pattern x path
        // whatever the pattern.
        var reached = [Bool](repeating: false, count: text.count + 1)
        reached[0] = true
        for element in elements {
            var next = [Bool](repeating: false, count: text.count + 1)
            switch element {
            case .byte(let byte):
                for i in text.indices where reached[i] && text[i] == byte { next[i + 1] = true }
            case .anyByte:
                for i in text.indices where reached[i] && text[i] != slash { next[i + 1] = true }
            case .run:
                next[0] = reached[0]
                for i in text.indices {
                    next[i + 1] = reached[i + 1] || (next[i] && text[i] != slash)
                }
            case .deepRun:
                next[0] = reached[0]
                for i in text.indices { next[i + 1] = reached[i + 1] || next[i] }
            }
            reached = next
        }
        return reached[text.count]
    }
}
