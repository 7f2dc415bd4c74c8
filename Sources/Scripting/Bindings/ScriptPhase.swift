/// What a script is doing when it calls the house: the closed list of moments.
///
/// A binding lists the phases in which it may be called; elsewhere it refuses with a sentence.
enum ScriptPhase: String, Sendable, CaseIterable {
    /// A recipe's file runs.
    case recipe
    /// A plugin's file runs.
    case load
    /// A function is asked for an answer that must depend on its arguments alone: a schedule, a
    /// curriculum, a self-test.
    case answer
    /// A handler on the timeline of a run.
    case hook
    /// A script that drives runs itself.
    case program
    /// A spec runs.
    case test

    static let everywhere = Set(allCases)

    /// For "may not be called ...".
    var sentence: String {
        switch self {
        case .recipe: "while a recipe loads"
        case .load: "while a plugin loads"
        case .answer: "by a function that is asked for an answer"
        case .hook: "by a hook"
        case .program: "by a program"
        case .test: "by a spec"
        }
    }

    /// For "it is for ...".
    var noun: String {
        switch self {
        case .recipe: "recipes"
        case .load: "plugins while they load"
        case .answer: "functions that are asked for an answer"
        case .hook: "hooks"
        case .program: "programs (nightjar run)"
        case .test: "specs"
        }
    }
}
