/// Finds one text in another in time that grows with their lengths together, whatever they hold.
struct ByteSearch {
    let pattern: [UInt8]
    /// For each prefix, the length of its longest proper border.
    private let borders: [Int]

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// Finds the bytes turned round in text turned round.
    init(backward bytes: [UInt8]) {
        self.init(bytes.reversed())
    }

    private init(_ pattern: [UInt8]) {
        var borders = [Int](repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            borders[index] = length
        }
        self.pattern = pattern
        self.borders = borders
    }

    /// Where the pattern begins first at or after an offset.
    func first(in text: [UInt8], from start: Int = 0) -> Int? {
        if pattern.isEmpty { return start <= text.count ? start : nil }
        var length = 0
        var index = start
        while index < text.count {
            while length > 0, text[index] != pattern[length] { length = borders[length - 1] }
            if text[index] == pattern[length] { length += 1 }
            index += 1
            if length == pattern.count { return index - length }
        }
        return nil
    }

    /// All places that do not overlap, at most so many.
    func all(in text: [UInt8], atMost limit: Int = .max) -> [Int] {
        var places: [Int] = []
        var start = 0
        while places.count < limit, let place = first(in: text, from: start) {
            places.append(place)
            start = place + pattern.count
        }
        return places
    }
}
