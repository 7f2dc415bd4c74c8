import Corpora
import Naming
public import Training

/// By which numbers the points of a sweep are compared, and the probes that measure them.
public struct SweepProbes: Sendable {
    /// How well the model does on the domain.
    public let domain: SweepMeasure
    /// How well it does in general.
    public let general: SweepMeasure
    /// Probes that the recipe does not have.
    public let added: [any ProbeRecipe]

    /// The most tokens of each category that an added probe scores, as `nj.probe.loss` does.
    private static let tokens = 32768

    /// Finds the probes of a recipe, or adds held-out loss in their place.
    ///
    /// Where no name is given, the domain's probe is that named `domain` or like the source, and the
    /// general one that named `general` or `replay`.
    ///
    /// - Parameters:
    ///   - domain: a probe, or a number of one.
    ///   - general: likewise.
    /// - Throws: `EvaluationError` for a name that the recipe does not have.
    public init(
        domain: String?, general: String?, of mix: MixSweep, in configuration: RunConfiguration
    ) throws {
        let names = configuration.probes.recipes.map(\.name)
        var added: [any ProbeRecipe] = []
        func measure(
            _ option: String, _ text: String?, usual: [String], text fallback: LossProbe.Text
        ) throws -> SweepMeasure {
            guard let text else {
                if let name = usual.first(where: names.contains) { return SweepMeasure(probe: name) }
                let unasked = configuration.data.map(\.source).filter {
                    $0.format.isOfPairs || $0.format.isOfPrompts
                }
                if case .heldOut(let asked) = fallback,
                    let source = unasked.first(where: { asked.contains($0.name) })
                {
                    let what =
                        source.format.isOfPairs ? "compares answers" : "holds prompts without answers"
                    throw EvaluationError(
                        .badSetting,
                        "\(source.name) \(what), of which no loss a token is asked; give the "
                            + "recipe a probe called \"\(usual[0])\", such as nj.probe.choice, or name "
                            + "one with \(option).")
                }
                added.append(
                    LossProbe(name: usual[0], text: fallback, tokens: SweepProbes.tokens))
                return SweepMeasure(probe: usual[0])
            }
            let measure = try SweepMeasure(text)
            guard names.contains(measure.probe) else {
                throw EvaluationError(
                    .badSetting,
                    "\(option): the recipe has no probe \"\(measure.probe)\"; "
                        + nearestNameHint(to: measure.probe, among: names))
            }
            return measure
        }
        let sources = try mix.general(in: configuration.data)
        self.domain = try measure(
            "--domain", domain, usual: ["domain", mix.source], text: .heldOut([mix.source]))
        self.general = try measure(
            "--general", general, usual: ["general", "replay"],
            text: .heldOut(
                sources[0].share.isReplay ? ["replay"] : sources.map(\.source.name)))
        guard self.domain != self.general else {
            throw EvaluationError(
                .badSetting,
                "\"\(self.domain.text)\" cannot measure both the domain and what is kept; name "
                    + "another number with --domain or --general.")
        }
        self.added = added
    }

    /// Whether the added probes have text to score.
    ///
    /// - Parameter heldOut: documents that each source holds out.
    /// - Throws: `EvaluationError` that says what to do.
    public func checkHeldOut(
        _ heldOut: [String: Int], of mix: MixSweep, in configuration: RunConfiguration
    ) throws {
        func missing(_ names: [String], _ option: String) -> EvaluationError {
            let names = names.map { "\"\($0)\"" }.joined(separator: ", ")
            return EvaluationError(
                .badSetting,
                "Nothing of \(names) is held out, so its loss cannot be measured; give it "
                    + "validation = 0.05, or name a probe of the recipe with \(option).")
        }
        func isAdded(_ measure: SweepMeasure) -> Bool {
            added.contains { $0.name == measure.probe }
        }
        if isAdded(domain), heldOut[mix.source, default: 0] == 0 {
            throw missing([mix.source], "--domain")
        }
        guard isAdded(general) else { return }
        let sources = try mix.general(in: configuration.data)
        let empty = sources.map(\.source.name).filter { heldOut[$0, default: 0] == 0 }
        // Of a replay those categories count that hold something out.
        guard empty.count < (sources[0].share.isReplay ? sources.count : 1) else {
            throw missing(empty, "--general")
        }
    }
}
