import Tensors

/// The random streams of one call into a script.
///
/// They begin anew with every call, at a place that the run's seed, the script's name and the
/// occasion of the call decide ("on_step_end 120", "item 7"): so there is nothing to save, and an
/// answer does not depend on which worker gave it or on what was asked before.
struct CallRandomness: Sendable {
    private let seed: UInt64
    private let owner: String
    private var occasion = ""
    private var streams: [String: RandomStream] = [:]

    init(seed: UInt64, owner: String) {
        self.seed = seed
        self.owner = owner
    }

    mutating func begin(_ occasion: String) {
        self.occasion = occasion
        streams = [:]
    }

    /// Draws from the stream of that name.
    mutating func draw<Result>(
        _ name: String, _ body: (inout RandomStream) -> Result
    ) -> Result {
        body(
            &streams[
                name,
                default: RandomStream(seed: seed, name: "\(owner)\u{0}\(occasion)\u{0}\(name)")])
    }
}
