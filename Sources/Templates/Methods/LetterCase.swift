/// Python's changes of case, code point by code point.
enum LetterCase {
    static func lower(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        let scalars = Array(text)
        result.reserveCapacity(scalars.count)
        for (index, scalar) in scalars.enumerated() {
            if scalar.isASCII {
                let isUpper = scalar.value >= 65 && scalar.value <= 90
                result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value + 32)) : scalar)
            } else if scalar == "\u{3A3}" {
                result.append(isFinal(index, scalars) ? "\u{3C2}" : "\u{3C3}")
            } else {
                result += scalar.properties.lowercaseMapping.unicodeScalars
            }
        }
        return result
    }

    /// A sigma at the end of a word, marks apart, has a form of its own.
    private static func isFinal(_ index: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        guard let before, before.properties.isCased else { return false }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return !(after?.properties.isCased ?? false)
    }

    static func upper(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        for scalar in text {
            if scalar.isASCII {
                let isLower = scalar.value >= 97 && scalar.value <= 122
                result.append(isLower ? Unicode.Scalar(UInt8(scalar.value - 32)) : scalar)
            } else {
                result += scalar.properties.uppercaseMapping.unicodeScalars
            }
        }
        return result
    }

    /// The first letter of every run of letters large, the others small.
    static func title(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        let lowered = Array(text)
        var isInWord = false
        for (index, scalar) in lowered.enumerated() {
            if isInWord {
                result += lowerOne(scalar, index, lowered)
            } else {
                result += scalar.properties.titlecaseMapping.unicodeScalars
            }
            isInWord = scalar.properties.isCased
        }
        return result
    }

    static func capitalize(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        let scalars = Array(text)
        guard let first = scalars.first else { return [] }
        var result = Array(first.properties.titlecaseMapping.unicodeScalars)
        for index in scalars.indices.dropFirst() {
            result += lowerOne(scalars[index], index, scalars)
        }
        return result
    }

    static func swap(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        let scalars = Array(text)
        var result: [Unicode.Scalar] = []
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase {
                result += lowerOne(scalar, index, scalars)
            } else if scalar.properties.isLowercase {
                result += scalar.properties.uppercaseMapping.unicodeScalars
            } else {
                result.append(scalar)
            }
        }
        return result
    }

    private static func lowerOne(
        _ scalar: Unicode.Scalar, _ index: Int, _ scalars: [Unicode.Scalar]
    ) -> [Unicode.Scalar] {
        if scalar == "\u{3A3}" { return [isFinal(index, scalars) ? "\u{3C2}" : "\u{3C3}"] }
        return Array(scalar.properties.lowercaseMapping.unicodeScalars)
    }

    /// Whether all letters with a case are lower case, and there is one.
    static func isLower(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var isFound = false
        for scalar in text {
            if scalar.properties.isUppercase
                || scalar.properties.generalCategory == .titlecaseLetter
            {
                return false
            }
            if scalar.properties.isLowercase { isFound = true }
        }
        return isFound
    }

    static func isUpper(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var isFound = false
        for scalar in text {
            if scalar.properties.isLowercase
                || scalar.properties.generalCategory == .titlecaseLetter
            {
                return false
            }
            if scalar.properties.isUppercase { isFound = true }
        }
        return isFound
    }

    static func isTitle(_ text: some Sequence<Unicode.Scalar>) -> Bool {
        var isFound = false
        var isInWord = false
        for scalar in text {
            if scalar.properties.isUppercase
                || scalar.properties.generalCategory == .titlecaseLetter
            {
                if isInWord { return false }
                isInWord = true
                isFound = true
            } else if scalar.properties.isLowercase {
                if !isInWord { return false }
                isFound = true
            } else {
                isInWord = false
            }
        }
        return isFound
    }

    static func fold(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        // Folding is the lower case of the upper case, but for letters whose forms merge there.
        text.flatMap { scalar -> [Unicode.Scalar] in
            if scalar.isASCII { return lower([scalar]) }
            switch scalar {
            case "\u{DF}", "\u{1E9E}": return ["s", "s"]
            case "\u{3C2}", "\u{3A3}": return ["\u{3C3}"]
            case "\u{17F}": return ["s"]
            case "\u{131}": return [scalar]
            default:
                let upper = scalar.properties.uppercaseMapping.unicodeScalars
                let isCherokee = (0x13A0...0x13F5).contains(scalar.value)
                if isCherokee { return [scalar] }
                return upper.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
            }
        }
    }
}
