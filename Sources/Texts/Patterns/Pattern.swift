import CPCRE2
import Synchronization

/// A compiled regular expression over UTF-8 text (PCRE2 10, UTF and Unicode classes).
///
/// It is immutable and safe to use from any thread; `PatternSearch` matches with it. Flags are
/// written inside: `(?i)`, `(?m)`, `(?s)`, `(?x)`. `\C` is refused, since it cuts characters.
///
/// Matching is bounded: every step of the matcher is counted, JIT or not, so that a pattern which
/// explodes is given up after the same number of steps at every run.
public final class Pattern: Sendable {
    /// How much one search may cost.
    public struct Limits: Sendable, Hashable {
        /// Matching steps that a search may take whatever the text; a step takes some 25 to
        /// 50 ns.
        public var steps = 1 << 22
        /// Further steps for each byte of the text.
        public var stepsPerByte = 8
        /// Memory that one match may take where it runs without JIT, in KiB.
        public var heapKiB = 64 << 10
        /// How deep groups may nest at matching time where JIT is not used.
        public var depth = 1 << 20
        /// The longest pattern, in bytes.
        public var patternBytes = 32 << 10

        /// Bounds that honest patterns do not meet.
        public init() {}
    }

    /// A group that has a name.
    public struct GroupName: Sendable, Hashable {
        /// As written in `(?<name>...)`.
        public let name: String
        /// From 1.
        public let number: Int
    }

    /// The expression as it was given.
    public let source: String
    /// The number of capturing groups.
    public let groupCount: Int
    /// The named groups, by number.
    public let groupNames: [GroupName]
    /// What one search may cost.
    public let limits: Limits

    private let strict: CompiledPattern
    /// Compiled again for texts that are no UTF-8, once there is one.
    private let tolerant = Mutex<CompiledPattern?>(nil)

    /// Compiles an expression.
    ///
    /// - Throws: `TextsError` of kind `pattern` with the offset of the mistake.
    public init(_ source: String, limits: Limits = Limits()) throws {
        strict = try CompiledPattern(source, isTolerant: false, limits: limits)
        self.source = source
        self.limits = limits
        groupCount = strict.groupCount
        groupNames = strict.groupNames()
    }

    /// The group's number, or nil where the pattern has no such group.
    public func number(ofGroup name: String) -> Int? {
        groupNames.first { $0.name.utf8.elementsEqual(name.utf8) }?.number
    }

    /// The code for a text: for one that is UTF-8 throughout, or for any bytes.
    func code(forUTF8 isUTF8: Bool) throws -> CompiledPattern {
        if isUTF8 { return strict }
        return try tolerant.withLock { compiled in
            if let compiled { return compiled }
            let made = try CompiledPattern(source, isTolerant: true, limits: limits)
            compiled = made
            return made
        }
    }

    /// The text as an expression that matches exactly it.
    ///
    /// `charge` is asked for the work in pieces.
    public static func escaping(
        _ text: String, charge: @escaping WorkCharge = { _ in }
    ) throws -> String {
        var meter = WorkMeter(charge)
        var result: [UInt8] = []
        // Everything that means something in a pattern is one byte of ASCII.
        for byte in text.utf8 {
            try meter.spend(2)
            switch Unicode.Scalar(byte) {
            case "\\", "^", "$", ".", "[", "]", "|", "(", ")", "?", "*", "+", "{", "}", "-", "#",
                " ", "&", "~", "/":
                result += [UInt8(ascii: "\\"), byte]
            case "\n": result += Array("\\n".utf8)
            case "\r": result += Array("\\r".utf8)
            case "\t": result += Array("\\t".utf8)
            case "\0": result += Array("\\x{0}".utf8)
            default: result.append(byte)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
