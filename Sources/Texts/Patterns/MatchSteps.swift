import CPCRE2

/// Counts what a search does, and ends it at its limit.
///
/// PCRE2 calls out before every item of the pattern that it tries. Between two calls it walks at
/// most over text, which the distance of the two places tells, or over written-out repeats and
/// captured text, which the weights allow for. So the count bounds the work; PCRE2's own match
/// limit does not, because it begins anew at every place where a match may start.
struct MatchSteps {
    /// Walking over so many bytes takes as long as a step.
    private static let bytesPerStep = 4  // As a shift: 16.
    /// Comparing so many captured bytes does; most comparisons fail early.
    private static let capturedBytesPerStep = 6  // As a shift: 64.

    private(set) var taken = 0
    private var limit = 0
    /// The count at which the next question is due.
    private var checkpoint = 0
    private var place = 0
    private var weight = 1
    private var weighsCaptures = false
    private let charge: WorkCharge
    private(set) var failure: (any Error)?

    init(charge: @escaping WorkCharge) { self.charge = charge }

    /// Begins a search in a text of so many bytes.
    mutating func begin(_ code: CompiledPattern, byteCount: Int, limits: Pattern.Limits) throws {
        taken = 0
        failure = nil
        weight = code.stepWeight
        weighsCaptures = code.hasBackReferences
        let (extra, overflow) = byteCount.multipliedReportingOverflow(by: limits.stepsPerByte)
        limit = overflow ? .max : limits.steps.addingReportingOverflow(extra).partialValue
        if limit < 0 { limit = .max }
        checkpoint = min(limit, WorkMeter.portion)
        try charge(1 + byteCount >> Self.bytesPerStep)
    }

    /// Counts work that is done outside the matcher.
    mutating func add(_ steps: Int, at place: Int) throws {
        self.place = place
        taken += steps
        if taken >= checkpoint, !ask(), let failure { throw failure }
    }

    @inline(__always)
    fileprivate mutating func step(_ block: UnsafePointer<pcre2_callout_block_8>) -> Bool {
        let position = block.pointee.current_position
        taken += weight + abs(position - place) >> Self.bytesPerStep
        place = position
        if weighsCaptures { taken += captured(block) }
        return taken < checkpoint || ask()
    }

    /// A back reference may compare all that a group has captured before it fails.
    private func captured(_ block: UnsafePointer<pcre2_callout_block_8>) -> Int {
        guard let offsets = block.pointee.offset_vector else { return 0 }
        var length = 0
        for group in 1..<max(Int(block.pointee.capture_top), 1) {
            let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
            if end != ~0, start <= end { length += end - start }
        }
        return length >> Self.capturedBytesPerStep
    }

    private mutating func ask() -> Bool {
        guard taken < limit else {
            failure = TextsError(
                .work,
                "the pattern was given up after \(limit) steps; make it simpler or the text "
                    + "shorter")
            return false
        }
        do {
            try charge(WorkMeter.portion)
        } catch {
            failure = error
            return false
        }
        checkpoint = min(limit, taken + WorkMeter.portion)
        return true
    }
}

/// What PCRE2 calls; a nonisolated function of C's convention.
func countStep(
    block: UnsafeMutablePointer<pcre2_callout_block_8>?, data: UnsafeMutableRawPointer?
) -> Int32 {
    guard let block, let data else { preconditionFailure("a search passes its count") }
    let steps = data.assumingMemoryBound(to: MatchSteps.self)
    return steps.pointee.step(block) ? 0 : PCRE2_ERROR_CALLOUT
}
