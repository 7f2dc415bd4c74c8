import LuaRuntime

/// The moment at which scripts hear what the probes came to.
enum ProbeHookPoint {
    /// Numbers by probe and name.
    private static let readings = Shape.map(.map(.number(.finite)))

    static let probes = Field(
        "probes", readings, .none,
        "what the probes came to last, by name: probes.general.loss, and loss_low and loss_high, "
            + "the ends of its interval of 95 %")
    static let start = Field("start", readings, .none, "the same at step 0")

    private static let action = Shape.choice(["keep", "rollback", "stop"])

    static let probe = HookPoint(
        name: "on_probe", kind: .decide,
        when: "The probes were measured: at step 0, as often as `probes.every_steps` says, and at "
            + "the end. \"rollback\" goes back to the last checkpoint's weights and on with new "
            + "data, \"stop\" ends the run with everything saved; `dials` are turned either way. The "
            + "first action other than \"keep\" counts.",
        facts: Record(
            noun: "probe facts",
            fields: [
                Field("step", .integer(0 ... .max), .required, "steps made so far"),
                Field("total_steps", .integer(0 ... .max), .required, "steps to make in all"),
                Field("progress", .number(.share), .required, "the share of the run done"),
                probes, start,
                Field(
                    "rollbacks", .integer(0 ... .max), .required, "rollbacks of this run so far"),
                Field(
                    "max_rollbacks", .integer(0 ... .max), .required,
                    "how many the recipe allows"),
                Field(
                    "rollback_step", .integer(0 ... .max), .none,
                    "the checkpoint that a rollback goes to; nil where there is none yet"),
                Field(
                    "dials", .map(.any), .required,
                    "every dial with its value now, by path: \"optimizer.lr\""),
            ]),
        answer: .either([
            action,
            .record(
                Record(
                    noun: "probe verdict",
                    fields: [
                        Field("action", action, .none, "what becomes of the run"),
                        Field(
                            "dials", Curriculum.answer, .none, "new values by path, as a curriculum's"
                        ),
                        Field("reason", .text, .none, "one sentence, for the journal"),
                    ])),
        ]),
        example: """
            on_probe = function(ctx)
              local now, start = ctx.probes and ctx.probes.general, ctx.start and ctx.start.general
              if now and start and now.loss > start.loss * 1.05 then
                return { action = "rollback", dials = { ["schedule.factor"] = 0.5 } }
              end
            end
            """)

    /// The dials that an answer turns; nil for one that turns none.
    static func dials(in answer: LuaNode, of door: String) -> LuaTable<LuaNode>? {
        guard case .table(let table) = answer else { return nil }
        if door.hasPrefix("curricul") { return table }
        guard door == "hooks.on_probe", case .table(let dials)? = table["dials"] else { return nil }
        return dials
    }
}
