/// What the learning rate is multiplied with, as a function of where the run stands.
public enum Schedule: Sendable {
    case constant(Constant)
    case linear(Linear)
    case cosine(Cosine)
    case warmupStableDecay(WarmupStableDecay)
    case piecewise(Piecewise)
    /// A function the user supplied, such as one written in Lua.
    case custom(any CustomSchedule)

    /// The factor at a position, zero or more.
    public func factor(at position: SchedulePosition) throws -> Double {
        switch self {
        case .constant(let schedule): schedule.factor(at: position)
        case .linear(let schedule): schedule.factor(at: position)
        case .cosine(let schedule): schedule.factor(at: position)
        case .warmupStableDecay(let schedule): schedule.factor(at: position)
        case .piecewise(let schedule): schedule.factor(at: position)
        case .custom(let schedule): try schedule.factor(at: position)
        }
    }
}

/// A schedule from outside; equal positions must give equal factors.
public protocol CustomSchedule: Sendable {
    func factor(at position: SchedulePosition) throws -> Double
}
