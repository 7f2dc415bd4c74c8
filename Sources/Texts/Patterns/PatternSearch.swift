import CPCRE2

/// Searches texts for one pattern; belongs to one thread.
///
/// Texts are bytes. Where they are no UTF-8, what is around the malformed bytes is searched and
/// nothing matches across them. A search that exceeds the pattern's limits throws a `TextsError` of
/// kind `work`.
public final class PatternSearch {
    /// What is searched for.
    public let pattern: Pattern

    /// Who pays for what is made of the matches; the steps ask on their own.
    let charge: WorkCharge
    private let context: OpaquePointer
    private let data: OpaquePointer
    private let offsets: UnsafeMutablePointer<Int>
    private let steps: UnsafeMutablePointer<MatchSteps>

    /// Steps that one call of the matcher costs beyond those that it takes.
    private static let stepsPerCall = 4

    /// Prepares to search; `charge` is asked before each search and every 65,536 steps.
    public init(_ pattern: Pattern, charge: @escaping WorkCharge = { _ in }) {
        guard let context = pcre2_match_context_create_8(nil),
            let data = pcre2_match_data_create_8(UInt32(pattern.groupCount + 1), nil),
            let offsets = pcre2_get_ovector_pointer_8(data)
        else { preconditionFailure("no memory for a search") }
        self.pattern = pattern
        self.charge = charge
        self.context = context
        self.data = data
        self.offsets = UnsafeMutableRawPointer(offsets).assumingMemoryBound(to: Int.self)
        steps = .allocate(capacity: 1)
        steps.initialize(to: MatchSteps(charge: charge))
        // The count of steps comes first; these bounds are for what it could not see.
        pcre2_set_match_limit_8(context, 50_000_000)
        pcre2_set_depth_limit_8(context, UInt32(clamping: pattern.limits.depth))
        pcre2_set_heap_limit_8(context, UInt32(clamping: pattern.limits.heapKiB))
        pcre2_set_callout_8(context, countStep, steps)
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        steps.deinitialize(count: 1)
        steps.deallocate()
    }

    /// The steps that the last search took.
    public var stepsTaken: Int { steps.pointee.taken }

    /// The first match that begins at byte `start` or later; `start` lies between characters.
    public func firstMatch(in text: [UInt8], from start: Int = 0) throws -> PatternMatch? {
        var first: PatternMatch?
        try forEachMatch(in: text, from: start) { match in
            first = match
            return false
        }
        return first
    }

    /// Whether the pattern matches anywhere.
    public func matches(_ text: [UInt8]) throws -> Bool {
        var isFound = false
        try scan(text, from: 0) { _ in
            isFound = true
            return false
        }
        return isFound
    }

    /// The number of matches that do not overlap.
    public func count(in text: [UInt8]) throws -> Int {
        var count = 0
        try scan(text, from: 0) { _ in
            count += 1
            return true
        }
        return count
    }

    /// Calls `body` with each match, left to right, until it answers false.
    ///
    /// Matches do not overlap. An empty match may stand where the last one ended.
    public func forEachMatch(
        in text: [UInt8], from start: Int = 0, _ body: (PatternMatch) throws -> Bool
    ) throws {
        let groupCount = pattern.groupCount
        try scan(text, from: start) { offsets in
            try body(PatternMatch(offsets, groupCount: groupCount))
        }
    }

    /// Calls `body` with the offsets of each match.
    func scan(
        _ text: [UInt8], from start: Int, _ body: (UnsafePointer<Int>) throws -> Bool
    ) throws {
        precondition(start >= 0 && start <= text.count, "a search begins inside the text")
        let isUTF8 = UTF8Bytes.firstMalformed(in: text) == nil
        let code = try pattern.code(forUTF8: isUTF8)
        try steps.pointee.begin(code, byteCount: text.count, limits: pattern.limits)
        // An empty array need not have an address.
        if text.isEmpty {
            try [UInt8(0)].withUnsafeBufferPointer {
                try scan(.init(rebasing: $0[..<0]), $0.baseAddress, isUTF8, code, 0, body)
            }
        } else {
            try text.withUnsafeBufferPointer {
                try scan($0, $0.baseAddress, isUTF8, code, start, body)
            }
        }
    }

    private func scan(
        _ text: UnsafeBufferPointer<UInt8>, _ base: UnsafePointer<UInt8>?, _ isUTF8: Bool,
        _ code: CompiledPattern, _ start: Int, _ body: (UnsafePointer<Int>) throws -> Bool
    ) throws {
        var position = start
        var options = isUTF8 ? PCRE2_NO_UTF_CHECK : 0
        while position <= text.count {
            try steps.pointee.add(Self.stepsPerCall, at: position)
            var found = pcre2_match_8(
                code.code, base, text.count, position, options, data, context)
            if found == PCRE2_ERROR_JIT_STACKLIMIT {
                // Without JIT, a text that is no UTF-8 is checked anew by every call.
                try steps.pointee.add(
                    isUTF8 ? Self.stepsPerCall : (text.count - position) >> 4, at: position)
                found = pcre2_match_8(
                    code.code, base, text.count, position, options | PCRE2_NO_JIT, data, context)
            }
            if found == PCRE2_ERROR_NOMATCH { return }
            guard found > 0 else { throw failure(found) }
            let (from, end) = (offsets[0], offsets[1])
            guard from <= end, end >= position else { return }
            guard try body(offsets) else { return }
            position = end
            options = isUTF8 ? PCRE2_NO_UTF_CHECK : 0
            if from == end { options |= PCRE2_NOTEMPTY_ATSTART }
        }
    }

    private func failure(_ status: Int32) -> any Error {
        if status == PCRE2_ERROR_CALLOUT, let failure = steps.pointee.failure { return failure }
        switch status {
        case PCRE2_ERROR_MATCHLIMIT, PCRE2_ERROR_DEPTHLIMIT, PCRE2_ERROR_HEAPLIMIT:
            return TextsError(
                .work,
                "the pattern was given up: matching it here takes too much memory; make it simpler "
                    + "or the text shorter")
        default:
            return TextsError(
                .work, "the pattern was given up: \(CompiledPattern.message(status))")
        }
    }
}
