/// One look over a text for personal data; what was found does not overlap and is in order.
struct PersonalDataScan {
    struct Item: Equatable {
        var kind: PersonalDataFilter.Kind
        var range: Range<Int>
    }

    private(set) var found: [Item] = []
    private let text: UnsafeBufferPointer<UInt8>
    // A set is asked at every digit: that would cost more than all else.
    private let findsEmail, findsPhone, findsIP, findsCard, findsIBAN: Bool
    /// The end of what was found last.
    private var end = 0

    init(_ text: UnsafeBufferPointer<UInt8>, _ kinds: Set<PersonalDataFilter.Kind>) {
        self.text = text
        findsEmail = kinds.contains(.email)
        findsPhone = kinds.contains(.phone)
        findsIP = kinds.contains(.ip)
        findsCard = kinds.contains(.card)
        findsIBAN = kinds.contains(.iban)
        var index = 0
        while index < text.count {
            let byte = text[index]
            let item: Item?
            switch byte {
            case UInt8(ascii: "@"): item = email(around: index)
            case UInt8(ascii: "+"), UInt8(ascii: "("): item = phone(at: index)
            case UInt8(ascii: "0")...UInt8(ascii: "9") where !isAlphanumeric(before: index):
                item = ipv4(at: index) ?? card(at: index) ?? ipv6(at: index) ?? phone(at: index)
            case UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "a")...UInt8(ascii: "f"):
                guard !isAlphanumeric(before: index) else {
                    index += 1
                    continue
                }
                item = iban(at: index) ?? ipv6(at: index)
            case UInt8(ascii: "G")...UInt8(ascii: "Z") where !isAlphanumeric(before: index):
                item = iban(at: index)
            case UInt8(ascii: ":") where !isAlphanumeric(before: index): item = ipv6(at: index)
            default: item = nil
            }
            if let item {
                found.append(item)
                end = item.range.upperBound
                index = max(index + 1, end)
            } else {
                index += 1
            }
        }
    }

    // MARK: - E-mail

    private func email(around at: Int) -> Item? {
        guard findsEmail else { return nil }
        var start = at
        while start > end, isLocal(text[start - 1]) { start -= 1 }
        while start < at, text[start] == UInt8(ascii: ".") { start += 1 }
        guard start < at, text[at - 1] != UInt8(ascii: ".") else { return nil }
        // Labels with dots between; the last has two letters or more, and no digit.
        var index = at + 1
        var last: Int?
        var labels = 0
        while index < text.count {
            let label = index
            while index < text.count, isAlphanumeric(text[index]) || text[index] == 0x2d {
                index += 1
            }
            guard index > label, text[label] != 0x2d, text[index - 1] != 0x2d else { break }
            labels += 1
            if labels > 1, index - label >= 2, text[label..<index].allSatisfy(isLetter) {
                last = index
            }
            guard index < text.count, text[index] == UInt8(ascii: ".") else { break }
            index += 1
        }
        return last.map { Item(kind: .email, range: start..<$0) }
    }

    // MARK: - Numbers

    /// Digits from a place on, with what may stand between them; nil for fewer than `least`.
    private func digits(
        at start: Int, separators: StaticString, most: Int
    ) -> (digits: [UInt8], end: Int) {
        var digits: [UInt8] = []
        var index = start
        var last = start
        var gap = 0
        while index < text.count, digits.count < most + 1 {
            let byte = text[index]
            if isDigit(byte) {
                digits.append(byte - 0x30)
                gap = 0
                last = index + 1
            } else {
                gap += 1
                guard gap <= 2, contains(separators, byte) else { break }
            }
            index += 1
        }
        return (digits, last)
    }

    private func card(at start: Int) -> Item? {
        guard findsCard, start == 0 || !isNumeric(text[start - 1]) else { return nil }
        let (digits, end) = digits(at: start, separators: " -", most: 19)
        guard PersonalNumbers.isCard(digits), !isAlphanumeric(at: end) else { return nil }
        return Item(kind: .card, range: start..<end)
    }

    private func iban(at start: Int) -> Item? {
        guard findsIBAN, start + 4 < text.count, isUpper(text[start]),
            isUpper(text[start + 1]), isDigit(text[start + 2]), isDigit(text[start + 3]),
            let length = PersonalNumbers.ibanLength(text[start], text[start + 1])
        else { return nil }
        var characters: [UInt8] = []
        var index = start
        while index < text.count, characters.count < length {
            let byte = text[index]
            if isDigit(byte) || isUpper(byte) {
                characters.append(byte)
            } else if byte != 0x20 || text[index - 1] == 0x20 {
                break
            }
            index += 1
        }
        guard characters.count == length, !isAlphanumeric(at: index),
            PersonalNumbers.isIBAN(characters)
        else { return nil }
        return Item(kind: .iban, range: start..<index)
    }

    private func phone(at start: Int) -> Item? {
        guard findsPhone, start == 0 || !isNumeric(text[start - 1]) else { return nil }
        let byte = text[start]
        let isInternational =
            byte == UInt8(ascii: "+")
            || (byte == UInt8(ascii: "0") && start + 1 < text.count
                && text[start + 1] == UInt8(ascii: "0"))
        if isInternational {
            let first = byte == UInt8(ascii: "+") ? start + 1 : start + 2
            guard first < text.count, isDigit(text[first]), text[first] != UInt8(ascii: "0") else {
                return nil
            }
            let (digits, end) = digits(at: first, separators: " -./()", most: 15)
            guard (8...15).contains(digits.count), !isAlphanumeric(at: end) else { return nil }
            return Item(kind: .phone, range: start..<end)
        }
        return northAmerican(at: start)
    }

    /// `(212) 555-0123`, `212-555-0123`, `212.555.0123` and these with a leading `1`.
    private func northAmerican(at start: Int) -> Item? {
        var index = start
        if text[index] == UInt8(ascii: "1") {
            guard index + 1 < text.count, contains(" -.", text[index + 1]) else { return nil }
            index += 2
        }
        func three() -> Bool {
            guard index + 3 <= text.count, (UInt8(ascii: "2")...UInt8(ascii: "9")).contains(text[index]),
                isDigit(text[index + 1]), isDigit(text[index + 2])
            else { return false }
            index += 3
            return true
        }
        guard index < text.count else { return nil }
        let isBracketed = text[index] == UInt8(ascii: "(")
        if isBracketed { index += 1 }
        guard three() else { return nil }
        if isBracketed {
            guard index < text.count, text[index] == UInt8(ascii: ")") else { return nil }
            index += 1
            if index < text.count, text[index] == 0x20 { index += 1 }
        } else {
            guard index < text.count, contains("-.", text[index]) else { return nil }
            index += 1
        }
        guard three(), index < text.count, contains("-. ", text[index]) else { return nil }
        index += 1
        guard index + 4 <= text.count, text[index..<index + 4].allSatisfy(isDigit),
            !isAlphanumeric(at: index + 4)
        else { return nil }
        return Item(kind: .phone, range: start..<index + 4)
    }

    // MARK: - Addresses of the internet protocol

    private func ipv4(at start: Int) -> Item? {
        guard findsIP, start == 0 || !isNumeric(text[start - 1]) else { return nil }
        var index = start
        for part in 0..<4 {
            let first = index
            var value = 0
            while index < text.count, index - first < 3, isDigit(text[index]) {
                value = value * 10 + Int(text[index] - 0x30)
                index += 1
            }
            guard index > first, value <= 255 else { return nil }
            guard part < 3 else { break }
            guard index < text.count, text[index] == UInt8(ascii: ".") else { return nil }
            index += 1
        }
        // A fifth number makes it something else, as does a letter.
        guard !isAlphanumeric(at: index) else { return nil }
        if index + 1 < text.count, text[index] == UInt8(ascii: "."), isDigit(text[index + 1]) {
            return nil
        }
        return Item(kind: .ip, range: start..<index)
    }

    private func ipv6(at start: Int) -> Item? {
        guard findsIP else { return nil }
        var index = start
        while index < text.count, index - start < 46,
            isHexadecimal(text[index]) || text[index] == UInt8(ascii: ":")
                || (text[index] == UInt8(ascii: ".") && isDigit(at: index + 1))
        {
            index += 1
        }
        // A colon at the end belongs to the sentence, unless it is one of two.
        if index - start > 2, text[index - 1] == UInt8(ascii: ":"),
            text[index - 2] != UInt8(ascii: ":")
        {
            index -= 1
        }
        guard index - start >= 3, !isAlphanumeric(at: index) else { return nil }
        let candidate = UnsafeBufferPointer(rebasing: text[start..<index])
        return PersonalNumbers.isIPv6(candidate) ? Item(kind: .ip, range: start..<index) : nil
    }

    // MARK: - Bytes

    private func isAlphanumeric(before index: Int) -> Bool {
        index > 0 && isAlphanumeric(text[index - 1])
    }
    private func isAlphanumeric(at index: Int) -> Bool {
        index < text.count && isAlphanumeric(text[index])
    }
    private func isDigit(at index: Int) -> Bool { index < text.count && isDigit(text[index]) }
    private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private func isUpper(_ byte: UInt8) -> Bool { byte >= 0x41 && byte <= 0x5a }
    private func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7a }
    private func isAlphanumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || isLetter(byte) || byte == UInt8(ascii: "_")
    }
    private func isHexadecimal(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x66)
    }
    private func isLocal(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || contains(".%+-", byte) }
    /// Part of a number that is longer than what is looked at.
    private func isNumeric(_ byte: UInt8) -> Bool { isDigit(byte) || contains(".+", byte) }

    private func contains(_ bytes: StaticString, _ byte: UInt8) -> Bool {
        for index in 0..<bytes.utf8CodeUnitCount where bytes.utf8Start[index] == byte {
            return true
        }
        return false
    }
}
