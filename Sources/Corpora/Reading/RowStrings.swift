/// The strings of a row of JSON, such as the turns of a conversation, which can be given other
/// values while all else of the row stays as it is, byte for byte.
public struct RowStrings: Sendable, Hashable {
    /// The row as it was read.
    public let row: [UInt8]
    /// The decoded strings in the order in which they stand, those of some keys left out.
    public let values: [[UInt8]]
    /// Where they stand, with their quotes.
    private let places: [Range<Int>]

    /// Keys whose strings say what a value is, and nothing that is learned.
    public static let names: Set = [
        "role", "from", "type", "id", "tool_call_id", "toolUseId", "schemaVersion",
    ]

    /// Finds the strings of a row, valid UTF-8; nil where it is no object of JSON.
    ///
    /// - Parameter names: keys whose strings are left out.
    public init?(_ row: [UInt8], leavingOut names: Set<String> = Self.names) {
        let skipped = Set(names.map { Array($0.utf8) })
        var values: [[UInt8]] = []
        var places: [Range<Int>] = []
        let isWhole = row.withUnsafeBufferPointer { bytes -> Bool in
            var reader = JSONRow(bytes)
            do {
                reader.skipSpace()
                guard reader.peek() == UInt8(ascii: "{") else { return false }
                try reader.collectStrings(skipped, &values, &places)
                try reader.expectEnd()
                return true
            } catch {
                return false
            }
        }
        guard isWhole else { return nil }
        self.row = row
        self.values = values
        self.places = places
    }

    /// The row with other strings in the places of these, as many and in their order.
    ///
    /// - Parameter quote: appends a string of JSON.
    public func replacing(
        _ others: [[UInt8]], quote: ([UInt8], inout [UInt8]) -> Void
    ) -> [UInt8] {
        precondition(others.count == values.count, "each string is replaced by one")
        var result: [UInt8] = []
        result.reserveCapacity(row.count)
        var copied = 0
        for (index, place) in places.enumerated() where others[index] != values[index] {
            result += row[copied..<place.lowerBound]
            quote(others[index], &result)
            copied = place.upperBound
        }
        return result + row[copied...]
    }
}

extension JSONRow {
    /// Walks a value and takes down every string in it.
    fileprivate mutating func collectStrings(
        _ skipped: Set<[UInt8]>, _ values: inout [[UInt8]], _ places: inout [Range<Int>]
    ) throws {
        switch peek() {
        case UInt8(ascii: "{"):
            try members { row, key in
                if skipped.contains(key), row.peek() == UInt8(ascii: "\"") {
                    try row.skipValue()
                } else {
                    try row.collectStrings(skipped, &values, &places)
                }
            }
        case UInt8(ascii: "["):
            try elements { row in try row.collectStrings(skipped, &values, &places) }
        case UInt8(ascii: "\""):
            let start = position
            var text: [UInt8] = []
            _ = try string(into: &text)
            values.append(text)
            places.append(start..<position)
        default: try skipValue()
        }
    }
}
