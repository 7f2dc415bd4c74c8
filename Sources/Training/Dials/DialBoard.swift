import Corpora
import Naming
import Optimizers

/// Every dial of a run with its value in force: what the recipe says, unless it was set since.
struct DialBoard: Sendable {
    /// A dial that was set, as a checkpoint keeps it.
    struct Setting: Codable, Sendable, Hashable {
        var value: DialValue
        /// What the recipe said then: where it says something else now, that is the later word.
        var recipe: DialValue
        var origin: String
        var step: Int
    }

    let dials: [Dial]
    private let recipe: [String: DialValue]
    /// What turns each source's share, in the sources' order, as the recipe says the share.
    private let shares: [(path: String, recipe: WeightedSource.Share)]
    private let isStrict: Bool
    /// What `RunData.readings` says.
    private let readings: [Double]
    private(set) var settings: [String: Setting] = [:]

    init(_ configuration: RunConfiguration, totalSteps: Int, readings: [Double]) {
        self.readings = readings
        dials = Dial.all(sources: configuration.data)
        isStrict = configuration.mix.isStrict
        let numbers = Dictionary(
            configuration.data.compactMap { source in
                Dial.Target(shareOf: source).map { ($0, source.share.number) }
            },
            uniquingKeysWith: { first, _ in first })
        let paths = Dictionary(
            dials.map { ($0.target, $0.path) }, uniquingKeysWith: { first, _ in first })
        shares = configuration.data.map { source in
            (Dial.Target(shareOf: source).flatMap { paths[$0] } ?? "", source.share)
        }
        func integer(_ value: Int?) -> DialValue { value.map(DialValue.integer) ?? .nothing }
        var recipe: [String: DialValue] = [:]
        for dial in dials {
            let value: DialValue =
                switch dial.target {
                case .learningRate: .number(configuration.optimizer.learningRate)
                case .weightDecay: .number(configuration.optimizer.weightDecay)
                case .gradientClip: configuration.gradientClip.map(DialValue.number) ?? .nothing
                case .scheduleFactor: .number(1)
                case .sourceWeight, .sourcePercent, .replayPercent:
                    .number(numbers[dial.target] ?? 0)
                case .maximumDocumentTokens, .minimumDifficulty, .maximumDifficulty: .nothing
                case .evaluationSteps: integer(configuration.evaluation.everySteps)
                case .probeSteps: integer(configuration.probes.everySteps)
                case .checkpointSteps: integer(configuration.checkpoints.everySteps)
                case .keepLast: .integer(configuration.checkpoints.keepLast)
                case .totalSteps: .integer(totalSteps)
                }
            recipe[dial.path] = value
        }
        self.recipe = recipe
    }

    /// Takes the settings of a checkpoint.
    ///
    /// - Parameter remark: hears of each that is in force, and of each that the recipe or its
    ///   sources have overtaken.
    mutating func restore(_ saved: [String: Setting], remark: (String) -> Void) {
        for (path, setting) in saved.sorted(by: { $0.key < $1.key }) {
            guard let dial = dials.first(where: { $0.path == path }),
                let value = dial.accept(setting.value), let now = recipe[path]
            else {
                remark("\(path) was set to \(setting.value); this run has no such dial now.")
                continue
            }
            if let before = dial.accept(setting.recipe), before != now {
                remark(
                    "\(path) was set to \(value) at step \(setting.step) by \(setting.origin); "
                        + "the recipe says \(now) since, which holds.")
                continue
            }
            settings[path] = setting
            settings[path]?.value = value
            remark("\(path) is \(value), as \(setting.origin) set it at step \(setting.step).")
        }
    }

    /// Every dial's value by path.
    var values: [String: DialValue] {
        recipe.merging(settings.mapValues(\.value)) { $1 }
    }

