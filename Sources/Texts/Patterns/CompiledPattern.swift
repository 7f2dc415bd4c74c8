import CPCRE2

/// PCRE2's code for one expression and one kind of text.
final class CompiledPattern: @unchecked Sendable {
    // Unchecked because of the pointer: compiled code is read-only after `init`, and PCRE2 lets any
    // number of threads match with it at once.
    let code: OpaquePointer
    let groupCount: Int
    /// What a step costs: repeats that are written out are walked between two steps.
    let stepWeight: Int
    let hasBackReferences: Bool

    /// Compiles for UTF-8, or for any bytes where `isTolerant`: then nothing matches across a byte
    /// that is no part of a character.
    init(_ source: String, isTolerant: Bool, limits: Pattern.Limits) throws {
        let bytes = Array(source.utf8)
        guard bytes.count <= limits.patternBytes else {
            throw TextsError(
                .pattern,
                "the pattern has \(bytes.count) bytes; at most \(limits.patternBytes) are taken")
        }
        // Callouts are how steps are counted.
        var options = PCRE2_UTF | PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
        options |= isTolerant ? PCRE2_MATCH_INVALID_UTF : PCRE2_NO_UTF_CHECK
        var status: Int32 = 0
        var offset = 0
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &status, &offset, nil) else {
            throw TextsError(
                .pattern,
                "the pattern does not compile: \(Self.message(status)), at its byte \(offset + 1)",
                offset: offset)
        }
        // Where JIT is not available the interpreter gives the same matches.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        self.code = code
        groupCount = Int(Self.number(PCRE2_INFO_CAPTURECOUNT, of: code))
        hasBackReferences = Self.number(PCRE2_INFO_BACKREFMAX, of: code) > 0
        stepWeight = 1 + Self.largestRepeat(in: bytes) / 16
    }

    deinit { pcre2_code_free_8(code) }

    func groupNames() -> [Pattern.GroupName] {
        let count = Int(Self.number(PCRE2_INFO_NAMECOUNT, of: code))
        let size = Int(Self.number(PCRE2_INFO_NAMEENTRYSIZE, of: code))
        var table: UnsafePointer<UInt8>?
        guard count > 0, pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table) == 0,
            let table
        else { return [] }
        return (0..<count).map { index in
            let entry = table + index * size
            return Pattern.GroupName(
                name: String(cString: entry + 2), number: Int(entry[0]) << 8 | Int(entry[1]))
        }.sorted { ($0.number, $0.name) < ($1.number, $1.name) }
    }

    private static func number(_ what: Int32, of code: OpaquePointer) -> UInt32 {
        var value: UInt32 = 0
        let status = pcre2_pattern_info_8(code, UInt32(what), &value)
        precondition(status == 0, "PCRE2 knows every fact of its own code")
        return value
    }

    /// The largest number in braces, whatever it stands for.
    private static func largestRepeat(in bytes: [UInt8]) -> Int {
        var largest = 0
        var number: Int?
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: ","): number = 0
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                number = number.map { min($0 * 10 + Int(byte - 48), 1 << 16) }
            case 0x20, 0x09: break
            default: number = nil
            }
            largest = max(largest, number ?? 0)
        }
        return largest
    }

    static func message(_ status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(status, &buffer, buffer.count)
        return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
    }
}
