/// How a run with `method = "grpo"` has its model answer prompts, and learns from what the answers
/// are worth (Group Relative Policy Optimization, Shao et al. 2024).
public struct RolloutSettings: Sendable, Hashable {
    /// By what differences of rewards within a group are divided.
    public enum Scale: String, Sendable, Hashable, CaseIterable {
        /// By the group's own standard deviation.
        case group
        /// By that of all rewards of the step.
        case batch
        /// By nothing (Liu et al. 2025): prompts on which answers differ little count little.
        case none
    }

    /// What a step's answers are averaged over.
    public enum Averaging: String, Sendable, Hashable, CaseIterable {
        /// All tokens of the step's answers together (Yu et al. 2025): each token counts alike.
        case tokens
        /// Each answer's own tokens first (Shao et al. 2024): each answer counts alike, so that a
        /// token of a long one counts less.
        case answers
        /// As many tokens as answers may have (Liu et al. 2025): how long answers are changes nothing.
        case longest
    }

    /// G: answers to a prompt, at least 2.
    public var perPrompt: Int
    /// The most tokens of an answer.
    public var maximumNewTokens: Int
    /// What answers are judged by; at least one.
    public var rewards: [Reward]
    /// How a group's rewards become advantages.
    public var scale: Scale
    /// How tokens' losses become one.
    public var averaging: Averaging
    /// What the divergence from the reference counts in the loss; 0 for none, and no reference then.
    public var beta: Double
    /// What everything else in the mix counts beside the answers: the factor of its mean
    /// cross-entropy.
    public var textWeight: Double
    /// The model that the divergence is measured from: a folder, a checkpoint, or a name such as
    /// `runs/chat@step-500`; nil for the one that the run begins from.
    public var reference: String?

    /// By default 8 answers a prompt, scaled by their group, each token counting alike, free to go
    /// where the rewards lead.
    public init(
        rewards: [Reward], perPrompt: Int = 8, maximumNewTokens: Int = 256, scale: Scale = .group,
        averaging: Averaging = .tokens, beta: Double = 0, textWeight: Double = 1,
        reference: String? = nil
    ) {
        self.rewards = rewards
        self.perPrompt = perPrompt
        self.maximumNewTokens = maximumNewTokens
        self.scale = scale
        self.averaging = averaging
        self.beta = beta
        self.textWeight = textWeight
        self.reference = reference
    }
}

/// One number that tells what an answer is worth, given by a script.
public struct Reward: Sendable, Hashable {
    /// What metrics call it.
    public var name: String
    /// Its factor in the sum that an answer is worth.
    public var weight: Double
    /// The script that has the function: a plugin's name, or `recipe`.
    public var script: String
    /// Where the function stands in it, such as `rewards.brevity`.
    public var door: String

    /// A function of a script.
    public init(name: String, weight: Double = 1, script: String, door: String) {
        self.name = name
        self.weight = weight
        self.script = script
        self.door = door
    }
}
