/// What one call of a script did beside answering.
struct CallTrace: Sendable {
    /// What it asked of the network, and what it was answered.
    var exchanges: [NetworkExchange] = []
    /// What it logged and measured.
    var notes = CallNotes()

    var isEmpty: Bool { exchanges.isEmpty && notes.isEmpty }
    var networkBytes: Int { exchanges.reduce(0) { $0 + $1.byteCount } }
}

/// What one call of a script logged and measured, in order: all that shows of an observer.
///
/// Only the first few are kept, and of each its beginning, so that the notes of many calls stay
/// small.
struct CallNotes: Sendable, Hashable {
    private static let most = 16
    private static let longest = 200

    private var lines: [String] = []
    private var count = 0

    var isEmpty: Bool { count == 0 }

    /// Notes one line, such as `nj.log.info "step 5"`.
    mutating func add(_ line: String) {
        count += 1
        guard lines.count < CallNotes.most else { return }
        lines.append(String(line.prefix(CallNotes.longest)))
    }

    /// What differs first, in words for both sides; nil where nothing does.
    func difference(from other: CallNotes) -> (first: String, second: String)? {
        guard self != other else { return nil }
        let length = max(lines.count, other.lines.count)
        for index in 0..<length where line(index) != other.line(index) {
            return (line(index) ?? "nothing", other.line(index) ?? "nothing")
        }
        return ("\(count) things", "\(other.count) things")
    }

    private func line(_ index: Int) -> String? {
        index < lines.count ? lines[index] : nil
    }
}
