import LuaRuntime
import Texts

/// `nj.text`: how long texts are, and how near to each other.
enum TextMeasures {
    private static let texts = Field("texts", .array(.bytes), .required, "UTF-8")
    private static let unit = Field(
        "unit", .choice(["graphemes", "codepoints", "bytes", "words", "columns"]),
        .value("graphemes"), "what is counted; a reader takes graphemes for characters")
    private static let most = Field(
        "most", .integer(0 ... .max), .none, "a larger distance need not be known, which is fast")
    private static let by = Field(
        "by", .choice(["edits", "subsequence", "characters", "words"]), .value("edits"),
        "1 - distance / length of the longer; the longest common subsequence's share of the "
            + "longer; the share of runs of n code points, or of words, that both have")
    private static let n = Field(
        "n", .integer(1...Bounds.longestNGram), .value(3), "for \"characters\"")

    static let all: [Binding] = [
        .onTexts(
            "text.length", [Field("text", .bytes, .required, "UTF-8"), unit],
            gives: [
                Field(
                    "length", .integer(0 ... .max), .none,
                    "nil and a message where the text is no UTF-8")
            ],
            doc: "Counts what a text is made of.",
            examples: [
                #"nj.text.length("e\u{301}!") == 2"#,
                #"nj.text.length("e\u{301}!", "codepoints") == 3"#,
                #"nj.text.length("e\u{301}!", "bytes") == 4"#,
            ]
        ) { call in
            let unit = call.text("unit")
            if unit == "bytes" { return [LuaNode(call.bytes("text").count)] }
            return [LuaNode(try length(call.utf8("text"), unit, call))]
        },
        .onTexts(
            "text.lengths", [texts, unit],
            gives: [Field("lengths", .array(.integer(0 ... .max)), .none, "in the order given")],
            doc: "Counts what every text of a list is made of.",
            examples: [#"nj.text.lengths({ "one two", "three" }, "words")[1] == 2"#]
        ) { call in
            let unit = call.text("unit")
            if unit == "bytes" {
                return [LuaNode(list: call.strings("texts").map { LuaNode($0.count) })]
            }
            return [LuaNode(list: try call.utf8s("texts").map { LuaNode(try length($0, unit, call)) })]
        },
        .onTexts(
            "text.distance",
            [
                Field("a", .bytes, .required, "UTF-8"), Field("b", .bytes, .required, "UTF-8"),
                most,
            ],
            gives: [
                Field(
                    "distance", .integer(0 ... .max), .none,
                    "nil and a message where it is more than most, or the texts are too long")
            ],
            doc:
                "Gives the least number of code points to insert, delete or replace that makes one "
                + "text the other (Levenshtein's distance).",
            examples: [
                #"nj.text.distance("kitten", "sitting") == 3"#,
                #"nj.text.distance("kitten", "sitting", 2) == nil"#,
            ]
        ) { call in
            let most = call.optionalInteger("most") ?? .max
            guard
                let distance = try EditDistance.between(
                    call.utf8("a"), call.utf8("b"), most: most, charge: call.context.charge)
            else { throw Refusal("the distance is more than \(most)") }
            return [LuaNode(distance)]
        },
        .onTexts(
            "text.distances", [Field("text", .bytes, .required, "UTF-8"), texts, most],
            gives: [
                Field(
                    "distances", .array(.either([.integer(0 ... .max), .off])), .none,
                    "in the order given; false where a distance is more than most")
            ],
            doc: "Gives the distances from one text to every text of a list.",
            examples: [#"nj.text.distances("cat", { "cart", "dog" }, 1)[2] == false"#]
        ) { call in
            let text = try call.utf8("text")
            let most = call.optionalInteger("most") ?? .max
            return [
                LuaNode(
                    list: try call.utf8s("texts").map { other in
                        try EditDistance.between(
                            text, other, most: most, charge: call.context.charge
                        ).map { LuaNode($0) } ?? false
                    })
            ]
        },
        .onTexts(
            "text.similarity",
            [
                Field("a", .bytes, .required, "UTF-8"), Field("b", .bytes, .required, "UTF-8"), by,
                n,
            ],
            gives: [
                Field(
                    "similarity", .number(.share), .none,
                    "1 for equal texts; nil and a message where they are too long")
            ],
            doc: "Says how alike two texts are, from 0 to 1.",
            examples: [
                #"nj.text.similarity("kitten", "mitten") > 0.8"#,
                #"nj.text.similarity("the cat", "a cat", "words") == 1 / 3"#,
                #"nj.text.similarity("", "") == 1"#,
            ]
        ) { call in
            [.number(try similarity(call.utf8("a"), call.utf8("b"), call))]
        },
        .onTexts(
            "text.similarities", [Field("text", .bytes, .required, "UTF-8"), texts, by, n],
            gives: [
                Field("similarities", .array(.number(.share)), .none, "in the order given")
            ],
            doc: "Says how alike one text is to every text of a list.",
            examples: [#"nj.text.similarities("cat", { "cat", "dog" })[2] == 0"#]
        ) { call in
            let text = try call.utf8("text")
            return [
                LuaNode(
                    list: try call.utf8s("texts").map {
                        .number(try similarity(text, $0, call))
                    })
            ]
        },
    ]

    private static func length(_ text: String, _ unit: String, _ call: BindingCall) throws -> Int {
        let charge = call.context.charge
        switch unit {
        case "codepoints": return Measuring.scalarCount(of: text)
        case "words": return try WordSplit.count(in: text, charge: charge)
        case "columns": return try Measuring.width(of: text, charge: charge)
        default: return try Measuring.graphemeCount(of: text, charge: charge)
        }
    }

    private static func similarity(
        _ a: String, _ b: String, _ call: BindingCall
    ) throws -> Double {
        let charge = call.context.charge
        switch call.text("by") {
        case "words": return try Jaccard.ofWords(a, b, charge: charge)
        case "characters":
            return try Jaccard.ofCharacters(a, b, call.integer("n"), charge: charge)
        default: break
        }
        let longer = max(a.unicodeScalars.count, b.unicodeScalars.count)
        guard longer > 0 else { return 1 }
        if call.text("by") == "subsequence" {
            return Double(try CommonSubsequence.length(a, b, charge: charge)) / Double(longer)
        }
        let distance = try EditDistance.between(a, b, charge: charge) ?? longer
        return 1 - Double(distance) / Double(longer)
    }
}
