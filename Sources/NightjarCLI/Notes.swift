import Synchronization
import Telemetry

/// What a command notes by the way: told on standard error at once, and kept for `--json`.
final class Notes: Sendable {
    private let kept = Mutex<[String]>([])

    var all: [String] { kept.withLock { $0 } }

    func add(_ sentence: String) {
        kept.withLock { $0.append(sentence) }
        DescriptorOutput(descriptor: 2).write("note: \(sentence)\n")
    }
}
