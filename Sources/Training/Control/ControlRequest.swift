/// What a person, or another program, may ask of a running job.
public enum ControlRequest: Sendable, Hashable {
    /// Turns a dial.
    case set(path: String, value: DialValue)
    /// Turns several dials; all of them, or, where one is refused, none.
    case turn([DialSetting])
    /// Puts weights and optimizer back to a checkpoint: that of a step, or the last one asked for.
    case rollback(to: Int?)
    /// Saves a checkpoint now.
    case save
    /// Saves and ends.
    case stop
    /// Something for the run's scripts, in their own words.
    case script(String)
}

/// A dial and what to set it to, as a request names them.
public struct DialSetting: Sendable, Hashable, Codable {
    /// Such as `optimizer.lr`; the catalogue is `Dial.catalogue`.
    public var path: String
    /// What to set it to.
    public var value: DialValue

    /// A wish; the running job checks whether it can be met.
    public init(path: String, value: DialValue) {
        self.path = path
        self.value = value
    }
}

/// What a running job answers.
public struct ControlReply: Sendable, Hashable, Codable {
    /// Whether it was done.
    public var isDone: Bool
    /// What was done, or why it was refused.
    public var message: String
    /// Steps made at that time.
    public var step: Int
}

extension ControlRequest: Codable {
    private enum Key: String, CodingKey {
        case kind, path, value, changes, step, payload
    }

    private enum Kind: String, Codable {
        case set, turn, rollback, save, stop, script
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Kind.self, forKey: .kind) {
        case .set:
            self = .set(
                path: try container.decode(String.self, forKey: .path),
                value: try container.decode(DialValue.self, forKey: .value))
        case .turn:
            self = .turn(try container.decode([DialSetting].self, forKey: .changes))
        case .rollback:
            self = .rollback(to: try container.decodeIfPresent(Int.self, forKey: .step))
        case .save: self = .save
        case .stop: self = .stop
        case .script: self = .script(try container.decode(String.self, forKey: .payload))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .set(let path, let value):
            try container.encode(Kind.set, forKey: .kind)
            try container.encode(path, forKey: .path)
            try container.encode(value, forKey: .value)
        case .turn(let changes):
            try container.encode(Kind.turn, forKey: .kind)
            try container.encode(changes, forKey: .changes)
        case .rollback(let step):
            try container.encode(Kind.rollback, forKey: .kind)
            try container.encodeIfPresent(step, forKey: .step)
        case .save: try container.encode(Kind.save, forKey: .kind)
        case .stop: try container.encode(Kind.stop, forKey: .kind)
        case .script(let payload):
            try container.encode(Kind.script, forKey: .kind)
            try container.encode(payload, forKey: .payload)
        }
    }
}

extension ControlRequest {
    /// The dials that it turns.
    var dialSettings: [DialSetting] {
        switch self {
        case .set(let path, let value): [DialSetting(path: path, value: value)]
        case .turn(let changes): changes
        case .rollback, .save, .stop, .script: []
        }
    }
}
