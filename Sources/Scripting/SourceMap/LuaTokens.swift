/// The words of a Lua source that matter to its tables: names, plain strings and marks, with their
/// lines.
///
/// The source compiles already; comments and numbers are passed over.
struct LuaTokens {
    enum Token: Equatable {
        case name(String)
        /// A short string that is written as it reads.
        case text(String)
        /// Any other string, a number, or an operator that no table needs.
        case other
        case mark(UInt8)
    }

    private let bytes: [UInt8]
    private var at = 0
    private(set) var line = 1

    init(_ bytes: [UInt8]) {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    }

    /// The next token, or nil at the end.
    mutating func next() -> (token: Token, line: Int)? {
        skipBlank()
        guard at < bytes.count else { return nil }
        let begin = line
        let byte = bytes[at]
        if Self.isLetter(byte) {
            let first = at
            while at < bytes.count, Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) { at += 1 }
            return (.name(String(decoding: bytes[first..<at], as: UTF8.self)), begin)
        }
        if Self.isDigit(byte) {
            // Exponents carry a sign, which is an operator like any other here.
            while at < bytes.count,
                Self.isLetter(bytes[at]) || Self.isDigit(bytes[at]) || bytes[at] == 0x2e
            { at += 1 }
            return (.other, begin)
        }
        if byte == 0x22 || byte == 0x27 {
            let first = at + 1
            skipString(byte)
            let inside = bytes[
                min(first, bytes.count)..<max(min(first, bytes.count), min(at, bytes.count) - 1)]
            guard inside.count <= 100, !inside.contains(0x5c) else { return (.other, begin) }
            return (.text(String(decoding: inside, as: UTF8.self)), begin)
        }
        if byte == 0x5b, let level = longBracket() {
            skipLong(level)
            return (.other, begin)
        }
        at += 1
        // ==, ~=, <= and >= are no assignment.
        if [0x3d, 0x7e, 0x3c, 0x3e].contains(byte), at < bytes.count, bytes[at] == 0x3d {
            at += 1
            return (.other, begin)
        }
        return (.mark(byte), begin)
    }

    // MARK: - What is passed over

    private mutating func skipBlank() {
        if at == 0, bytes.first == 0x23 { skipLine() }
        while at < bytes.count {
            if bytes[at] == 0x0a {
                line += 1
                at += 1
            } else if bytes[at] <= 0x20 {
                at += 1
            } else if bytes[at] == 0x2d, at + 1 < bytes.count, bytes[at + 1] == 0x2d {
                at += 2
                if at < bytes.count, bytes[at] == 0x5b, let level = longBracket() {
                    skipLong(level)
                } else {
                    skipLine()
                }
            } else {
                return
            }
        }
    }

    private mutating func skipLine() {
        while at < bytes.count, bytes[at] != 0x0a { at += 1 }
    }

    private mutating func skipString(_ quote: UInt8) {
        at += 1
        while at < bytes.count, bytes[at] != quote {
            if bytes[at] == 0x5c { at += 1 }
            if at < bytes.count, bytes[at] == 0x0a { line += 1 }
            at += 1
        }
        at += 1
    }

    /// The number of `=` in the long bracket that opens here; nil where none does.
    private func longBracket() -> Int? {
        var end = at + 1
        while end < bytes.count, bytes[end] == 0x3d { end += 1 }
        return end < bytes.count && bytes[end] == 0x5b ? end - at - 1 : nil
    }

    private mutating func skipLong(_ level: Int) {
        at += level + 2
        let close = [0x5d] + [UInt8](repeating: 0x3d, count: level) + [0x5d]
        while at < bytes.count, !bytes[at...].starts(with: close) {
            if bytes[at] == 0x0a { line += 1 }
            at += 1
        }
        at = min(bytes.count, at + close.count)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (byte | 32 >= 97 && byte | 32 <= 122) || byte == 95
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 48 && byte <= 57 }
}
