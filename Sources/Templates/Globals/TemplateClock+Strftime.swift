extension TemplateClock {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// The moment in C's notation, in English.
    func written(
        _ format: String, _ interpreter: Interpreter
    ) throws(TemplateError) -> String {
        try interpreter.chargeWork(format.utf8.count)
        try interpreter.chargeMemory(format.utf8.count, of: 32)
        var result = ""
        var scalars = format.unicodeScalars[...]
        while let scalar = scalars.popFirst() {
            guard scalar == "%", let first = scalars.popFirst() else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var letter = first
            var flag: Unicode.Scalar?
            if "-_0^#".unicodeScalars.contains(first), let next = scalars.popFirst() {
                flag = first
                letter = next
            }
            guard let piece = piece(letter, flag) else {
                throw interpreter.failure(
                    .unsupported, "The time cannot be written as '%\(letter)'.")
            }
            result += flag == "^" ? piece.uppercased() : piece
        }
        return result
    }

    private func piece(_ letter: Unicode.Scalar, _ flag: Unicode.Scalar?) -> String? {
        func number(_ value: Int, _ width: Int, _ fill: String = "0") -> String {
            let digits = String(value)
            let fill = flag == "_" ? " " : flag == "0" ? "0" : fill
            if flag == "-" { return digits }
            return String(repeating: fill, count: max(width - digits.utf8.count, 0)) + digits
        }
        func parts(_ letters: String, _ separator: String) -> String {
            letters.unicodeScalars.map { piece($0, nil) ?? "" }.joined(separator: separator)
        }
        let months = Self.months
        let monthName = months.indices.contains(month - 1) ? months[month - 1] : ""
        let weekdayName = Self.weekdays[weekday]
        let half = hour % 12 == 0 ? 12 : hour % 12
        return switch letter {
        case "Y": number(year, 1)
        case "y": number(((year % 100) + 100) % 100, 2)
        case "C": number(year / 100, 2)
        case "m": number(month, 2)
        case "d": number(day, 2)
        case "e": number(day, 2, " ")
        case "H": number(hour, 2)
        case "k": number(hour, 2, " ")
        case "I": number(half, 2)
        case "l": number(half, 2, " ")
        case "M": number(minute, 2)
        case "S": number(second, 2)
        case "f": number(0, 6)
        case "j": number(dayOfYear, 3)
        case "p": hour < 12 ? "AM" : "PM"
        case "P": hour < 12 ? "am" : "pm"
        case "B": monthName
        case "b", "h": String(monthName.prefix(3))
        case "A": weekdayName
        case "a": String(weekdayName.prefix(3))
        case "w": String(weekday)
        case "u": String(weekday == 0 ? 7 : weekday)
        case "U": number((dayOfYear + 6 - weekday) / 7, 2)
        case "W": number((dayOfYear + 6 - (weekday + 6) % 7) / 7, 2)
        case "F": parts("Ymd", "-")
        case "T", "X": parts("HMS", ":")
        case "R": parts("HM", ":")
        case "D", "x": parts("mdy", "/")
        case "c": "\(parts("abe", " ")) \(parts("HMS", ":")) \(year)"
        case "Z", "z": ""
        case "n": "\n"
        case "t": "\t"
        case "%": "%"
        default: nil
        }
    }
}
