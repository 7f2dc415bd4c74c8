import Telemetry

extension StageAdvice {
    /// What the rules come to.
    struct Plan {
        var entry: Stage
        var stage: Stage
        var method: Method
        var usesAdapter = false
        var replayShare: Double
        var epochs: Double
        /// What the usual rate of new weights is multiplied with.
        var rateFactor: Double
        var rateReason: String
        var choices: [Choice] = []

        /// For running text.
        ///
        /// - Parameters:
        ///   - tokens: unique ones.
        ///   - isKnown: whether the model's size was given.
        init(tokens: Int, parameters: Int, isKnown: Bool) {
            let ratio = Double(tokens) / Double(max(1, parameters))
            let have =
                isKnown
                ? "\(HumanFormat.count(tokens)) unique tokens are \(StageAdvice.text(ratio)) for each "
                    + "of \(HumanFormat.count(parameters)) parameters"
                : "\(HumanFormat.count(tokens)) unique tokens"
            func threshold(_ perParameter: Double) -> String {
                let published = HumanFormat.count(
                    perParameter * Double(AdviceRules.publishedParameters))
                return isKnown
                    ? "\(StageAdvice.text(perParameter)) (published for giant models: \(published) tokens)"
                    : "\(published) tokens (published for giant models; with --model the threshold "
                        + "is \(StageAdvice.text(perParameter)) for each parameter)"
            }
            method = .languageModelling
            replayShare = 0.5
            epochs = 1
            let ground: String
            if ratio >= AdviceRules.tokensToBegin {
                (entry, stage) = (.pre, .pre)
                ground =
                    "\(have), at least \(threshold(AdviceRules.tokensToBegin)), the ratio that "
                    + "spends compute best (Hoffmann et al. 2022): the data can carry a constant "
                    + "phase and a decay of its own"
                (replayShare, rateFactor) = (0.25, 1)
                rateReason = "the checkpoint at pre stands at such a rate"
            } else if ratio >= AdviceRules.tokensToDecay {
                (entry, stage) = (.pre, .mid)
                ground =
                    "\(have), at least \(threshold(AdviceRules.tokensToDecay)): enough for the "
                    + "decay of a life, which lasts about a tenth of it (Hu et al. 2024) and is when "
                    + "data counts most"
                rateFactor = 1
                rateReason = "the decay begins where the constant phase ended"
            } else if ratio >= AdviceRules.tokensToGoOn {
                (entry, stage) = (.mid, .mid)
                ground =
                    "\(have), at least \(threshold(AdviceRules.tokensToGoOn)) but too few for a "
                    + "decay of their own: go on from a finished base"
                epochs = 2
                rateFactor = 0.3
                rateReason =
                    "a third of it warms a finished model up again without undoing it "
                    + "(Ibrahim et al. 2024)"
            } else {
                (entry, stage) = (.post, .post)
                ground =
                    "\(have), below \(threshold(AdviceRules.tokensToGoOn)): all weights would "
                    + "learn it by heart"
                usesAdapter = true
                replayShare = 0
                epochs = 3
                rateFactor = 1
                rateReason = "adapters take some ten times the rate of fine-tuning all weights"
            }
            epochs = min(epochs, AdviceRules.mostEpochs)
            choices = [
                Choice(what: "stage", choice: stage.rawValue, reason: ground),
                Choice(
                    what: "begin from", choice: entry.rawValue,
                    reason: Self.reason(toBeginFrom: entry)),
                Choice(
                    what: "method", choice: usesAdapter ? "lm with LoRA" : "lm",
                    reason: usesAdapter
                        ? "text without turns, learned by adapters, so that the model keeps what it knows"
                        : "text without turns"),
                replay,
                Choice(
                    what: "epochs", choice: StageAdvice.text(epochs),
                    reason:
                        "up to four readings teach nearly as much as new text (Muennighoff et al. "
                        + "2023)"),
            ]
            if stage != .post {
                choices.append(
                    Choice(
                        what: "after it", choice: "sft",
                        reason: "a model that has learned from text below post has to be taught to "
                            + "answer (again)"))
            }
        }

        /// For conversations.
        init(conversations: Int) {
            let isEnough = conversations >= AdviceRules.conversationsForAll
            (stage, method) = (.post, .supervised)
            entry = isEnough ? .mid : .post
            usesAdapter = !isEnough
            replayShare = isEnough ? 0.25 : 0
            epochs = isEnough ? 2 : 3
            rateFactor = isEnough ? 0.1 : 1
            rateReason =
                isEnough
                ? "fine-tuning takes a tenth of it"
                : "adapters take some ten times the rate of fine-tuning all weights"
            let threshold = "\(AdviceRules.conversationsForAll) (published: 1 K+ samples)"
            choices = [
                Choice(
                    what: "stage", choice: "post",
                    reason:
                        "the data is conversations: it shows answers, it does not teach a language"),
                Choice(
                    what: "begin from", choice: entry.rawValue,
                    reason: isEnough
                        ? "\(conversations) conversations, at least \(threshold): enough to teach a "
                            + "finished base to answer from the beginning"
                        : "\(conversations) conversations, below \(threshold): a model that answers "
                            + "already has the least to learn"),
                Choice(
                    what: "method", choice: isEnough ? "sft" : "sft with LoRA",
                    reason: isEnough
                        ? "only the assistant's words are learned, by all weights"
                        : "only the assistant's words are learned, and few rows move few numbers best"
                ),
                replay,
                Choice(
                    what: "epochs", choice: StageAdvice.text(epochs),
                    reason: isEnough
                        ? "one or two are usual for whole models" : "few rows take more readings"),
            ]
        }

        /// For questions with two answers.
        init(pairs: Int) {
            (entry, stage, method) = (.post, .post, .preference)
            replayShare = 0.25
            epochs = 1
            rateFactor = 0.01
            rateReason =
                "preferring takes a hundredth of it: the model is to stay near where it began "
                + "(Rafailov et al. 2023)"
            choices = [
                Choice(
                    what: "stage", choice: "post",
                    reason: "the data compares answers: it says which is better, not how to answer"),
                Choice(
                    what: "begin from", choice: "post",
                    reason: "changes are counted from a model that answers already"),
                Choice(
                    what: "method", choice: "dpo",
                    reason: "\(pairs) questions with a chosen answer and a rejected one"),
                replay,
                Choice(
                    what: "epochs", choice: StageAdvice.text(epochs),
                    reason: "one to three are usual; more move the model far for little"),
            ]
        }

        private var replay: Choice {
            let percent = "\(Int((100 * replayShare).rounded())) %"
            let reason =
                switch (method, replayShare) {
                case (_, 0): "an adapter leaves the model's weights as they are"
                case (.supervised, _), (.preference, _):
                    "a quarter kept general ability in the published case; without any, more than a "
                        + "third of it was lost"
                case (_, ..<0.5):
                    "the longer the run, the more a model forgets without; a quarter is enough where "
                        + "the data is large (Ibrahim et al. 2024)"
                default: "begin with half and half, and take away what probes show to be too much"
                }
            return Choice(what: "replay", choice: percent, reason: reason)
        }

        private static func reason(toBeginFrom stage: Stage) -> String {
            switch stage {
            case .pre: "at pre the rate is still constant: nothing has to be warmed up again"
            case .mid: "at mid the base is finished and has not been taught to answer"
            case .post: "at post the model answers already, and adapters keep that"
            }
        }
    }
}
