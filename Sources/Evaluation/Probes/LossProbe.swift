public import Corpora
import Naming
public import Training
public import Transformers

/// Held-out loss by category: what a language model is trained on, and the plainest measure of what
/// it has kept.
///
/// Every category counts the same: `loss` (nats a token) and `bits_per_byte` are means of the
/// categories' own values, which follow by name where there are several. Intervals draw the
/// documents of each category again.
public struct LossProbe: ProbeRecipe {
    /// Which text is scored.
    public enum Text: Sendable, Hashable {
        /// Held-out parts of sources and evaluation sets, by name; `replay` is every category of
        /// the mix's replay, and `all` everything that is held out.
        case heldOut([String])
        /// A source of its own.
        case source(Source)
    }

    public let name: String
    /// What is scored.
    public let text: Text
    /// The most tokens of each category.
    public let tokens: Int

    /// A probe of some text.
    public init(name: String, text: Text, tokens: Int) {
        self.name = name
        self.text = text
        self.tokens = tokens
    }

    public func open(in setting: ProbeSetting) throws -> any Probe {
        let sources: [any TokenSource] =
            switch text {
            case .source(let source): [try setting.tokenize(source)]
            case .heldOut(let names): try LossProbe.find(names, in: setting, for: name)
            }
        return OpenLossProbe(
            name: name,
            sets: try sources.map {
                try EvaluationSet(
                    $0, packing: setting.packing, tokenizer: setting.tokenizer, rows: setting.rows,
                    maximumTokens: tokens)
            }, microRows: setting.microRows,
            bootstrap: Bootstrap(seed: setting.seed, name: name))
    }

    private static func find(
        _ names: [String], in setting: ProbeSetting, for probe: String
    ) throws -> [any TokenSource] {
        var found: [any TokenSource] = []
        func add(_ tokens: any TokenSource) {
            if !found.contains(where: { $0.name == tokens.name }) { found.append(tokens) }
        }
        for name in names {
            if let text = setting.heldOut.first(where: { $0.tokens.name == name }) {
                add(text.tokens)
                continue
            }
            let group = setting.heldOut.filter { name == "all" || (name == "replay" && $0.isReplay) }
            guard !group.isEmpty else {
                throw EvaluationError(
                    .badSetting,
                    "The probe \"\(probe)\" scores \"\(name)\", and nothing of that name is held "
                        + "out; "
                        + nearestNameHint(
                            to: name,
                            among: setting.heldOut.map(\.tokens.name) + ["all", "replay"]))
            }
            group.forEach { add($0.tokens) }
        }
        return found
    }
}

/// A loss probe with its text.
struct OpenLossProbe: Probe {
    let name: String
    let sets: [EvaluationSet]
    let microRows: Int
    let bootstrap: Bootstrap

    func measure(_ model: Decoder, for host: any ProbeHost) throws -> ProbeResult? {
        var losses: [[DocumentLoss]] = []
        for set in sets {
            let own = try set.documentLosses(
                of: model, microRows: microRows, isStopped: { host.isStopped })
            guard let own else { return nil }
            losses.append(own)
        }
        var values = [value("loss", of: losses, Rate.natsAToken)]
        values.append(value("bits_per_byte", of: losses, Rate.bitsAByte))
        if sets.count > 1 {
            for (set, own) in zip(sets, losses) {
                values.append(value("loss/\(set.source.name)", of: [own], Rate.natsAToken))
                values.append(value("bits_per_byte/\(set.source.name)", of: [own], Rate.bitsAByte))
            }
        }
        return ProbeResult(
            name: name, values: values, count: losses.reduce(0) { $0 + $1.count })
    }

    /// The mean over groups of documents of each group's rate.
    private func value(
        _ name: String, of groups: [[DocumentLoss]], _ rate: Rate
    ) -> ProbeResult.Value {
        func mean(_ items: (Int) -> [Int]) -> Double {
            groups.indices.reduce(0.0) { $0 + rate.of(groups[$1], items($1)) }
                / Double(groups.count)
        }
        return ProbeResult.Value(
            name, mean { Array(groups[$0].indices) },
            drawn: bootstrap.draws(ofGroups: groups.map(\.count)) { drawn in mean { drawn[$0] } })
    }
}

/// Nats over what they are spread over.
private enum Rate {
    case natsAToken, bitsAByte

    func of(_ documents: [DocumentLoss], _ items: [Int]) -> Double {
        var nats = 0.0
        var over = 0.0
        for item in items {
            nats += documents[item].nats
            over += self == .natsAToken ? documents[item].tokens : Double(documents[item].bytes)
        }
        guard over > 0 else { return .nan }
        return self == .natsAToken ? nats / over : nats / over / 0.6931471805599453
    }
}
