import Tensors

/// The random streams of one call into a script.
///
/// They begin anew with every call, at a place that the run's seed, the script's name and the
/// occasion of the call decide ("on_step_end 120", "item 7"): so there is nothing to save, and an
/// answer does not depend on which worker gave it or on what was asked before.
struct CallRandomness: Sendable {
    private let seed: UInt64
    private let owner: String
    private var occasion = CallOccasion("")
    private var streams: [String: RandomStream] = [:]

    /// The streams of a call that another one interrupts.
    struct Interrupted {
        fileprivate let occasion: CallOccasion
        fileprivate let streams: [String: RandomStream]
    }

    init(seed: UInt64, owner: String) {
        self.seed = seed
        self.owner = owner
    }

    @discardableResult
    mutating func begin(_ occasion: CallOccasion) -> Interrupted {
        let outer = Interrupted(occasion: self.occasion, streams: streams)
        self.occasion = occasion
        if !streams.isEmpty { streams = [:] }
        return outer
    }

    /// Goes on with the streams that `begin` gave.
    mutating func end(_ outer: Interrupted) {
        occasion = outer.occasion
        streams = outer.streams
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

/// Names a call for its random streams: "hooks.on_step_end 120".
///
/// Put together when somebody draws: most calls do not. An object, so that a call copies no texts.
final class CallOccasion: Sendable, CustomStringConvertible {
    private let door: String
    private let moment: String?

    init(_ door: String, _ moment: String? = nil) {
        self.door = door
        self.moment = moment
    }

    var description: String { moment.map { "\(door) \($0)" } ?? door }
    /// The same in a sentence.
    var told: String { moment.map { "\(door) at \($0)" } ?? door }
}
