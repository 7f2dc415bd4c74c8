public import Corpora

/// What a preparation read, kept and dropped.
public struct PreparationReport: Sendable, Hashable, Codable {
    /// One source.
    public struct SourceReport: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Under which its text may be used; empty where nobody says.
        public var licence: String
        /// What it is, in a sentence.
        public var about: String
        /// What reading it saw, kept and dropped.
        public var read = ReadReport()
        /// Documents that passed every step.
        public var kept = 0
        /// Bytes of their text.
        public var keptBytes = 0
        /// Files written.
        public var shards = 0
        /// Whether it holds conversations, which a catalog has no words for.
        public var holdsConversations = false
    }

    /// Documents that a step dropped for one reason.
    public struct Reason: Sendable, Hashable, Codable {
        /// What they are counted by.
        public var name: String
        /// How many they are.
        public var documents = 0
        /// Bytes of their text.
        public var bytes = 0
        /// "file:line: what was found" of the first three.
        public var firstCases: [String] = []
    }

    /// One step.
    public struct StepReport: Sendable, Hashable, Codable {
        /// Its name.
        public var name: String
        /// Its settings.
        public var settings: [Setting]
        /// Documents it was shown.
        public var seen = 0
        /// Documents that stayed, rewritten ones included.
        public var kept = 0
        /// Documents that stayed with another text.
        public var rewritten = 0
        /// Bytes of text it was shown.
        public var bytesIn = 0
        /// Bytes of text that stayed.
        public var bytesOut = 0
        /// Why documents went, by number of documents.
        public var reasons: [Reason] = []
        /// What was changed in texts, by name.
        public var changes: [String: Int] = [:]
        /// "file:line" of the first three documents that were rewritten.
        public var firstRewritten: [String] = []

        /// Documents that went.
        public var dropped: Int { seen - kept }
    }

    /// What decided the result.
    public var madeOf: [PreparationPlan.Part] = []
    /// What the result is, in a sentence.
    public var about = ""
    /// By source, in the order of reading.
    public var sources: [SourceReport] = []
    /// By step, in their order.
    public var steps: [StepReport] = []
    /// What a user should know besides.
    public var remarks: [String] = []

    /// Documents that were read.
    public var documents: Int { sources.reduce(0) { $0 + $1.read.documents } }
    /// Documents that passed every step.
    public var kept: Int { sources.reduce(0) { $0 + $1.kept } }
    /// Bytes of their text.
    public var keptBytes: Int { sources.reduce(0) { $0 + $1.keptBytes } }

    /// Takes down what a step said of a document.
    mutating func note(
        _ verdict: Verdict, of step: Int, on document: Document,
        place: @autoclosure () -> String
    ) {
        let bytes = document.utf8.count
        steps[step].seen += 1
        steps[step].bytesIn += bytes
        switch verdict {
        case .keep:
            steps[step].kept += 1
            steps[step].bytesOut += bytes
        case .rewrite(let text, let counts):
            steps[step].kept += 1
            steps[step].rewritten += 1
            steps[step].bytesOut += text.count
            for (name, count) in counts { steps[step].changes[name, default: 0] += count }
            if steps[step].firstRewritten.count < 3 { steps[step].firstRewritten.append(place()) }
        case .drop(let reason):
            let index: Int
            if let known = steps[step].reasons.firstIndex(where: { $0.name == reason.name }) {
                index = known
            } else {
                index = steps[step].reasons.count
                steps[step].reasons.append(Reason(name: reason.name))
            }
            steps[step].reasons[index].documents += 1
            steps[step].reasons[index].bytes += bytes
            if steps[step].reasons[index].firstCases.count < 3 {
                steps[step].reasons[index].firstCases.append(
                    reason.detail.isEmpty ? place() : "\(place()): \(reason.detail)")
            }
        }
    }
}
