/// Asks for leave to do so many units of work: bytes, code points or matching steps.
///
/// Functions whose work can outgrow their input call it before they work and again in long loops,
/// so that a caller with a budget can end them by throwing. What it throws passes through.
public typealias WorkCharge = (Int) throws -> Void

/// Gathers small charges, so that the one who pays is not asked at every step.
struct WorkMeter {
    /// What is asked for at once.
    static let portion = 1 << 16

    private let charge: WorkCharge
    private var owed = 0

    init(_ charge: @escaping WorkCharge) { self.charge = charge }

    @inline(__always)
    mutating func spend(_ units: Int) throws {
        owed += units
        if owed >= WorkMeter.portion { try settle() }
    }

    mutating func settle() throws {
        guard owed > 0 else { return }
        let units = owed
        owed = 0
        try charge(units)
    }
}
