import Generation
import Naming

/// The settings of a chat that `/set` changes, named as the options of the command line are.
enum ChatSettings: String, CaseIterable {
    case temperature
    case topK = "top-k"
    case topP = "top-p"
    case minP = "min-p"
    case repetitionPenalty = "repetition-penalty"
    case maximumNew = "max-new"
    case seed
    case stats

    /// A setting by its name, underscores taken as hyphens.
    ///
    /// - Throws: `ChatMistake` naming the nearest.
    static func named(_ name: String) throws -> ChatSettings {
        let name = name.replacing("_", with: "-")
        if name == "max-tokens" { return .maximumNew }
        guard let setting = ChatSettings(rawValue: name) else {
            let names = allCases.map(\.rawValue)
            throw ChatMistake(
                "there is no setting \"\(name)\"; \(nearestNameHint(to: name, among: names))")
        }
        return setting
    }

    /// The value in force.
    func value(in session: ChatSession, _ printer: ChatPrinter) -> String {
        switch self {
        case .temperature: "\(session.sampling.temperature)"
        case .topK: "\(session.sampling.topK)"
        case .topP: "\(session.sampling.topP)"
        case .minP: "\(session.sampling.minP)"
        case .repetitionPenalty: "\(session.sampling.repetitionPenalty)"
        case .maximumNew: "\(session.maximumNewTokens)"
        case .seed: "\(session.seed)"
        case .stats: printer.tellsSpeed ? "on" : "off"
        }
    }

    /// Sets a value.
    ///
    /// - Throws: `ChatMistake` or `GenerationError` for one that cannot be; nothing is changed.
    func set(_ text: String, in session: ChatSession, _ printer: ChatPrinter) throws {
        var sampling = session.sampling
        switch self {
        case .temperature: sampling.temperature = try number(text)
        case .topK: sampling.topK = try whole(text)
        case .topP: sampling.topP = try number(text)
        case .minP: sampling.minP = try number(text)
        case .repetitionPenalty: sampling.repetitionPenalty = try number(text)
        case .maximumNew:
            let count: Int = try whole(text)
            guard (1...1 << 24).contains(count) else {
                throw ChatMistake("max-new is \(count); give 1 to \(1 << 24)")
            }
            session.maximumNewTokens = count
        case .seed: session.seed = try whole(text)
        case .stats:
            guard text == "on" || text == "off" else {
                throw ChatMistake("stats is on or off, not \"\(text)\"")
            }
            printer.tellsSpeed = text == "on"
        }
        try sampling.validate()
        session.sampling = sampling
    }

    private func number(_ text: String) throws -> Double {
        guard let number = Double(text) else {
            throw ChatMistake("\(rawValue): \"\(text)\" is not a number")
        }
        return number
    }

    private func whole<Number: FixedWidthInteger>(_ text: String) throws -> Number {
        guard let number = Number(text) else {
            throw ChatMistake("\(rawValue): \"\(text)\" is not a whole number")
        }
        return number
    }
}
