/// Methods of text that look for parts, cut into parts, or fill up.
extension Interpreter {
    /// The bytes between two bounds in code points, as arguments 1 and 2 give them, with the
    /// number of code points before; nil where they leave nothing to look in.
    func searchRange(
        _ text: String, _ given: [Value]
    ) throws(TemplateError) -> (bytes: Range<Int>, before: Int)? {
        guard given.count > 1 else { return (0..<text.utf8.count, 0) }
        let scalars = text.unicodeScalars
        let count = scalars.count
        func bound(_ index: Int, _ standard: Int) throws(TemplateError) -> Int {
            guard given.count > index, !given[index].isNone else { return standard }
            let value = try integer(given[index])
            return value < 0 ? max(value < -count ? 0 : value + count, 0) : value
        }
        let start = try bound(1, 0)
        let end = min(try bound(2, count), count)
        guard start <= end else { return nil }
        let first = scalars.index(scalars.startIndex, offsetBy: start)
        let last = scalars.index(first, offsetBy: end - start)
        let low = text.utf8.distance(from: text.startIndex, to: first)
        return (low..<low + text.utf8.distance(from: first, to: last), start)
    }

    func searched(
        _ name: String, _ text: String, _ arguments: Arguments
    ) throws(TemplateError) -> Int {
        let given = try positional(arguments, 1...3, name)
        let part = try self.text(given[0])
        try chargeWork(part.utf8.count)
        let isIndex = name == "index" || name == "rindex"
        let found = try searchRange(text, given)
        if let (range, before) = found {
            let bytes = Array(text.utf8)[range].map(\.self)
            if name == "count" {
                if part.isEmpty { return continuationless(bytes) + 1 }
                return ByteSearch(part).all(in: bytes).count
            }
            let isLast = name.hasPrefix("r")
            if part.isEmpty { return before + (isLast ? continuationless(bytes) : 0) }
            let place = isLast ? last(of: part, in: bytes) : ByteSearch(part).first(in: bytes)
            if let place { return before + continuationless(bytes[..<place]) }
        }
        if name == "count" { return 0 }
        guard !isIndex else { throw failure(.value, "The text to look for is not there.") }
        return -1
    }

    /// Code points in bytes of UTF-8.
    private func continuationless(_ bytes: some Sequence<UInt8>) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    private func last(of part: String, in bytes: [UInt8]) -> Int? {
        lasts(of: part, in: bytes, atMost: 1).first
    }

    /// Places that do not overlap, counted from the end, last first.
    private func lasts(of part: String, in bytes: [UInt8], atMost limit: Int) -> [Int] {
        let pattern = Array(part.utf8)
        return ByteSearch(backward: pattern).all(in: bytes.reversed(), atMost: limit)
            .map { bytes.count - $0 - pattern.count }
    }

    func cut(
        _ name: String, _ text: String, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let bytes = Array(text.utf8)
        switch name {
        case "splitlines":
            let keeps = try bind(arguments, to: ["keepends"], of: name)[0]?.isTrue ?? false
            return try texts(lines(text, keepsEnds: keeps))
        case "partition", "rpartition":
            let separator = try self.text(try positional(arguments, 1...1, name)[0])
            guard !separator.isEmpty else { throw failure(.value, "The separator is empty.") }
            let isLast = name == "rpartition"
            let found =
                isLast ? last(of: separator, in: bytes) : ByteSearch(separator).first(in: bytes)
            guard let found else {
                return try tuple(
                    isLast
                        ? [.string(""), .string(""), .string(text)]
                        : [.string(text), .string(""), .string("")])
            }
            return try tuple([
                try string(bytes[..<found]), .string(separator),
                try string(bytes[(found + separator.utf8.count)...]),
            ])
        default:
            let given = try bind(arguments, to: ["sep", "maxsplit"], of: name)
            let limit = try integer(given[1], or: -1)
            return try texts(
                try split(
                    text, given[0] ?? .none, atMost: limit < 0 ? .max : limit,
                    fromRight: name == "rsplit"))
        }
    }

    func texts(_ texts: [String]) throws(TemplateError) -> Value {
        var values: [Value] = []
        for text in texts { values.append(try string(text)) }
        return try list(values)
    }

