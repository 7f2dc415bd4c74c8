import CUTF8Proc

/// A text as decomposed code points on their way to a normal form.
///
/// utf8proc's tables, but our own ordering of marks: the library's compares neighbours, which a
/// long run of marks in the wrong order makes quadratic.
struct Decomposition {
    private var scalars: [Int32] = []

    /// Decomposes a text and puts its marks in canonical order.
    ///
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    init(_ text: String, _ options: [utf8proc_option_t]) throws {
        let options = utf8proc_option_t(
            rawValue: options.reduce(UTF8PROC_DECOMPOSE.rawValue) { $0 | $1.rawValue })
        scalars.reserveCapacity(text.utf8.count)
        // No character decomposes into more than 18 others, folded or not.
        let room = 32
        try withUnsafeTemporaryAllocation(of: Int32.self, capacity: room) { buffer in
            var boundary: Int32 = 0
            for scalar in text.unicodeScalars {
                let count = utf8proc_decompose_char(
                    Int32(bitPattern: scalar.value), buffer.baseAddress, room, options, &boundary)
                precondition(
                    count >= 0 && count <= room, "utf8proc decomposes every character")
                scalars.append(contentsOf: buffer[..<count])
                guard scalars.count <= Bounds.mostBytes / 4 else {
                    throw TextsError(
                        .work, "the text would have more than \(Bounds.mostBytes / 4) code points")
                }
            }
        }
        order()
    }

    /// Stable by combining class within each run of marks.
    private mutating func order() {
        var index = 0
        while index < scalars.count {
            guard scalars[index] >= 0x300, Self.combiningClass(scalars[index]) != 0 else {
                index += 1
                continue
            }
            let start = index
            var isOrdered = true
            var classes: [UInt8] = []
            while index < scalars.count {
                let next = Self.combiningClass(scalars[index])
                if next == 0 { break }
                if let last = classes.last, last > next { isOrdered = false }
                classes.append(next)
                index += 1
            }
            guard !isOrdered else { continue }
            // By counting: there are at most 254 classes.
            var buckets: [[Int32]] = Array(repeating: [], count: 256)
            for (offset, mark) in classes.enumerated() {
                buckets[Int(mark)].append(scalars[start + offset])
            }
            scalars.replaceSubrange(start..<index, with: buckets.joined())
        }
    }

    private static func combiningClass(_ scalar: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: utf8proc_get_property(scalar).pointee.combining_class)
    }

    /// Leaves out the characters of some categories.
    mutating func remove(_ categories: Set<UInt32>) {
        scalars.removeAll { $0 >= 0x300 && categories.contains(utf8proc_category($0).rawValue) }
    }

    /// Joins what has a composed form, exclusions aside.
    mutating func compose() {
        let options = utf8proc_option_t(
            rawValue: UTF8PROC_COMPOSE.rawValue | UTF8PROC_STABLE.rawValue)
        let count = scalars.withUnsafeMutableBufferPointer {
            utf8proc_normalize_utf32($0.baseAddress, $0.count, options)
        }
        precondition(count >= 0, "utf8proc composes what it decomposed")
        scalars.removeLast(scalars.count - count)
    }

    /// The code points as a text.
    var text: String {
        var text = ""
        text.reserveCapacity(scalars.count)
        for value in scalars {
            guard let scalar = Unicode.Scalar(UInt32(bitPattern: value)) else {
                preconditionFailure("a normal form holds characters")
            }
            text.unicodeScalars.append(scalar)
        }
        return text
    }
}
