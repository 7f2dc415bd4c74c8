/// A wish to turn one dial.
public struct DialChange: Sendable, Hashable {
    /// Such as `optimizer.lr`; the catalogue is `Dial.catalogue`.
    public var path: String
    /// What to set it to.
    public var value: DialValue
    /// Who asks: a hook's name, `nightjar set` and the like.
    ///
    /// It is told in journal and metrics.
    public var origin: String
    /// Where in its text that is said, `curriculum.lua:12`; for messages.
    public var place: String?

    /// A wish; whether it can be met is checked when it is applied.
    public init(path: String, value: DialValue, origin: String, place: String? = nil) {
        self.path = path
        self.value = value
        self.origin = origin
        self.place = place
    }
}

/// A dial that was turned.
public struct TurnedDial: Sendable, Hashable {
    /// The change, its value in the dial's own type.
    public var change: DialChange
    /// The value before.
    public var before: DialValue
    /// Steps made when it took effect.
    public var step: Int
}
