/// A float in decimal digits: the shortest that name it, or all of them, rounded where asked.
struct FloatDigits {
    /// Digits from 0 to 9, the first of them not 0 unless the number is.
    var digits: [UInt8]
    /// Where the point stands: 0.DIGITS times ten to this power.
    var point: Int

    /// The shortest digits that are read back as this float.
    init(shortest value: Double) {
        digits = []
        point = 0
        var exponent = 0
        var isFraction = false
        let parts = value.magnitude.description.split(separator: "e")
        for byte in (parts.first ?? "0").utf8 {
            if byte == UInt8(ascii: ".") {
                isFraction = true
            } else {
                digits.append(byte - 48)
                if !isFraction { point += 1 }
            }
        }
        if parts.count == 2 { exponent = Int(parts[1]) ?? 0 }
        point += exponent
        trim()
    }

    /// Every digit of this float.
    init(exact value: Double) {
        var limbs: [UInt64] = []
        var significand = value.magnitude.significandBitPattern
        var exponent = Int(value.exponentBitPattern) - 1075
        if value.isNormal { significand |= 1 << 52 } else { exponent += 1 }
        while significand > 0 {
            limbs.append(significand % 1_000_000_000)
            significand /= 1_000_000_000
        }
        func multiply(_ factor: UInt64) {
            var carry: UInt64 = 0
            for index in limbs.indices {
                let product = limbs[index] * factor + carry
                limbs[index] = product % 1_000_000_000
                carry = product / 1_000_000_000
            }
            while carry > 0 {
                limbs.append(carry % 1_000_000_000)
                carry /= 1_000_000_000
            }
        }
        for _ in 0..<max(exponent, 0) { multiply(2) }
        // A division by two is one by ten after a multiplication by five.
        for _ in 0..<max(-exponent, 0) { multiply(5) }
        digits = []
        for limb in limbs.reversed() {
            let text = String(limb)
            if !digits.isEmpty { digits += [UInt8](repeating: 0, count: 9 - text.utf8.count) }
            digits += text.utf8.map { $0 - 48 }
        }
        point = digits.count - max(-exponent, 0)
        trim()
    }

    private mutating func trim() {
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        point -= zeros
        while digits.last == 0 { digits.removeLast() }
        if digits.isEmpty { point = 0 }
    }

    /// Keeps so many digits after the place where the number begins, halves to even.
    func rounded(to count: Int) -> FloatDigits {
        var result = self
        guard count < digits.count else { return result }
        guard count >= 0 else {
            result.digits = []
            result.point = 0
            return result
        }
        let isUp =
            digits[count] > 5
            || digits[count] == 5
                && (count + 1 < digits.count || count > 0 && digits[count - 1] % 2 == 1)
        result.digits = Array(digits[..<count])
        if isUp {
            var place = count - 1
            while place >= 0, result.digits[place] == 9 {
                result.digits[place] = 0
                place -= 1
            }
            if place >= 0 {
                result.digits[place] += 1
            } else {
                result.digits.insert(1, at: 0)
                result.point += 1
            }
        }
        result.trim()
        return result
    }

    /// The digits with a point and so many places after it.
    func fixed(_ places: Int) -> String {
        let rounded = rounded(to: point + places)
        var text = ""
        for index in 0..<max(rounded.point, 0) { text += rounded.digit(index) }
        if rounded.point <= 0 { text = "0" }
        if places > 0 {
            text += "."
            for index in 0..<places { text += rounded.digit(rounded.point + index) }
        }
        return text
    }

    /// One digit, a point, so many digits, and a power of ten of two digits at least.
    func scientific(_ places: Int) -> String {
        let rounded = rounded(to: places + 1)
        var text = rounded.digit(0)
        if places > 0 {
            text += "."
            for index in 1...places { text += rounded.digit(index) }
        }
        return text + rounded.power
    }

    var power: String {
        let exponent = digits.isEmpty ? 0 : point - 1
        let number = String(exponent.magnitude)
        return (exponent < 0 ? "e-" : "e+") + (number.utf8.count < 2 ? "0" : "") + number
    }

    /// So many digits that count, written with or without a power of ten as their size asks.
    func general(_ precision: Int, keepsZeros: Bool) -> String {
        let count = max(precision, 1)
        let rounded = rounded(to: count)
        let exponent = rounded.digits.isEmpty ? 0 : rounded.point - 1
        let isFixed = exponent >= -4 && exponent < count
        let kept = keepsZeros ? count : max(rounded.digits.count, 1)
        if isFixed {
            return rounded.fixed(max(kept - exponent - 1, 0))
        }
        return rounded.scientific(kept - 1)
    }

    private func digit(_ index: Int) -> String {
        digits.indices.contains(index) ? String(digits[index]) : "0"
    }
}

/// A float as Python's `repr` writes it.
func representedFloat(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    let sign = value.sign == .minus ? "-" : ""
    if value.isInfinite { return sign + "inf" }
    let digits = FloatDigits(shortest: value)
    let exponent = digits.digits.isEmpty ? 0 : digits.point - 1
    if exponent >= -4, exponent < 16 {
        return sign + digits.fixed(max(digits.digits.count - digits.point, 1))
    }
    return sign + digits.scientific(digits.digits.count - 1)
}
