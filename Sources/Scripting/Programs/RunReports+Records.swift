extension RunReports {
    /// Whole numbers that count something.
    private static func count(_ name: String, _ doc: String) -> Field {
        Field(name, .integer(0 ... .max), .required, doc)
    }

    private static func number(_ name: String, _ doc: String, isKnown: Bool = true) -> Field {
        Field(name, .number(.finite), isKnown ? .required : .none, doc)
    }

    /// What `run:step` gives.
    static let step = Record(
        noun: "step report",
        fields: [
            count("step", "steps made, this one included"),
            count("total_steps", "the step the run ends at"),
            number("loss", "the mean loss of the batch"),
            number(
                "loss_mean",
                "the mean of up to \(meanSteps) losses before it; of the first step, its own"),
            number("grad_norm", "of the whole gradient, before clipping"),
            number("learning_rate", "that the update used"),
            count("num_tokens", "input tokens so far"),
            count("loss_tokens", "tokens of this step that were learned from"),
            Field("skipped", .boolean, .required, "whether the update was left out"),
            Field("skip_reason", .text, .none, "why"),
            Field("rolled_back_to", .integer(0 ... .max), .none, "where a decider went back to"),
            Field(
                "reward", .number(.finite), .none,
                "of the model's own answers on average, with method = \"grpo\"; the other metrics of "
                    + "answers stand beside it under their names"),
            Field(
                "documents_passed_over", .integer(0 ... .max), .none,
                "so far, for being longer than the run admits"),
            number("step_time_s", "seconds"),
            number("tokens_per_second", "input tokens"),
            number("mfu", "share of the machine's measured speed", isKnown: false),
        ], isOpen: true)

    /// What `run:forward_backward` gives.
    static let forward = Record(
        noun: "forward report",
        fields: [
            count("step", "the step under way, from 1"),
            number("loss", "the mean loss of the batch"),
            number("grad_norm", "of the whole gradient, before clipping"),
            number("learning_rate", "what schedule and dials come to"),
            count("tokens", "input tokens of the batch"),
        ])

    /// What `run:evaluate` gives.
    static let heldOut = Record(
        noun: "held-out loss",
        fields: [
            number("loss", "nats a token"), number("bits_per_byte", "bits a byte of text"),
            count("tokens", "tokens that were scored"),
            Field("by_source", .map(.number(.finite)), .required, "the loss of each source"),
        ])

    /// What `run:rollback` gives.
    static let rollback = Record(
        noun: "rollback report",
        fields: [
            count("step", "steps made; a rollback does not lower them"),
            count("to", "the step of the checkpoint whose weights are in force now"),
            count("count", "rollbacks of the run so far"),
        ])

    /// What `run:finish` gives.
    static let summary = Record(
        noun: "run summary",
        fields: [
            Field(
                "ending", .choice(["completed", "stopped", "interrupted"]), .required,
                "by its budget, by someone, or by Ctrl-C"),
            Field("reason", .text, .none, "why it was stopped"),
            count("steps", "steps made"), count("tokens", "input tokens"),
            count("steps_now", "steps made since it was opened"),
            number("seconds", "since it was opened"),
            Field("folder", .text, .required, "the run's folder"),
            Field("checkpoint", .text, .none, "the newest checkpoint's name"),
            Field(
                "not_replayable_from_step", .integer(1 ... .max), .none,
                "where the clock first cut a script off"),
            number("held_out_before", "held-out loss before the first step", isKnown: false),
            number("held_out_after", "held-out loss after the last step", isKnown: false),
            number("bits_per_byte", "the same, in bits a byte", isKnown: false),
        ])
}
