import LuaRuntime
import Tensors
import Texts

/// `nj.random`: chance that is the same again.
///
/// What is drawn depends on the run's seed, the script and the occasion of the call alone. Streams
/// of different names do not touch each other: drawing from one leaves the others as they are.
enum RandomBindings {
    private static let stream = Field(
        "stream", .text, .value(""), "a name; draws from one stream leave the others as they are")
    private static let low = Field("low", .number(.finite), .value(.number(0)), "included")
    private static let high = Field("high", .number(.finite), .value(.number(1)), "not included")
    private static let lowest = Field("low", .integer(.min ... .max), .required, "included")
    private static let highest = Field("high", .integer(.min ... .max), .required, "included")
    private static let mean = Field("mean", .number(.finite), .value(.number(0)), "the middle")
    private static let deviation = Field(
        "std", .number(.nonNegative), .value(.number(1)), "the standard deviation")
    private static let count = Field(
        "count", .integer(0...Bounds.mostItems), .required, "how many")
    private static let list = Field("list", .list(.any), .required, "any values")
    private static let numbers = Field(
        "numbers", .array(.number(.finite)), .required, "in the order drawn")
    private static let number = Field("number", .number(.finite), .required, "the number drawn")
    private static let integer = Field(
        "number", .integer(.min ... .max), .required, "the number drawn")
    private static let value = Field("value", .any, .required, "the value drawn")

