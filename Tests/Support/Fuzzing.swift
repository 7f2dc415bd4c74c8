import Foundation

/// What the fuzz tests of readers share: damage, and how often.
public enum Fuzzing {
    /// How many inputs a test tries: `usual`, times `NIGHTJAR_FUZZ` where that is set.
    public static func rounds(_ usual: Int) -> Int {
        usual * max(1, ProcessInfo.processInfo.environment["NIGHTJAR_FUZZ"].flatMap(Int.init) ?? 1)
    }

    /// `bytes` with one to four of its places changed, removed, doubled, swapped, cut off, or
    /// given a fragment.
    public static func mutated(
        _ bytes: [UInt8], fragments: [String] = [], _ random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var copy = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) where !copy.isEmpty {
            let place = Int.random(in: copy.indices, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0: copy.remove(at: place)
            case 1: copy[place] = UInt8.random(in: 0...255, using: &random)
            case 2: copy[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
            case 3: copy[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 4: copy.swapAt(place, Int.random(in: copy.indices, using: &random))
            case 5:
                let end = min(place + Int.random(in: 1...16, using: &random), copy.count)
                copy.insert(contentsOf: copy[place..<end], at: end)
            case 6: if Int.random(in: 0..<8, using: &random) == 0 { copy.removeSubrange(place...) }
            default:
                copy.insert(
                    contentsOf: Array((fragments.randomElement(using: &random) ?? "9").utf8),
                    at: place)
            }
        }
        return copy
    }

    /// Pieces of JSON that readers stumble over.
    public static let jsonFragments = [
        "9223372036854775807", "-1", "18446744073709551616", "[", "]", "{", "}", "\"", ",", ":",
        "0", "1e999", "9e99", "null", "true", "\\u", "\\ud800", "\u{0}", "0.5", "[[]]", "{\"a\":{}}",
    ]
}
