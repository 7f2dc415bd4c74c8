import LuaRuntime

/// `nj.json`: JSON without surprises.
enum JSONBindings {
    private static let encodeOptions = Record(
        noun: "JSON encode options",
        fields: [
            Field("indent", .integer(0...16), .value(0), "spaces a level; 0 writes one line"),
            Field(
                "empty", .choice(["array", "object"]), .value("array"),
                "what a table without entries is"),
        ])

    private static let decodeOptions = Record(
        noun: "JSON decode options",
        fields: [
            Field(
                "null", .choice(["keep", "drop"]), .value("keep"),
                "keep gives nj.json.null(); drop leaves such members of objects out, and refuses "
                    + "null elsewhere"),
            Field(
                "big_integers", .choice(["refuse", "text", "number"]), .value("refuse"),
                "what becomes of integers beyond 64 bits; number loses digits"),
            Field(
                "keep_empty", .boolean, .value(false),
                "whether {} becomes nj.json.empty_object() rather than an empty table"),
        ])

    static let all: [Binding] = [
        Binding(
            "json.encode",
            [
                Field("value", .any, .required, "plain data"),
                Field("options", .record(encodeOptions), .none, "how it is written"),
            ],
            gives: [
                Field("text", .bytes, .none, "nil and a message where JSON cannot hold the value")
            ],
            doc: "Writes a value as JSON. Members of objects stand in the order of pairs; a float "
                + "keeps its point and all its digits. NaN, infinities, strings that are no UTF-8 "
                + "and keys that are no strings are refused with their key path.",
            examples: [
                #"nj.json.encode({ b = 1, a = { true, "x" } }) == '{"a":[true,"x"],"b":1}'"#,
                #"nj.json.encode({ 1.0, 0.1 }) == "[1.0,0.1]""#,
                #"nj.json.encode({}, { empty = "object" }) == "{}""#,
                #"select(2, nj.json.encode({ a = { 0 / 0 } })) == "a[1]: JSON has no NaN""#,
            ]
        ) { call in
            let options = call.isGiven("options") ? CompleteTable(call.table("options")) : nil
            var writer = LuaJSONWriter(
                library: call.context.library, charge: call.context.charge,
                indent: options?.optionalInteger("indent") ?? 0,
                emptyIsObject: options?.optionalText("empty") == "object")
            return [LuaNode(try writer.written(call.node("value")))]
        },
        Binding(
            "json.decode",
            [
                Field("text", .bytes, .required, "one JSON value"),
                Field("options", .record(decodeOptions), .none, "how it is read"),
            ],
            gives: [
                Field("value", .any, .none, "nil and a message with line and column on failure")
            ],
            doc: "Reads one JSON value, strictly as RFC 8259 has it. Integers stay exact, numbers "
                + "with a point or an exponent become floats; a key that occurs twice in an object "
                + "is refused.",
            examples: [
                #"nj.json.decode('{"a": [1, 2.5]}').a[2] == 2.5"#,
                #"math.type(nj.json.decode("9007199254740993")) == "integer""#,
                #"nj.json.decode("[null]")[1] == nj.json.null()"#,
                #"select(2, nj.json.decode("[1,\n 2,]")) == "#
                    + #""line 2, column 4: a value is missing""#,
            ]
        ) { call in
            let options = call.isGiven("options") ? CompleteTable(call.table("options")) : nil
            let bytes = try call.paidBytes("text")
            return [
                try LuaJSONReader.read(
                    bytes,
                    LuaJSONReader.Options(
                        library: call.context.library, charge: call.context.charge,
                        dropsNull: options?.optionalText("null") == "drop",
                        bigIntegers: options?.optionalText("big_integers") ?? "refuse",
                        keepsEmpty: options?["keep_empty"].map { $0.isTrue } ?? false))
            ]
        },
        Binding(
            "json.null", gives: [Field("null", .any, .required, "equal to itself alone")],
            doc: "Gives what stands for JSON's null, which nil cannot: a table has no nil in it.",
            examples: [
                #"nj.json.encode({ nj.json.null() }) == "[null]""#,
                #"nj.json.null() == nj.json.null()"#,
            ]
        ) { call in [.object(call.context.library.null)] },
        Binding(
            "json.empty_object", gives: [Field("object", .any, .required, "for encode")],
            doc: "Gives what stands for {}, since an empty table is written as an empty array.",
            examples: [#"nj.json.encode({ nj.json.empty_object(), {} }) == "[{},[]]""#]
        ) { call in [.object(call.context.library.emptyObject)] },
    ]
}

extension LuaNode {
    var isTrue: Bool {
        if case .boolean(true) = self { return true }
        return false
    }
}
