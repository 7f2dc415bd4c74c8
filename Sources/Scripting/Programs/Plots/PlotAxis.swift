import Glibc
import Telemetry

/// One axis of a plot: what lies where, and which values are marked.
struct PlotAxis {
    let isLogarithmic: Bool
    private let low: Double
    private let high: Double

    /// An axis that shows all of the values, with a little room where it is linear.
    ///
    /// - Parameter values: finite, and above 0 where the axis is logarithmic.
    init(_ values: [Double], isLogarithmic: Bool, room: Double) {
        self.isLogarithmic = isLogarithmic
        let scaled = isLogarithmic ? values.map(log10) : values
        var low = scaled.min() ?? 0
        var high = scaled.max() ?? 1
        if !(high > low) {
            let half = max(abs(low) * 0.05, 0.5)
            low -= half
            high += half
        } else {
            let margin = (high - low) * room
            low -= margin
            high += margin
        }
        // The distance between two large values may be infinite.
        (self.low, self.high) = (high - low).isFinite ? (low, high) : (low / 2, high / 2)
    }

    /// Where a value lies: 0 at the low end, 1 at the high one.
    func position(_ value: Double) -> Double {
        ((isLogarithmic ? log10(value) : value) - low) / (high - low)
    }

    /// The value that lies at a place from 0 to 1.
    func value(at share: Double) -> Double {
        let value = low + (high - low) * share
        return isLogarithmic ? pow(10, value) : value
    }

    /// Whether the axis has a place for a value.
    func shows(_ value: Double) -> Bool {
        value.isFinite && (!isLogarithmic || value > 0)
    }

    /// The values to mark, ascending: multiples of 1, 2 or 5 times a power of ten; on a logarithmic
    /// axis powers of ten, and what lies between them where those are few.
    func ticks(about count: Int) -> [Double] {
        if isLogarithmic, high - low >= 0.5 { return powers(about: count) }
        let step = PlotAxis.step(high - low, about: count)
        let first = (low / step).rounded(.up)
        let last = (high / step).rounded(.down)
        guard step > 0, step.isFinite, first <= last, last - first < 1000 else { return [] }
        return stride(from: first, through: last, by: 1).map {
            isLogarithmic ? pow(10, $0 * step) : $0 * step
        }
    }

    private func powers(about count: Int) -> [Double] {
        let decades = high - low
        let factors: [Double] = decades < 2 ? [1, 2, 5] : [1]
        let every = max(1, Int((decades / Double(count)).rounded(.up)))
        let first = Int(low.rounded(.down))
        let last = Int(high.rounded(.up))
        return stride(from: first, through: last, by: 1).filter { $0 % every == 0 }
            .flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
            .filter { (low...high).contains(log10($0)) }
    }

    private static func step(_ span: Double, about count: Int) -> Double {
        let rough = span / Double(max(1, count))
        let power = pow(10, log10(rough).rounded(.down))
        let factor = [1, 2, 5, 10].first { $0 * power >= rough } ?? 10
        return factor * power
    }

    /// A value as it stands beside an axis: short, and never two forms of one number.
    static func label(_ value: Double) -> String {
        let size = abs(value)
        if size == 0 { return "0" }
        guard size >= 1e-3, size < 1e6 else { return scientific(value) }
        let digits = max(0, 4 - Int(log10(size).rounded(.down)))
        return trimmed(HumanFormat.fixed(value, digits: min(digits, 6)))
    }

    private static func scientific(_ value: Double) -> String {
        var exponent = Int(log10(abs(value)).rounded(.down))
        var mantissa = value / pow(10, Double(exponent))
        if abs(mantissa) >= 9.995 {
            mantissa /= 10
            exponent += 1
        }
        return trimmed(HumanFormat.fixed(mantissa, digits: 2)) + "e\(exponent)"
    }

    private static func trimmed(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}
