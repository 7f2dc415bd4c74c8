import CUTF8Proc

/// A text as decomposed code points on their way to a normal form.
///
/// utf8proc's tables, but our own ordering of marks: the library's compares neighbours, which a
/// long run of marks in the wrong order makes quadratic.
///
/// Each pass over the code points pays for them as it goes: they may be many more than the text's.
struct Decomposition {
    /// What one code point costs in one pass, in the bytes that could be copied meanwhile.
    private static let bytesPerScalar = 16

    private var scalars: [Int32] = []
    private let charge: WorkCharge

    /// Decomposes a text and puts its marks in canonical order; `charge` is asked here and later.
    ///
    /// - Throws: `TextsError` of kind `work` where it grows beyond `Bounds.mostBytes`.
    init(
        _ text: String, _ options: [utf8proc_option_t], charge: @escaping WorkCharge
    ) throws {
        self.charge = charge
        var meter = WorkMeter(charge)
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
                try meter.spend(Self.bytesPerScalar * (1 + count))
                scalars.append(contentsOf: buffer[..<count])
                guard scalars.count <= Bounds.mostBytes / 4 else {
                    throw TextsError(
                        .work, "the text would have more than \(Bounds.mostBytes / 4) code points")
                }
            }
        }
        try meter.settle()
        try order()
    }

    /// Stable by combining class within each run of marks.
    private mutating func order() throws {
        var meter = WorkMeter(charge)
        var index = 0
        while index < scalars.count {
            try meter.spend(Self.bytesPerScalar)
            guard scalars[index] >= 0x300, Self.combiningClass(scalars[index]) != 0 else {
                index += 1
                continue
            }
            let start = index
            var isOrdered = true
            var classes: [UInt8] = []
            while index < scalars.count {
                try meter.spend(Self.bytesPerScalar)
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
                try meter.spend(Self.bytesPerScalar)
                buckets[Int(mark)].append(scalars[start + offset])
            }
            scalars.replaceSubrange(start..<index, with: buckets.joined())
        }
        try meter.settle()
    }

    private static func combiningClass(_ scalar: Int32) -> UInt8 {
        UInt8(truncatingIfNeeded: utf8proc_get_property(scalar).pointee.combining_class)
    }

    /// Leaves out the characters of some categories.
    mutating func remove(_ categories: Set<UInt32>) throws {
        var meter = WorkMeter(charge)
        try scalars.removeAll {
            try meter.spend(Self.bytesPerScalar)
            return $0 >= 0x300 && categories.contains(utf8proc_category($0).rawValue)
        }
        try meter.settle()
    }

    /// Joins what has a composed form, exclusions aside.
    ///
    /// In pieces, since the library asks nobody while it works.
    mutating func compose() throws {
        let options = utf8proc_option_t(
            rawValue: UTF8PROC_COMPOSE.rawValue | UTF8PROC_STABLE.rawValue)
        let charge = self.charge
        let length = try scalars.withUnsafeMutableBufferPointer { scalars -> Int in
            var (start, kept) = (0, 0)
            while start < scalars.count {
                var end = min(start + Self.pieceLength, scalars.count)
                while end < scalars.count, !Self.startsAnew(scalars[end]) { end += 1 }
                try charge(Self.bytesPerScalar * (end - start))
                let piece = UnsafeMutableBufferPointer(rebasing: scalars[start..<end])
                let count = utf8proc_normalize_utf32(piece.baseAddress, piece.count, options)
                precondition(count >= 0, "utf8proc composes what it decomposed")
                // Composing never lengthens, so this stays before what is still to be read.
                for index in 0..<count { scalars[kept + index] = piece[index] }
                kept += count
                start = end
            }
            return kept
        }
        scalars.removeLast(scalars.count - length)
    }

    /// The least length of a piece that is composed at once.
    private static let pieceLength = 1 << 12

    /// Whether nothing before this character can be joined with it or with what follows it.
    ///
    /// Some such characters may be missed, none is claimed wrongly: what joins backwards is a mark,
    /// a vowel or final of Hangul, or outside the basic plane a vowel sign that counts as a letter.
    private static func startsAnew(_ scalar: Int32) -> Bool {
        if scalar < 0x300 { return true }
        if (0x1160..<0x1200).contains(scalar) || (0x10000..<0x1F000).contains(scalar) {
            return false
        }
        switch utf8proc_category(scalar) {
        case UTF8PROC_CATEGORY_MN, UTF8PROC_CATEGORY_MC, UTF8PROC_CATEGORY_ME: return false
        default: return combiningClass(scalar) == 0
        }
    }

    /// The code points as a text.
    func text() throws -> String {
        var meter = WorkMeter(charge)
        var text = ""
        text.reserveCapacity(scalars.count)
        for value in scalars {
            try meter.spend(Self.bytesPerScalar)
            guard let scalar = Unicode.Scalar(UInt32(bitPattern: value)) else {
                preconditionFailure("a normal form holds characters")
            }
            text.unicodeScalars.append(scalar)
        }
        try meter.settle()
        return text
    }
}