    func split(
        _ text: String, _ separator: Value, atMost limit: Int, fromRight: Bool
    ) throws(TemplateError) -> [String] {
        if separator.isNone { return words(text, atMost: limit, fromRight: fromRight) }
        let separator = try self.text(separator)
        guard !separator.isEmpty else { throw failure(.value, "The separator is empty.") }
        try chargeWork(separator.utf8.count)
        let bytes = Array(text.utf8)
        let places =
            fromRight
            ? lasts(of: separator, in: bytes, atMost: limit).reversed()
            : ByteSearch(separator).all(in: bytes, atMost: limit)
        try chargeMemory(places.count, of: 48)
        var parts: [String] = []
        var start = 0
        for place in places {
            parts.append(String(decoding: bytes[start..<place], as: UTF8.self))
            start = place + separator.utf8.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    private func words(_ text: String, atMost limit: Int, fromRight: Bool) -> [String] {
        var parts: [String] = []
        var rest = text.unicodeScalars[...]
        func trimLast() { while let last = rest.last, last.isPythonSpace { rest.removeLast() } }
        func trimFirst() { rest = rest.drop(while: \.isPythonSpace) }
        if fromRight { trimLast() } else { trimFirst() }
        while !rest.isEmpty, parts.count < limit {
            if fromRight {
                let cut = rest.lastIndex(where: \.isPythonSpace).map(rest.index(after:))
                parts.append(String(rest[(cut ?? rest.startIndex)...]))
                rest = rest[..<(cut ?? rest.startIndex)]
                trimLast()
            } else {
                let cut = rest.firstIndex(where: \.isPythonSpace) ?? rest.endIndex
                parts.append(String(rest[..<cut]))
                rest = rest[cut...]
                trimFirst()
            }
        }
        if !rest.isEmpty { parts.append(String(rest)) }
        return fromRight ? parts.reversed() : parts
    }

    func lines(_ text: String, keepsEnds: Bool = false) -> [String] {
        let scalars = Array(text.unicodeScalars)
        var lines: [String] = []
        var start = 0
        var index = 0
        while index < scalars.count {
            guard scalars[index].isLineEnd else {
                index += 1
                continue
            }
            let end = index
            let isPair =
                scalars[index] == "\r" && index + 1 < scalars.count
                && scalars[index + 1] == "\n"
            index += isPair ? 2 : 1
            lines.append(
                String(String.UnicodeScalarView(scalars[start..<(keepsEnds ? index : end)])))
            start = index
        }
        if start < scalars.count {
            lines.append(String(String.UnicodeScalarView(scalars[start...])))
        }
        return lines
    }

    func padded(
        _ name: String, _ text: String, _ arguments: Arguments
    ) throws(TemplateError) -> Value {
        let given = try positional(arguments, name == "zfill" ? 1...1 : 1...2, name)
        let width = try integer(given[0])
        var fill = given.count > 1 ? try self.text(given[1]) : name == "zfill" ? "0" : " "
        guard fill.unicodeScalars.count == 1 else {
            throw failure(.type, "The fill is one character.")
        }
        let missing = max(width > 0 ? width - text.unicodeScalars.count : 0, 0)
        guard missing > 0 else { return .string(text) }
        try chargeMemory(missing, of: fill.utf8.count)
        func run(_ count: Int) -> String {
            String(repeating: fill, count: count)
        }
        switch name {
        case "ljust": return try string(text + run(missing))
        case "rjust": return try string(run(missing) + text)
        case "center":
            let left = missing / 2 + (missing & width & 1)
            return try string(run(left) + text + run(missing - left))
        default:
            fill = "0"
            var rest = text.unicodeScalars[...]
            var sign = ""
            if let first = rest.first, first == "+" || first == "-" {
                sign = String(first)
                rest = rest.dropFirst()
            }
            return try string(sign + run(missing) + String(rest))
        }
    }

    func expandedTabs(_ text: String, _ size: Int) throws(TemplateError) -> String {
        var result = String.UnicodeScalarView()
        var column = 0
        for scalar in text.unicodeScalars {
            if scalar == "\t" {
                guard size > 0 else { continue }
                let count = size - column % size
                try chargeMemory(count, of: 1)
                for _ in 0..<count { result.append(" ") }
                column += count
            } else {
                result.append(scalar)
                column = scalar == "\n" || scalar == "\r" ? 0 : column + 1
            }
        }
        return String(result)
    }
}
