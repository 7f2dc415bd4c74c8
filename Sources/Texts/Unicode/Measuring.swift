import CUTF8Proc

/// How long a text is, as people count and as terminals show it.
public enum Measuring {
    /// What a reader takes for characters (Unicode Standard Annex 29), as Swift counts them;
    /// `charge` is asked for the work in pieces.
    public static func graphemeCount(
        of text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> Int {
        var meter = WorkMeter(charge)
        var count = 0
        for _ in text {
            try meter.spend(8)
            count += 1
        }
        return count
    }

    /// Code points.
    public static func scalarCount(of text: String) -> Int { text.unicodeScalars.count }

    /// The columns that a terminal needs: 2 for wide East Asian characters and emoji, 0 for marks
    /// and control characters. `charge` is asked for the work in pieces.
    public static func width(
        of text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> Int {
        if Plain.isASCII(text) { return text.utf8.count { $0 >= 0x20 && $0 != 0x7F } }
        var meter = WorkMeter(charge)
        return try text.reduce(0) { sum, character in
            try meter.spend(8)
            return sum + width(of: character)
        }
    }

    private static func width(of character: Character) -> Int {
        var sum = 0
        for scalar in character.unicodeScalars {
            // This selector asks for the coloured, wide form.
            if scalar.value == 0xFE0F { return 2 }
            let width = Int(utf8proc_charwidth(Int32(bitPattern: scalar.value)))
            // An emoji is as wide as its first part, however many make it up.
            if width == 2 { return 2 }
            sum += width
        }
        return sum
    }
}
