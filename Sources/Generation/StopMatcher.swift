/// Finds stop strings in text that arrives in pieces, and holds back what may become one.
struct StopMatcher {
    private let stops: [[UInt8]]
    private var held: [UInt8] = []

    init(_ stops: [String]) {
        self.stops = stops.map { Array($0.utf8) }.filter { !$0.isEmpty }
    }

    /// - Returns: text that no stop string can touch any more, and whether one was completed.
    mutating func push(_ text: String) -> (released: String, isStopped: Bool) {
        guard !stops.isEmpty else { return (text, false) }
        held.append(contentsOf: text.utf8)
        if let end = firstStop() {
            let released = String(decoding: held[..<end], as: UTF8.self)
            held.removeAll()
            return (released, true)
        }
        let safe = held.count - longestBeginning()
        let released = String(decoding: held[..<safe], as: UTF8.self)
        held.removeFirst(safe)
        return (released, false)
    }

    /// What is still held back, once the text is known to be over.
    mutating func flush() -> String {
        defer { held.removeAll() }
        return String(decoding: held, as: UTF8.self)
    }

    private func firstStop() -> Int? {
        held.indices.first { start in
            stops.contains { held[start...].starts(with: $0) }
        }
    }

    /// The length of the longest end of the held text that begins a stop string.
    private func longestBeginning() -> Int {
        let longest = stops.map(\.count).max() ?? 0
        for length in stride(from: min(longest - 1, held.count), to: 0, by: -1) {
            let tail = held.suffix(length)
            if stops.contains(where: { $0.starts(with: tail) }) { return length }
        }
        return 0
    }
}
