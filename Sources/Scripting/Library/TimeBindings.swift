import LuaRuntime

/// `nj.time`: the clock, for scripts that were granted it.
///
/// What depends on the clock cannot be replayed, so functions that are asked for an answer never
/// see it.
enum TimeBindings {
    private static let phases: Set<ScriptPhase> = [.hook, .program, .test]

    static let all: [Binding] = [
        Binding(
            "time.now", gives: [Field("seconds", .number(.finite), .required, "since 1970, UTC")],
            phases: phases, doc: "Gives the time of day. Needs the capability \"clock\"."
        ) { call in
            try call.context.grants.require(.clock, of: call.context.owner)
            return [.number(call.context.clock.now)]
        },
        Binding(
            "time.monotonic",
            gives: [Field("seconds", .number(.finite), .required, "from some moment on")],
            phases: phases,
            doc: "Gives seconds that never go back, to measure how long something took. Needs the "
                + "capability \"clock\"."
        ) { call in
            try call.context.grants.require(.clock, of: call.context.owner)
            return [.number(call.context.clock.monotonic)]
        },
    ]
}
