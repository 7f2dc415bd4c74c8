import Foundation

/// Whether digits are what they look like.
enum PersonalNumbers {
    /// Whether these are the digits of a card: an issuer's first digits, its length, its check digit.
    static func isCard(_ digits: [UInt8]) -> Bool {
        guard digits.count >= 13 else { return false }
        func lead(_ count: Int) -> Int { digits.prefix(count).reduce(0) { $0 * 10 + Int($1) } }
        let isKnown: Bool =
            switch (digits[0], digits.count) {
            case (4, 13), (4, 16), (4, 19): true
            case (5, 16): (51...55).contains(lead(2))
            case (2, 16): (2221...2720).contains(lead(4))
            case (3, 15): lead(2) == 34 || lead(2) == 37
            case (3, 14): (300...305).contains(lead(3)) || [36, 38, 39].contains(lead(2))
            case (3, 16): (3528...3589).contains(lead(4))
            case (6, 16...19): lead(4) == 6011 || lead(2) == 65 || lead(2) == 62
            default: false
            }
        return isKnown && luhn(digits)
    }

    /// H. P. Luhn, 1960: every second digit from the right doubled, the sum a multiple of ten.
    static func luhn(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (place, digit) in digits.reversed().enumerated() {
            let value = Int(digit) * (place.isMultiple(of: 2) ? 1 : 2)
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10)
    }

    /// How many characters the IBANs of a country have; nil where it has none.
    static func ibanLength(_ first: UInt8, _ second: UInt8) -> Int? {
        lengths[String(decoding: [first, second], as: UTF8.self)]
    }

    /// Whether the remainder of the number, its first four characters at the end and letters as 10
    /// to 35, by 97 is 1 (ISO 7064).
    static func isIBAN(_ characters: [UInt8]) -> Bool {
        var remainder = 0
        for byte in characters[4...] + characters[..<4] {
            if byte >= 0x41 {
                remainder = (remainder * 100 + Int(byte) - 55) % 97
            } else {
                remainder = (remainder * 10 + Int(byte) - 48) % 97
            }
        }
        return remainder == 1
    }

    /// Whether this is an address of version 6 of the internet protocol, with a digit in it and two
    /// groups or more: `::` and a name of C++ are none.
    static func isIPv6(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count(where: { $0 == UInt8(ascii: ":") }) >= 2,
            text.contains(where: { $0 >= 0x30 && $0 <= 0x39 })
        else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, String(decoding: text, as: UTF8.self), &address) == 1
    }

    /// The registry of ISO 13616.
    private static let lengths: [String: Int] = [
        "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22,
        "BR": 29, "BY": 28, "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28,
        "EE": 20, "EG": 29, "ES": 24, "FI": 18, "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23,
        "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IQ": 23, "IS": 26,
        "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20, "LU": 20,
        "LV": 21, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
        "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24,
        "SC": 31, "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24,
        "TR": 26, "UA": 29, "VA": 22, "VG": 24, "XK": 20,
    ]
}
