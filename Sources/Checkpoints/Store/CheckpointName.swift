/// The name of a checkpoint in its run: `step-000500`.
public enum CheckpointName {
    /// The name for a step, padded so that names sort like steps up to a million.
    public static func of(step: Int) -> String {
        precondition(step >= 0, "steps count from 0")
        let digits = String(step)
        return "step-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }

    /// The step that a name stands for, however it is padded; nil for any other name.
    public static func step(of name: String) -> Int? {
        guard name.hasPrefix("step-") else { return nil }
        let digits = name.dropFirst(5)
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}
