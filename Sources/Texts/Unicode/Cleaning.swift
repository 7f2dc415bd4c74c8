import CUTF8Proc

/// Takes out of a text what nobody sees: control characters and invisible ones, which hide words
/// from filters and instructions from readers.
public enum Cleaning {
    /// The text without what cannot be seen, and how many code points were taken out.
    ///
    /// - Line ends (CR LF, CR) become LF; tabs and LF stay.
    /// - Other control and format characters go: direction marks, zero-width spaces, soft hyphens,
    ///   tags, byte order marks; so do invisible fillers and noncharacters.
    /// - Joiners (U+200C, U+200D) and one variation selector stay after a visible character that is
    ///   not ASCII, since scripts and emoji are written with them; a selector also after a digit,
    ///   `#` and `*`.
    ///
    /// A line end that is rewritten is not counted; `charge` is asked for the work in pieces.
    public static func cleaned(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> (text: String, removedCount: Int) {
        var meter = WorkMeter(charge)
        var result = ""
        result.reserveCapacity(text.utf8.count)
        var removed = 0
        var last: Unicode.Scalar?
        var afterReturn = false
        for scalar in text.unicodeScalars {
            defer { afterReturn = scalar == "\r" }
            try meter.spend(4)
            if scalar == "\n", afterReturn { continue }
            let kept: Unicode.Scalar = scalar == "\r" ? "\n" : scalar
            guard stays(kept, after: last) else {
                removed += 1
                continue
            }
            result.unicodeScalars.append(kept)
            last = kept
        }
        return (result, removed)
    }

    private static func stays(_ scalar: Unicode.Scalar, after last: Unicode.Scalar?) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x20..<0x7F: return true
        case 0..<0xA0: return false
        case 0x200C, 0x200D:
            return last.map { !$0.isASCII && !isInvisible($0) || isEmojiSelector($0) } ?? false
        case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x180B...0x180D, 0x180F:
            guard let last else { return false }
            return !last.isASCII && !isInvisible(last)
                || last.value < 0x80 && "0123456789#*".unicodeScalars.contains(last)
        default: return !isInvisible(scalar)
        }
    }

    private static func isEmojiSelector(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0xFE0F || scalar.value == 0xFE0E
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        let value = Int32(bitPattern: scalar.value)
        let property = utf8proc_get_property(value).pointee
        if property.ignorable != 0 { return true }
        switch utf8proc_category(value) {
        case UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF: return !isVisibleFormat(scalar.value)
        default: return scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value)
        }
    }

    /// Signs of Arabic, Syriac and Kaithi numbers and of Egyptian writing count as format
    /// characters, and are seen.
    private static func isVisibleFormat(_ value: UInt32) -> Bool {
        switch value {
        case 0x0600...0x0605, 0x06DD, 0x070F, 0x0890...0x0891, 0x08E2, 0x110BD, 0x110CD,
            0x13430...0x1343F:
            true
        default: false
        }
    }
}
