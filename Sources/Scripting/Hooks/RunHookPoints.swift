/// The moments of a training run.
enum RunHookPoints {
    static let all: [HookPoint] = [
        start, resume, stepStart, batch, gradients, rollback, stepEnd, evaluate, ProbeHookPoint.probe,
        checkpoint, error, end,
    ]

    // MARK: - Facts that several moments share

    private static let step = Field("step", .integer(0 ... .max), .required, "steps made so far")
    private static let totalSteps = Field(
        "total_steps", .integer(0 ... .max), .required, "steps to make in all")
    private static let progress = Field(
        "progress", .number(.share), .required, "the share of the run done")
    private static let tokens = Field(
        "tokens", .integer(0 ... .max), .required, "input tokens so far")
    private static let loss = Field(
        "loss", .number(.finite), .required,
        "mean loss over the step's tokens, in nats; NaN or infinite where it is")
    private static let norm = Field(
        "gradient_norm", .number(.finite), .required, "the gradients' norm before clipping")
    private static let rate = Field(
        "learning_rate", .number(.finite), .required, "the rate of this update")

    // MARK: - The run

    private static let start = HookPoint(
        name: "on_start", kind: .observe,
        when: "A run begins; its first step is next.",
        facts: Record(
            noun: "start",
            fields: [
                step, totalSteps,
                Field("name", .text, .required, "the run's name"),
                Field("parameters", .integer(0 ... .max), .required, "weights of the model"),
                Field("precision", .text, .required, "of products and activations"),
            ]), answer: nil,
        example: """
            on_start = function(ctx)
              nj.log.info("training " .. ctx.parameters .. " parameters")
            end
            """)

    private static let resume = HookPoint(
        name: "on_resume", kind: .observe,
        when: "A run goes on from a checkpoint; `ctx.state` is what that checkpoint held.",
        facts: start.facts.named("resume"), answer: nil,
        example: """
            on_resume = function(ctx)
              nj.log.info("going on from step " .. ctx.step)
            end
            """)

    private static let stepStart = HookPoint(
        name: "on_step_start", kind: .observe,
        when: "A step is about to be made.",
        facts: Record(noun: "step start", fields: [step, totalSteps, progress, tokens]),
        answer: nil,
        example: """
            on_step_start = function(ctx)
              ctx.state.begun = ctx.step
            end
            """)

    private static let document = Record(
        noun: "batch document",
        fields: [
            Field("source", .text, .required, "the source's name"),
            Field("index", .integer(0 ... .max), .required, "the document within its source"),
            Field("tokens", .integer(0 ... .max), .required, "its tokens in this batch"),
            Field(
                "epoch", .integer(0 ... .max), .required,
                "how often its source had been read through before"),
            Field(
                "difficulty", .number(.nonNegative), .none,
                "what its row calls its difficulty, where its source names that field"),
            Field("weight", .number(.nonNegative), .required, "its weight in the loss"),
        ])

    private static let batch = HookPoint(
        name: "on_batch", kind: .filter,
        when: "A batch is ready and nothing is computed yet. The answer gives the documents other "
            + "weights in the loss, a list as long as `documents`. Each later handler sees the "
            + "weights that the ones before it gave.",
        facts: Record(
            noun: "batch facts",
            fields: [
                step, progress,
                Field("rows", .integer(1 ... .max), .required, "sequences of the batch"),
                Field("tokens", .integer(0 ... .max), .required, "input tokens of the batch"),
                Field(
                    "documents", .array(.record(document)), .required,
                    "what the rows are made of, in order"),
            ]
        ),
        answer: .array(.number(.nonNegative)),
        example: """
            on_batch = function(ctx)
              local weights = {}
              for i, document in ipairs(ctx.documents) do
                weights[i] = document.tokens < 8 and 0 or document.weight
              end
              return weights
            end
            """)

    private static let verdict = Shape.either([
        .choice(["keep", "skip", "rollback", "stop"]),
        .record(
            Record(
                noun: "verdict",
                fields: [
                    Field(
                        "action", .choice(["keep", "skip", "rollback", "stop"]), .required,
                        "what to do with the update"),
                    Field("reason", .text, .none, "one sentence, for the journal"),
                ])),
    ])