    /// Checks wishes against names, types and ranges, without meeting them.
    ///
    /// - Parameter step: steps made.
    /// - Returns: the wishes with values in their dials' types.
    /// - Throws: `TrainingError` naming the first that cannot be met.
    func check(_ changes: [DialChange], step: Int) throws -> [DialChange] {
        try changes.map { change in
            let asker = change.place.map { "\(change.origin) at \($0)" } ?? change.origin
            guard let dial = dials.first(where: { $0.path == change.path }) else {
                throw TrainingError(
                    .badDial,
                    "There is no dial \"\(change.path)\", which \(asker) turns; "
                        + hint(to: change.path))
            }
            guard let value = dial.accept(change.value) else {
                throw TrainingError(
                    .badDial,
                    "\(dial.path) is \(dial.expectation), not \(change.value), as "
                        + "\(asker) has it.")
            }
            if dial.target == .totalSteps, case .integer(let steps) = value, steps < step {
                throw TrainingError(
                    .badDial,
                    "steps cannot be \(steps), as \(asker) has it: \(step) are made already. To end "
                        + "now, set it to \(step).")
            }
            return DialChange(path: dial.path, value: value, origin: change.origin)
        }
    }

    /// The nearest dial, else those of the same part of the run.
    private func hint(to path: String) -> String {
        let names = dials.map(\.path)
        let part = path.prefix { $0 != "." } + "."
        let near = names.filter { $0.hasPrefix(part) }
        return nearestNameHint(
            to: path,
            among: nearestName(to: path, among: names) == nil && !near.isEmpty ? near : names)
    }

    /// Meets a checked wish; the value before is returned.
    mutating func set(_ change: DialChange, step: Int) -> DialValue {
        let before = values[change.path] ?? .nothing
        settings[change.path] = Setting(
            value: change.value, recipe: recipe[change.path] ?? .nothing, origin: change.origin,
            step: step)
        return before
    }

    /// What the loader has to plan anew where this board takes the place of another; nil where the
    /// data goes on as it is.
    ///
    /// - Throws: `TrainingError` where the shares come to no mix.
    func dataPlan(
        after former: DialBoard
    ) throws -> (weights: [Double]?, admission: Admission?)? {
        let weights = sourceShares == former.sourceShares ? nil : try sourceWeights()
        let admission = self.admission == former.admission ? nil : self.admission
        return weights == nil && admission == nil ? nil : (weights, admission)
    }

    private func value(_ path: String) -> DialValue {
        settings[path]?.value ?? recipe[path] ?? .nothing
    }

    private func number(_ path: String) -> Double? {
        if case .number(let value) = value(path) { value } else { nil }
    }

    private func integer(_ path: String) -> Int? {
        if case .integer(let value) = value(path) { value } else { nil }
    }

    var learningRate: Double { number("optimizer.lr") ?? 0 }
    var weightDecay: Double { number("optimizer.weight_decay") ?? 0 }
    var gradientClip: Double? { number("gradient_clip") }
    var scheduleFactor: Double { number("schedule.factor") ?? 1 }
    /// The documents that are learned from.
    var admission: Admission {
        Admission(
            maximumTokens: integer("data.max_document_tokens"),
            minimumDifficulty: number("data.min_difficulty"),
            maximumDifficulty: number("data.max_difficulty"))
    }
    var evaluationSteps: Int? { integer("evaluate.every_steps") }
    var probeSteps: Int? { integer("probes.every_steps") }
    var checkpointSteps: Int? { integer("checkpoint.every_steps") }
    var keepLast: Int { integer("checkpoint.keep_last") ?? 1 }
    var totalSteps: Int { integer("steps") ?? 0 }
    /// What the shares come to, in the order of the sources.
    ///
    /// - Throws: `TrainingError` where that is no mix.
    func sourceWeights() throws -> [Double] {
        try MixWeights(sourceShares, isStrict: isStrict, readings: readings).weights
    }

    private var sourceShares: [WeightedSource.Share] {
        shares.map { path, share in
            let number = number(path) ?? 0
            switch share {
            case .weight: return .weight(number)
            case .percent: return .percent(number)
            case .replay: return .replay(number)
            // Nothing turns it: it is as the recipe says.
            case .epochs: return share
            }
        }
    }
}
