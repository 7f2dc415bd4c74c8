import CPCRE2

/// A compiled regular expression that cuts text into words (PCRE2, UTF mode, JIT).
final class SplitPattern: @unchecked Sendable {
    // Unchecked because of the pointers: compiled code and context are read-only after `init`, and
    // PCRE2 lets any number of threads match with them at once.
    private let code: OpaquePointer
    private let context: OpaquePointer

    /// Backtracking steps spent on one match before it is given up.
    static let matchLimit: UInt32 = 10_000_000
    /// Memory one match may take where it runs without JIT, in KiB.
    private static let heapLimitKiB: UInt32 = 64 << 10

    /// Compiles `pattern`, written for Hugging Face's engine, or literal text.
    init(_ pattern: String, isLiteral: Bool = false) throws {
        let source = Array((isLiteral ? pattern : PatternDialect.translate(pattern)).utf8)
        var options = PCRE2_UTF | PCRE2_NO_UTF_CHECK
        options |= isLiteral ? PCRE2_LITERAL : PCRE2_UCP | PCRE2_NEVER_BACKSLASH_C
        var status: Int32 = 0
        var offset = 0
        guard
            let code = pcre2_compile_8(source, source.count, options, &status, &offset, nil)
        else {
            throw TokenizerError(
                .malformed,
                "the split pattern does not compile: \(Self.message(status)), at its byte \(offset)"
            )
        }
        guard let context = pcre2_match_context_create_8(nil) else {
            preconditionFailure("no memory for a match context")
        }
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimitKiB)
        // Where JIT is not available the interpreter gives the same matches.
        _ = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE)
        self.code = code
        self.context = context
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
    }

    /// Calls `body` with every match, left to right; `text` is well-formed UTF-8.
    ///
    /// A match that exceeds the limits ends the search: what is left is one unmatched piece, so a
    /// pathological pattern costs bounded time and loses no text.
    func forEachMatch(
        in text: UnsafeBufferPointer<UInt8>, _ body: (_ start: Int, _ end: Int) -> Void
    ) {
        guard let base = text.baseAddress, !text.isEmpty else { return }
        guard let data = pcre2_match_data_create_from_pattern_8(code, nil) else {
            preconditionFailure("no memory for a match")
        }
        defer { pcre2_match_data_free_8(data) }
        guard let offsets = pcre2_get_ovector_pointer_8(data) else { return }
        var position = 0
        var options = PCRE2_NO_UTF_CHECK
        while position <= text.count {
            var found = pcre2_match_8(code, base, text.count, position, options, data, context)
            if found == PCRE2_ERROR_JIT_STACKLIMIT {
                found = pcre2_match_8(
                    code, base, text.count, position, options | PCRE2_NO_JIT, data, context)
            }
            guard found > 0 else {
                if found == PCRE2_ERROR_NOMATCH, options & PCRE2_NOTEMPTY_ATSTART != 0,
                    position < text.count
                {
                    position += max(UTF8Scan.sequenceLength(base, position, text.count), 1)
                    options = PCRE2_NO_UTF_CHECK
                    continue
                }
                return
            }
            let (start, end) = (offsets[0], offsets[1])
            // `\K` inside a lookbehind can move the start past the end.
            guard start <= end, end >= position else { return }
            body(start, end)
            position = end
            options = PCRE2_NO_UTF_CHECK
            if start == end { options |= PCRE2_NOTEMPTY_ATSTART }
        }
    }

    private static func message(_ status: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = pcre2_get_error_message_8(status, &buffer, buffer.count)
        return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
    }
}