    static let all: [Binding] = [
        Binding(
            "random.uniform", [low, high, stream], gives: [number],
            doc: "Draws a number between two, all alike likely.",
            examples: ["nj.random.uniform() < 1", "nj.random.uniform(2, 3) >= 2"]
        ) { call in
            let range = try range(call)
            return [.number(draw(call) { uniform(range, &$0) })]
        },
        Binding(
            "random.uniforms", [count, low, high, stream], gives: [numbers],
            doc: "Draws numbers between two: as many calls of nj.random.uniform give the same.",
            examples: ["#nj.random.uniforms(3) == 3"]
        ) { call in
            let range = try range(call)
            return try many(call) { .number(uniform(range, &$0)) }
        },
        Binding(
            "random.integer", [lowest, highest, stream], gives: [integer],
            doc: "Draws a whole number from two on both ends, all alike likely.",
            examples: ["nj.random.integer(6, 6) == 6"]
        ) { call in
            let range = try integerRange(call)
            return [LuaNode(draw(call) { integer(range, &$0) })]
        },
        Binding(
            "random.integers", [count, lowest, highest, stream],
            gives: [
                Field("numbers", .array(.integer(.min ... .max)), .required, "in the order drawn")
            ],
            doc: "Draws whole numbers: as many calls of nj.random.integer give the same.",
            examples: ["nj.random.integers(2, 7, 7)[2] == 7"]
        ) { call in
            let range = try integerRange(call)
            return try many(call) { LuaNode(integer(range, &$0)) }
        },
        Binding(
            "random.normal", [mean, deviation, stream], gives: [number],
            doc: "Draws a number around a mean, normally distributed.",
            examples: ["nj.random.normal(5, 0) == 5"]
        ) { call in
            let (mean, deviation) = (call.number("mean"), call.number("std"))
            return [.number(draw(call) { mean + deviation * $0.normal() })]
        },
        Binding(
            "random.normals", [count, mean, deviation, stream], gives: [numbers],
            doc: "Draws numbers around a mean: as many calls of nj.random.normal give the same.",
            examples: ["#nj.random.normals(4, 0, 2) == 4"]
        ) { call in
            let (mean, deviation) = (call.number("mean"), call.number("std"))
            return try many(call) { .number(mean + deviation * $0.normal()) }
        },
        Binding(
            "random.chance",
            [Field("share", .number(.share), .required, "how likely true is"), stream],
            gives: [Field("happens", .boolean, .required, "true with that likelihood")],
            doc: "Says yes as often as told.",
            examples: ["nj.random.chance(1)", "not nj.random.chance(0)"]
        ) { call in
            let share = call.number("share")
            return [.boolean(draw(call) { $0.uniform() < share })]
        },
        Binding(
            "random.choose", [list, stream], gives: [value],
            doc: "Draws one value of a list, all alike likely.",
            examples: [#"nj.random.choose({ "a" }) == "a""#]
        ) { call in
            let list = call.list("list")
            try call.context.charge(list.count)
            return [list[draw(call) { integer(0...(list.count - 1), &$0) }]]
        },
        Binding(
            "random.weighted",
            [
                list,
                Field(
                    "weights", .list(.number(.nonNegative)), .required,
                    "one for each value; not all 0"), stream,
            ], gives: [value],
            doc: "Draws one value of a list, each as likely as its weight says.",
            examples: [#"nj.random.weighted({ "a", "b" }, { 0, 2 }) == "b""#]
        ) { call in
            let index = try weighted(call)
            return [call.list("list")[index]]
        },
        Binding(
            "random.shuffle", [Field("list", .array(.any), .required, "any values"), stream],
            gives: [Field("list", .array(.any), .required, "a new list")],
            doc: "Gives the values of a list in an order drawn, all orders alike likely.",
            examples: ["#nj.random.shuffle({ 1, 2, 3 }) == 3"]
        ) { call in
            [LuaNode(list: try sample(call, call.list("list").count))]
        },
        Binding(
            "random.sample",
            [Field("list", .array(.any), .required, "any values"), count, stream],
            gives: [Field("list", .array(.any), .required, "in the order drawn")],
            doc: "Draws values of a list, none twice.",
            examples: ["#nj.random.sample({ 1, 2, 3 }, 2) == 2"]
        ) { call in
            let (list, count) = (call.list("list"), call.integer("count"))
            guard count <= list.count else {
                throw call.fault(
                    "count", "\(count) values cannot be drawn from a list of \(list.count)")
            }
            return [LuaNode(list: try sample(call, count))]
        },
    ]

    // MARK: - Drawing

    private static func draw<Result>(
        _ call: BindingCall, _ body: (inout RandomStream) -> Result
    ) -> Result {
        call.context.randomness.draw(call.text("stream"), body)
    }

    private static func many(
        _ call: BindingCall, _ one: (inout RandomStream) -> LuaNode
    ) throws -> [LuaNode] {
        let count = call.integer("count")
        try call.context.charge(count)
        return [LuaNode(list: draw(call) { stream in (0..<count).map { _ in one(&stream) } })]
    }

    private static func uniform(
        _ range: (low: Double, high: Double), _ stream: inout RandomStream
    ) -> Double {
        let value = range.low + stream.uniform() * (range.high - range.low)
        // Rounding may reach the end that does not belong to it.
        return value < range.high ? value : max(range.low, range.high.nextDown)
    }

    /// The high word of a product, where the low word is not among the few that would favour some
    /// numbers (Lemire, 2019).
    private static func integer(_ range: ClosedRange<Int>, _ stream: inout RandomStream) -> Int {
        let span = UInt64(bitPattern: Int64(range.upperBound &- range.lowerBound)) &+ 1
        guard span != 0 else { return Int(truncatingIfNeeded: stream.next()) }
        var product = stream.next().multipliedFullWidth(by: span)
        if product.low < span {
            let unfair = (0 &- span) % span
            while product.low < unfair { product = stream.next().multipliedFullWidth(by: span) }
        }
        return range.lowerBound &+ Int(truncatingIfNeeded: product.high)
    }

    private static func range(_ call: BindingCall) throws -> (low: Double, high: Double) {
        let (low, high) = (call.number("low"), call.number("high"))
        guard low <= high, (high - low).isFinite else {
            throw call.fault("high", "expected a number from \(low) on, got \(high)")
        }
        return (low, high)
    }

    private static func integerRange(_ call: BindingCall) throws -> ClosedRange<Int> {
        let (low, high) = (call.integer("low"), call.integer("high"))
        guard low <= high else {
            throw call.fault("high", "expected an integer from \(low) on, got \(high)")
        }
        return low...high
    }

    private static func weighted(_ call: BindingCall) throws -> Int {
        let count = call.list("list").count
        let weights = call.list("weights").compactMap(ShapeCheck.number)
        guard weights.count == count else {
            throw call.fault("weights", "\(weights.count) weights stand for \(count) values")
        }
        try call.context.charge(count)
        let sum = weights.reduce(0, +)
        guard sum > 0, sum.isFinite else {
            throw call.fault("weights", "their sum is \(sum); it must be above 0 and finite")
        }
        var left = draw(call) { $0.uniform() } * sum
        for (index, weight) in weights.enumerated() {
            left -= weight
            if left < 0 { return index }
        }
        // Rounding may leave a little: it belongs to the last value that can be drawn.
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    /// The first places of a shuffle (Durstenfeld, 1964).
    private static func sample(_ call: BindingCall, _ count: Int) throws -> [LuaNode] {
        var list = call.list("list")
        try call.context.charge(list.count)
        draw(call) { stream in
            for place in 0..<min(count, max(list.count - 1, 0)) {
                list.swapAt(place, integer(place...(list.count - 1), &stream))
            }
        }
        return Array(list.prefix(count))
    }
}
