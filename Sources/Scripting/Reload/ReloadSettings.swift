/// When a changed script takes the place of the one in force; the recipe's `reload`.
public struct ReloadSettings: Sendable, Hashable {
    /// What follows a change whose shift cannot be measured for lack of calls.
    public enum Unmeasured: String, Sendable, Hashable, CaseIterable {
        case swap, refuse
    }

    /// A version that answers further away than this is refused; nil for no limit.
    public var maximumShift: Double?
    /// What follows a change whose shift cannot be measured.
    public var unmeasured = Unmeasured.swap
    /// Whether every change is refused.
    public var isLocked = false
    /// Whether a resumed run takes the scripts as they are on the disk by then.
    public var takesEdited = false

    /// Every sound version is taken.
    public init() {}
}

extension ReloadSettings {
    init(recipe table: CompleteTable) {
        maximumShift = table.optionalNumber("max_shift")
        unmeasured = table.word("unmeasured")
    }
}
