/// Writes quantities the way people read them.
public enum HumanFormat {
    /// `987`, `1.2k`, `34.5k`, `678k`, `1.2M`: three digits or so and a power of 1,000.
    public static func count(_ value: Double) -> String {
        scaled(value, by: 1000, units: ["", "k", "M", "G", "T", "P"])
    }

    /// `1.2k` of an integer.
    public static func count(_ value: Int) -> String { count(Double(value)) }

    /// `512 B`, `1.4 GiB`: a power of 1,024.
    public static func bytes(_ count: Int) -> String {
        scaled(Double(count), by: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB", " PiB"])
    }

    /// `4.2s`, `42s`, `3m12s`, `2h05m`, `3d04h`.
    public static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e12 else { return "?" }
        if seconds < 9.95 { return fixed(seconds, digits: 1) + "s" }
        let whole = Int(seconds.rounded())
        let (minutes, s) = whole.quotientAndRemainder(dividingBy: 60)
        let (hours, m) = minutes.quotientAndRemainder(dividingBy: 60)
        let (days, h) = hours.quotientAndRemainder(dividingBy: 24)
        if days > 0 { return "\(days)d\(twoDigits(h))h" }
        if hours > 0 { return "\(hours)h\(twoDigits(m))m" }
        if minutes > 0 { return "\(minutes)m\(twoDigits(s))s" }
        return "\(s)s"
    }

    /// `41.3%` of a share between 0 and 1.
    public static func percent(_ share: Double) -> String { fixed(share * 100, digits: 1) + "%" }

    /// A number with exactly `digits` decimals, rounded half away from zero, without locale.
    public static func fixed(_ value: Double, digits: Int) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-inf" : "inf" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        guard scaled < 9e15 else { return value.description }
        let (whole, part) = Int(scaled).quotientAndRemainder(dividingBy: Int(scale))
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let decimals = String(part)
        return "\(sign)\(whole)."
            + String(repeating: "0", count: digits - decimals.count) + decimals
    }

    private static func scaled(_ value: Double, by base: Double, units: [String]) -> String {
        guard value.isFinite else { return fixed(value, digits: 0) }
        var magnitude = abs(value)
        var unit = 0
        // 999.5 would be written as 1000, so it already moves to the next unit.
        while magnitude >= base - 0.5 && unit + 1 < units.count {
            magnitude /= base
            unit += 1
        }
        let isWhole = unit == 0 && magnitude.rounded() == magnitude
        let text = fixed(magnitude, digits: isWhole || magnitude >= 99.95 ? 0 : 1)
        return (value < 0 ? "-" : "") + text + units[unit]
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
