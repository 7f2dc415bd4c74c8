import LuaRuntime
import Texts

/// `nj.text`: the parts of a text.
enum TextParts {
    private static let text = Field("text", .bytes, .required, "UTF-8")
    private static let anyText = Field("text", .bytes, .required, "any bytes")
    private static let part = Field("part", .text, .required, "compared byte by byte")
    private static let result = Field(
        "text", .bytes, .none, "nil and a message where the text is no UTF-8")
    private static let parts = Field(
        "parts", .array(.bytes), .none, "from left to right; nil and a message on failure")

    static let all: [Binding] = [
        .onTexts(
            "text.trim",
            [text, Field("side", .choice(["both", "start", "end"]), .value("both"), "where")],
            gives: [result],
            doc: "Takes white space of any script off the ends of a text.",
            examples: [#"nj.text.trim(" \u{3000}a b\n") == "a b""#]
        ) { call in
            let side = call.text("side")
            return [
                LuaNode(
                    try Slicing.trimmed(
                        call.utf8("text"), atStart: side != "end", atEnd: side != "start",
                        charge: call.context.charge))
            ]
        },
        .onTexts(
            "text.split",
            [
                anyText, Field("separator", .text, .required, "what stands between the parts"),
                Field(
                    "most", .integer(1 ... .max), .none,
                    "at most so many parts; the last holds the rest"),
            ], gives: [parts],
            doc: "Cuts a text wherever a separator stands; nj.regex.split cuts by a pattern.",
            examples: [
                #"#nj.text.split("a,b,,c", ",") == 4"#,
                #"nj.text.split("a,b,c", ",", 2)[2] == "b,c""#,
            ]
        ) { call in
            let bytes = try call.paidBytes("text")
            let search = ByteSearch(call.bytes("separator"))
            let most = call.optionalInteger("most") ?? .max
            var parts: [LuaNode] = []
            var start = 0
            while parts.count + 1 < most, let place = search.first(in: bytes, from: start) {
                guard parts.count < Bounds.mostItems else {
                    throw Refusal("there are more than \(Bounds.mostItems) parts")
                }
                parts.append(LuaNode(bytes[start..<place]))
                start = place + search.part.count
            }
            return [LuaNode(list: parts + [LuaNode(bytes[start...])])]
        },
        .onTexts(
            "text.lines", [anyText], gives: [parts],
            doc: "Gives the lines without their ends: line feeds, carriage returns, or both.",
            examples: [#"#nj.text.lines("a\r\nb\n") == 2"#]
        ) { call in
            let bytes = try call.paidBytes("text")
            return [LuaNode(list: try Lines.ranges(in: bytes).map { LuaNode(bytes[$0]) })]
        },
        .onTexts(
            "text.words", [text], gives: [parts],
            doc: "Gives the words: runs of letters, numbers and marks of any script, with the "
                + "apostrophes between their letters. Scripts without spaces give long runs.",
            examples: [
                #"table.concat(nj.text.words("Don't stop, na\u{ef}ve!"), "|") "#
                    + #"== "Don't|stop|na\u{ef}ve""#
            ]
        ) { call in
            let words = try WordSplit.words(
                in: call.utf8("text"), charge: call.context.charge)
            return [LuaNode(list: words.map { LuaNode($0) })]
        },
        .onTexts(
            "text.slice",
            [
                text, Field("first", .integer(.min ... .max), .required, "from 1"),
                Field("last", .integer(.min ... .max), .value(-1), "included"),
            ], gives: [result],
            doc: "Gives the code points from first to last; negative places count from the end, as "
                + "in string.sub.",
            examples: [
                #"nj.text.slice("\u{e4}bc", 1, 2) == "\u{e4}b""#,
                #"nj.text.slice("abc", -2) == "bc""#,
            ]
        ) { call in
            [
                LuaNode(
                    Slicing.slice(
                        try call.utf8("text"), from: call.integer("first"),
                        to: call.integer("last")))
            ]
        },
        .onTexts(
            "text.pad",
            [
                text, Field("width", .integer(0...4096), .required, "columns to fill"),
                Field(
                    "side", .choice(["end", "start", "both"]), .value("end"),
                    "where the spaces go"),
            ], gives: [result],
            doc: "Puts spaces to a text until it is so many columns wide on a terminal.",
            examples: [
                #"nj.text.pad("ab", 4) == "ab  ""#,
                #"nj.text.pad("\u{6f22}", 4, "start") == "  \u{6f22}""#,
            ]
        ) { call in
            let text = try call.utf8("text")
            let missing = max(
                call.integer("width") - (try Measuring.width(of: text, charge: call.context.charge)),
                0)
            let before =
                switch call.text("side") {
                case "end": 0
                case "start": missing
                default: missing / 2
                }
            let spaces = { String(repeating: " ", count: $0) }
            return [LuaNode(spaces(before) + text + spaces(missing - before))]
        },
        .onTexts(
            "text.starts_with", [anyText, part],
            gives: [Field("starts", .boolean, .required, "whether it does")],
            doc: "Says whether a text begins with a part.",
            examples: [#"nj.text.starts_with("nightjar", "night")"#]
        ) { call in [.boolean(call.bytes("text").starts(with: call.bytes("part")))] },
        .onTexts(
            "text.ends_with", [anyText, part],
            gives: [Field("ends", .boolean, .required, "whether it does")],
            doc: "Says whether a text ends with a part.",
            examples: [#"nj.text.ends_with("nightjar", "jar")"#]
        ) { call in
            [.boolean(call.bytes("text").reversed().starts(with: call.bytes("part").reversed()))]
        },
        .onTexts(
            "text.contains", [anyText, part],
            gives: [Field("contains", .boolean, .required, "whether it does")],
            doc: "Says whether a part stands anywhere in a text.",
            examples: [#"nj.text.contains("nightjar", "htj")"#]
        ) { call in
            let part = ByteSearch(call.bytes("part"))
            return [.boolean(part.first(in: try call.paidBytes("text")) != nil)]
        },
        .onTexts(
            "text.count", [anyText, part],
            gives: [Field("count", .integer(0 ... .max), .required, "places that do not overlap")],
            doc: "Counts how often a part stands in a text.",
            examples: [#"nj.text.count("banana", "an") == 2"#]
        ) { call in
            let (bytes, search) = (try call.paidBytes("text"), ByteSearch(call.bytes("part")))
            var (count, start) = (0, 0)
            while let place = search.first(in: bytes, from: start) {
                count += 1
                start = place + search.part.count
            }
            return [LuaNode(count)]
        },
        .onTexts(
            "text.ngrams",
            [
                text, Field("n", .integer(1...Bounds.longestNGram), .required, "members of a run"),
                Field("unit", .choice(["characters", "words"]), .value("characters"), "of what"),
            ], gives: [parts],
            doc: "Gives all runs of n neighbours: code points, or words joined by a space.",
            examples: [
                #"table.concat(nj.text.ngrams("abcd", 2), " ") == "ab bc cd""#,
                #"nj.text.ngrams("to be, or not", 2, "words")[2] == "be or""#,
            ]
        ) { call in
            let (text, n) = (try call.utf8("text"), call.integer("n"))
            try call.context.charge(n * text.utf8.count)
            if call.text("unit") == "words" {
                return [LuaNode(list: try NGrams.ofWords(text, n, charge: call.context.charge).map { LuaNode($0) })]
            }
            return [LuaNode(list: try NGrams.ofCharacters(text, n).map { LuaNode($0) })]
        },
    ]
}
