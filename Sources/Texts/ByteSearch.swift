/// Finds one run of bytes in others, in linear time whatever they hold.
///
/// D. E. Knuth, J. H. Morris and V. R. Pratt, 1977.
public struct ByteSearch: Sendable {
    /// What is searched for; never empty.
    public let part: [UInt8]
    /// For each beginning of the part, how long the longest shorter beginning is that ends it.
    private let borders: [Int]

    /// Prepares to search for `part`, which is not empty.
    public init(_ part: [UInt8]) {
        precondition(!part.isEmpty, "an empty part stands everywhere")
        self.part = part
        var borders = [0]
        var length = 0
        for byte in part.dropFirst() {
            while length > 0, part[length] != byte { length = borders[length - 1] }
            if part[length] == byte { length += 1 }
            borders.append(length)
        }
        self.borders = borders
    }

    /// The first place at `start` or later where the part stands.
    public func first(in bytes: [UInt8], from start: Int = 0) -> Int? {
        bytes.withUnsafeBufferPointer { bytes in
            var length = 0
            var index = start
            while index < bytes.count {
                let byte = bytes[index]
                while length > 0, part[length] != byte { length = borders[length - 1] }
                if part[length] == byte { length += 1 }
                index += 1
                if length == part.count { return index - length }
            }
            return nil
        }
    }
}
