import CLuaShim

extension LuaState {
    /// Reads the shim's last failure as an error.
    func failure(_ result: Int32, budget: Budget) -> LuaError {
        let failure = njl_last_failure(context)
        let chunk = String(cString: failure.chunk)
        var error = LuaError(
            kind: .runtime,
            message: LuaState.told(
                UnsafeBufferPointer(start: failure.message, count: failure.message_count)),
            chunk: chunk.isEmpty ? nil : chunk,
            line: failure.line > 0 ? Int(failure.line) : nil,
            traceback: String(cString: failure.trace).split(separator: "\n").map(String.init))
        switch Int(result) {
        case NJL_TIME:
            error.kind = .budgetTime
            error.message = "ran past its time budget of \(budget.seconds) s"
        case NJL_MEMORY:
            error.kind = .budgetMemory
            let size = LuaState.size(budget.memoryBytes)
            error.message = "needs more than its memory budget of \(size)"
        case NJL_INSTRUCTIONS:
            error.kind = .budgetInstructions
            error.message = "ran past its budget of \(budget.instructions ?? 0) instructions"
        case NJL_INTERRUPTED:
            error.kind = .interrupted
            error.message = "was interrupted"
        case NJL_LOST:
            error.kind = .budgetTime
            error.message = "this state was given up: a call in it could not be ended"
        case NJL_SYNTAX: error.kind = .syntax
        case NJL_TYPE: error.kind = .type
        default: attachCause(to: &error)
        }
        lastThrown = nil
        if result == NJL_TIME, njl_is_busy(context) == 0 {
            timeCutCount += 1
            onTimeCut?()
        }
        return error
    }

    /// In MiB, as limits are written, where that is a whole number.
    private static func size(_ bytes: Int) -> String {
        bytes > 0 && bytes.isMultiple(of: 1 << 20) ? "\(bytes >> 20) MiB" : "\(bytes) bytes"
    }

    /// A message as text; of one that floods, the beginning.
    private static func told(_ message: UnsafeBufferPointer<UInt8>) -> String {
        let longest = 8192
        let text = String(decoding: message.prefix(longest), as: UTF8.self)
        return message.count > longest ? "\(text)... (\(message.count) bytes)" : text
    }

    /// An error that a host function threw and no script replaced is told by its text.
    private func attachCause(to error: inout LuaError) {
        // A text that names its own place may have had it split off again.
        guard let lastThrown,
            lastThrown.message == error.message || lastThrown.message == error.sentence
        else { return }
        guard let inner = lastThrown.error as? LuaError else {
            error.kind = .host
            error.cause = lastThrown.error
            return
        }
        // An error of an inner call comes out as itself, with the outer frames below its own.
        let outer = error
        error = inner
        if error.chunk == nil {
            error.chunk = outer.chunk
            error.line = outer.line
        }
        error.traceback += outer.traceback
    }
}