    private static let gradients = HookPoint(
        name: "on_gradients", kind: .decide,
        when: "Loss and gradients are known and the weights have not moved. \"skip\" leaves the "
            + "update out, \"rollback\" goes back to the last checkpoint's weights, \"stop\" ends "
            + "the run with everything saved. The first verdict other than \"keep\" counts.",
        facts: Record(
            noun: "gradients",
            fields: [
                step, progress,
                Field(
                    "loss", .number(.finite), .none,
                    "mean loss over the step's tokens, in nats; nil where it is not finite"),
                Field(
                    "gradient_norm", .number(.finite), .none,
                    "the gradients' norm before clipping; nil where it is not finite"),
                rate,
                Field(
                    "rollbacks", .integer(0 ... .max), .required, "rollbacks of this run so far"),
                Field(
                    "losses", .array(.number(.finite)), .required,
                    "of the last steps whose update was made, oldest first"),
                Field(
                    "gradient_norms", .array(.number(.finite)), .required,
                    "of the same steps"),
            ]),
        answer: verdict,
        example: """
            on_gradients = function(ctx)
              if ctx.gradient_norm and ctx.gradient_norm > 100 then return "skip" end
            end
            """)

    private static let stepEnd = HookPoint(
        name: "on_step_end", kind: .observe,
        when: "A step is made and its numbers are known.",
        facts: Record(
            noun: "step end",
            fields: [
                step, totalSteps, progress, tokens, loss, norm, rate,
                Field("loss_tokens", .integer(0 ... .max), .required, "tokens the loss is over"),
                Field(
                    "tokens_by_source", .map(.integer(0 ... .max)), .required,
                    "input tokens of this step"),
                Field("skipped", .boolean, .required, "whether the update was left out"),
                Field(
                    "reward", .number(.finite), .none,
                    "of the model's own answers on average, with method = \"grpo\""),
            ]), answer: nil,
        example: """
            on_step_end = function(ctx)
              ctx.state.lowest = math.min(ctx.state.lowest or math.huge, ctx.loss)
              nj.metric.log("lowest_loss", ctx.state.lowest)
            end
            """)

    private static let rollback = HookPoint(
        name: "on_rollback", kind: .observe,
        when: "Weights and optimizer were put back to those of a checkpoint; step numbers and data "
            + "go on.",
        facts: Record(
            noun: "rollback",
            fields: [
                step,
                Field("target", .integer(0 ... .max), .required, "the checkpoint's step"),
                Field("count", .integer(0 ... .max), .required, "rollbacks of this run so far"),
                Field("origin", .text, .required, "who asked for it"),
                Field("reason", .bytes, .required, "why, in the words of whoever asked"),
            ]), answer: nil,
        example: """
            on_rollback = function(ctx)
              nj.log.warn("back at step " .. ctx.target .. ": " .. ctx.reason)
            end
            """)

    private static let evaluate = HookPoint(
        name: "on_evaluate", kind: .observe,
        when: "Held-out text was scored.",
        facts: Record(
            noun: "evaluation",
            fields: [
                step, progress,
                Field("loss", .number(.finite), .required, "mean held-out loss, in nats a token"),
                Field(
                    "bits_per_byte", .number(.finite), .required,
                    "the same, in bits a byte of text"),
            ]), answer: nil,
        example: """
            on_evaluate = function(ctx)
              nj.log.info(("held-out loss %.4f"):format(ctx.loss))
            end
            """)

    private static let checkpoint = HookPoint(
        name: "on_checkpoint", kind: .observe,
        when: "A checkpoint that was asked for is about to be taken: what the handler leaves in "
            + "`ctx.state` is in it.",
        facts: Record(
            noun: "checkpoint taken",
            fields: [step, Field("name", .text, .required, "such as step-000500")]), answer: nil,
        example: """
            on_checkpoint = function(ctx)
              nj.log.info("saving " .. ctx.name)
            end
            """)

    private static let error = HookPoint(
        name: "on_error", kind: .observe,
        when: "The run ends with an error; what was done is being saved.",
        facts: Record(
            noun: "run error",
            fields: [step, Field("message", .text, .required, "what happened")]), answer: nil,
        example: """
            on_error = function(ctx)
              nj.log.warn("the run failed: " .. ctx.message)
            end
            """)

    private static let end = HookPoint(
        name: "on_end", kind: .observe,
        when: "The run is over, done or stopped, and everything is saved.",
        facts: Record(
            noun: "run end",
            fields: [
                step, tokens,
                Field(
                    "ending", .choice(["completed", "interrupted", "stopped"]), .required,
                    "how the loop was left"),
            ]), answer: nil,
        example: """
            on_end = function(ctx)
              nj.log.info(ctx.ending .. " at step " .. ctx.step)
            end
            """)
}

extension Record {
    /// The same keys under another name.
    func named(_ noun: String) -> Record {
        var record = Record(noun: noun, fields: fields)
        record.groups = groups
        return record
    }
}
