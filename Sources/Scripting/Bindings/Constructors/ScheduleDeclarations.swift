import LuaRuntime
import Optimizers

/// `nj.schedule`: what the learning rate is multiplied with along the run.
enum ScheduleDeclarations {
    static let kinds = Kinds(
        noun: "schedule", records: [constant, linear, cosine, wsd, piecewise],
        fallback: "constant", takesName: true, named: ofPlugin)

    /// A plugin's schedule, as a string that is no kind names it.
    private static let ofPlugin = Record(
        noun: "plugin schedule",
        fields: [
            Field(
                "name", .text, .required,
                "give a plugin in use, or one and its schedule: \"my-plugin/warm-restarts\"")
        ], tag: pluginKind, shorthand: "name")

    /// The kind of a schedule that a plugin gives.
    static let pluginKind = "plugin"

    static let all: [Binding] = [
        .constructor(
            "schedule.constant", .record(constant),
            doc: "Warmup, then 1 for ever."),
        .constructor(
            "schedule.linear", .record(linear),
            doc: "Warmup, then a straight line from 1 to `final` at the end."),
        .constructor(
            "schedule.cosine", .record(cosine),
            doc: "Warmup, then half a cosine from 1 to `final` at the end."),
        .constructor(
            "schedule.wsd", .record(wsd),
            doc: "Warmup, a stable stretch at 1, then a decay to `final` at the end."),
        .constructor(
            "schedule.piecewise", .record(piecewise),
            doc: "Straight lines between points of progress and factor."),
    ]

    /// A schedule that is a function.
    static let signature = Signature(parameters: facts.fields, results: [factor])

    /// A schedule in a plugin, which has settings besides.
    static let pluginSignature = Signature(
        parameters: facts.fields + [
            Field("ctx", .record(context), .required, "what the plugin was given")
        ], results: [factor])

    /// What a schedule is asked with.
    static let facts = Record(
        noun: "schedule facts",
        fields: [Field("progress", .number(.share), .required, "the share of the run done")])

    static let factor = Field(
        "factor", .number(.nonNegative), .required, "what the rate is multiplied with")

    private static let context = Record(
        noun: "schedule context",
        fields: [
            Field(
                "settings", .map(.any), .required,
                "the plugin's settings, with what the recipe changed")
        ])

    private static func final(_ usual: Double) -> Field {
        Field(
            "final", .number(.nonNegative), .value(.number(usual)),
            "the factor at the end of the run")
    }

    /// `warmup_steps`, `warmup_tokens` and `warmup_share`, or the same of `decay`.
    private static func lengths(_ stem: String, _ doc: String) -> [Field] {
        [
            Field("\(stem)_steps", .integer(0 ... .max), .none, "\(doc), in steps"),
            Field("\(stem)_tokens", .integer(0 ... .max), .none, "\(doc), in tokens"),
            Field("\(stem)_share", .number(.share), .none, "\(doc), as a share of the run"),
        ]
    }

    private static let warmup = lengths("warmup", "how long the rise from 0 to 1 takes")
    private static let warmupGroup = Group(
        names: warmup.map(\.name), fallback: ("warmup_steps", .integer(0)))

    private static let constant = Record(
        noun: "constant", fields: warmup, groups: [warmupGroup], tag: "constant")

    private static let linear = Record(
        noun: "linear", fields: warmup + [final(Linear().final)], groups: [warmupGroup],
        tag: "linear")

    private static let cosine = Record(
        noun: "cosine", fields: warmup + [final(Cosine().final)], groups: [warmupGroup],
        tag: "cosine")

    private static let wsd: Record = {
        let usual = WarmupStableDecay()
        let decay = lengths("decay", "how long the fall at the end takes")
        return Record(
            noun: "wsd",
            fields: warmup + decay + [
                final(usual.final),
                Field(
                    "shape", .choice(WarmupStableDecay.Shape.allCases.map(\.rawValue)),
                    .value(.string(LuaString(usual.shape.rawValue))),
                    "the curve of the fall: a straight line, or 1 - sqrt(x)"),
            ],
            groups: [
                warmupGroup,
                Group(names: decay.map(\.name), fallback: ("decay_share", .number(0.2))),
            ], tag: "wsd")
    }()

    private static let piecewise = Record(
        noun: "piecewise",
        fields: [
            Field(
                "points",
                .list(
                    .record(
                        Record(
                            noun: "point",
                            fields: [
                                Field(
                                    "at", .number(.share), .required,
                                    "give the share of the run, 0 to 1"),
                                Field(
                                    "factor", .number(.nonNegative), .required,
                                    "give the factor there"),
                            ]))),
                .required,
                "give points in rising order, as in { { at = 0, factor = 1 }, "
                    + "{ at = 1, factor = 0 } }")
        ], tag: "piecewise")
}
