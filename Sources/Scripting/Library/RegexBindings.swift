import LuaRuntime
import Texts

/// `nj.regex`: regular expressions, PCRE2's, over UTF-8.
///
/// Patterns are written where they are used; the 64 used last are kept compiled. Flags stand inside
/// a pattern: `(?i)`, `(?m)`, `(?s)`, `(?x)`.
enum RegexBindings {
    private static let text = Field("text", .bytes, .required, "any bytes")
    private static let texts = Field("texts", .array(.bytes), .required, "any bytes")
    private static let pattern = Field(
        "pattern", .bytes, .required, "PCRE2's syntax, with flags as in (?i)")
    private static let givenUp = "nil and a message where the pattern was given up"

    /// What `find` gives.
    private static let match = Record(
        noun: "match",
        fields: [
            Field("start", .integer(1 ... .max), .required, "its first byte, from 1"),
            Field(
                "stop", .integer(0 ... .max), .required,
                "its last byte; text:sub(start, stop) is the match"),
            Field("text", .bytes, .required, "what matched"),
            Field(
                "groups", .array(.either([.bytes, .off])), .required,
                "what each group caught; false where it took no part"),
            Field("names", .map(.bytes), .required, "what the named groups caught"),
        ])

    static let all: [Binding] = [
        .onTexts(
            "regex.test", [text, pattern],
            gives: [Field("found", .boolean, .none, givenUp)],
            doc: "Says whether a pattern matches anywhere in a text.",
            examples: [
                #"nj.regex.test("Room 101", [[\d+]])"#, #"nj.regex.test("\u{c4}", "(?i)\u{e4}")"#,
            ]
        ) { call in [.boolean(try search(call).matches(call.bytes("text")))] },
        .onTexts(
            "regex.test_all", [texts, pattern],
            gives: [Field("found", .array(.boolean), .none, givenUp)],
            doc: "Says for every text of a list whether a pattern matches in it.",
            examples: [#"nj.regex.test_all({ "a1", "b" }, [[\d]])[1]"#]
        ) { call in
            let search = try search(call)
            return [
                LuaNode(list: try call.strings("texts").map { .boolean(try search.matches($0)) })
            ]
        },
        .onTexts(
            "regex.count", [text, pattern],
            gives: [Field("count", .integer(0 ... .max), .none, givenUp)],
            doc: "Counts the matches, which do not overlap.",
            examples: [#"nj.regex.count("one two three", [[\w+]]) == 3"#]
        ) { call in [LuaNode(try search(call).count(in: call.bytes("text")))] },
        .onTexts(
            "regex.count_all", [texts, pattern],
            gives: [Field("counts", .array(.integer(0 ... .max)), .none, givenUp)],
            doc: "Counts the matches in every text of a list.",
            examples: [#"nj.regex.count_all({ "a b", "c" }, [[\w]])[1] == 2"#]
        ) { call in
            let search = try search(call)
            return [
                LuaNode(list: try call.strings("texts").map { LuaNode(try search.count(in: $0)) })
            ]
        },
        .onTexts(
            "regex.find",
            [
                text, pattern,
                Field("from", .integer(1 ... .max), .value(1), "the byte to begin at"),
            ],
            gives: [
                Field(
                    "match", .record(match), .none,
                    "nil where there is none; nil and a message where the pattern was given up")
            ],
            doc: "Gives the first match at a place or after it.",
            examples: [
                #"nj.regex.find("in 2026-05", [[(?<year>\d{4})-(\d\d)]]).names.year == "2026""#,
                #"nj.regex.find("aXb", "x") == nil"#,
            ]
        ) { call in
            let bytes = call.bytes("text")
            let start = call.integer("from") - 1
            guard start <= bytes.count else { return [.nil] }
            guard start == bytes.count || bytes[start] & 0xC0 != 0x80 else {
                throw call.fault("from", "byte \(start + 1) is inside a character")
            }
            let search = try search(call)
            return [
                try search.firstMatch(in: bytes, from: start).map {
                    table($0, bytes, search.pattern)
                } ?? .nil
            ]
        },
        .onTexts(
            "regex.find_all",
            [text, pattern, Field("most", .integer(0 ... .max), .none, "at most so many matches")],
            gives: [
                Field("matches", .array(.record(match)), .none, givenUp)
            ],
            doc: "Gives all matches from left to right; they do not overlap.",
            examples: [#"nj.regex.find_all("a1 b2", [[\w(\d)]])[2].groups[1] == "2""#]
        ) { call in
            let (bytes, search) = (call.bytes("text"), try search(call))
            let matches = try search.allMatches(
                in: bytes, most: call.optionalInteger("most") ?? .max)
            return [LuaNode(list: matches.map { table($0, bytes, search.pattern) })]
        },
        .onTexts(
            "regex.matches",
            [text, pattern, Field("most", .integer(0 ... .max), .none, "at most so many matches")],
            gives: [Field("texts", .array(.bytes), .none, givenUp)],
            doc: "Gives what matched, from left to right: the first group where the pattern has "
                + "groups, else the whole match. A group that took no part gives an empty string.",
            examples: [
                #"table.concat(nj.regex.matches("a=1, b=2", [[(\w)=]]), "") == "ab""#
            ]
        ) { call in
            let (bytes, search) = (call.bytes("text"), try search(call))
            let group = min(search.pattern.groupCount, 1)
            let matches = try search.allMatches(
                in: bytes, most: call.optionalInteger("most") ?? .max)
            return [LuaNode(list: matches.map { LuaNode(bytes[$0.ranges[group] ?? 0..<0]) })]
        },
        .onTexts(
            "regex.replace",
            [
                text, pattern,
                Field(
                    "replacement",
                    .either([
                        .bytes,
                        .function(
                            Signature(
                                parameters: [Field("match", .record(match), .required, "")],
                                results: [Field("text", .bytes, .none, "")])),
                    ]), .required,
                    "$1, ${name} and $0 are groups, $$ is a dollar sign; or a function of the match "
                        + "that gives the text, or nil to leave it"),
                Field("most", .integer(0 ... .max), .none, "at most so many, from the left"),
            ],
            gives: [
                Field("text", .bytes, .none, givenUp),
                Field("count", .integer(0 ... .max), .none, "how many were replaced"),
            ],
            doc: "Replaces the matches.",
            examples: [
                #"nj.regex.replace("John Smith", [[(\w+) (\w+)]], "$2, $1") == "Smith, John""#,
                #"nj.regex.replace("a1b2", [[\d]], function(m) return "<" .. m.text .. ">" end) "#
                    + #"== "a<1>b<2>""#,
            ]
        ) { call in
            let (bytes, search) = (call.bytes("text"), try search(call))
            let most = call.optionalInteger("most") ?? .max
            if case .function(let function) = call.node("replacement") {
                return try replace(bytes, search, function, most: most, call)
            }
            let replacement = try Replacement(
                call.bytes("replacement"), for: search.pattern, charge: call.context.charge)
            let result = try search.replacing(in: bytes, with: replacement, most: most)
            return [LuaNode(result.text), LuaNode(result.count)]
        },
        .onTexts(
            "regex.split",
            [
                text, pattern,
                Field(
                    "most", .integer(1 ... .max), .none,
                    "at most so many parts; the last holds the rest"),
            ], gives: [Field("parts", .array(.bytes), .none, givenUp)],
            doc: "Gives the parts between the matches.",
            examples: [#"table.concat(nj.regex.split("a, b;c", [[[,;]\s*]]), "|") == "a|b|c""#]
        ) { call in
            let bytes = call.bytes("text")
            let pieces = try search(call).pieces(
                of: bytes, most: call.optionalInteger("most") ?? .max)
            return [LuaNode(list: pieces.map { LuaNode(bytes[$0]) })]
        },
        .onTexts(
            "regex.escape", [Field("text", .bytes, .required, "UTF-8")],
            gives: [
                Field("pattern", .bytes, .none, "nil and a message where the text is no UTF-8")
            ],
            doc: "Gives a pattern that matches exactly a text.",
            examples: [#"nj.regex.test("1+1", nj.regex.escape("1+1"))"#]
        ) { call in [LuaNode(try Pattern.escaping(call.utf8("text"), charge: call.context.charge))]
        },
        .onTexts(
            "regex.is_valid", [pattern],
            gives: [
                Field("valid", .boolean, .none, "nil and a message where it does not compile")
            ],
            doc: "Says whether a pattern compiles, for patterns that come from elsewhere.",
            examples: [#"nj.regex.is_valid("a|b")"#, #"nj.regex.is_valid("a(b") == nil"#]
        ) { call in
            do { _ = try call.context.library.patterns.search(for: call.utf8("pattern")) } catch let
                error as TextsError where error.kind == .pattern
            {
                throw Refusal(error.message)
            }
            return [true]
        },
    ]

    /// The search that the call's pattern means.
    private static func search(_ call: BindingCall) throws -> PatternSearch {
        guard case .string(let string) = call.node("pattern"), let source = string.text else {
            throw call.fault("pattern", "this string is not valid UTF-8")
        }
        return try call.context.library.patterns.search(for: source)
    }

    private static func table(
        _ match: PatternMatch, _ bytes: [UInt8], _ pattern: Pattern
    ) -> LuaNode {
        let caught = match.ranges.dropFirst().map { range -> LuaNode in
            range.map { LuaNode(bytes[$0]) } ?? false
        }
        let names = pattern.groupNames.compactMap { name -> LuaTable<LuaNode>.Field? in
            guard case .string = caught[name.number - 1] else { return nil }
            return .init(key: .string(LuaString(name.name)), value: caught[name.number - 1])
        }
        return .table(
            LuaTable([
                "start": LuaNode(match.range.lowerBound + 1),
                "stop": LuaNode(match.range.upperBound),
                "text": LuaNode(bytes[match.range]), "groups": LuaNode(list: caught),
                "names": .table(LuaTable(fields: names)),
            ]))
    }

    /// All matches are found before the function is first called: it may search as well.
    private static func replace(
        _ bytes: [UInt8], _ search: PatternSearch, _ function: LuaFunction, most: Int,
        _ call: BindingCall
    ) throws -> [LuaNode] {
        var result: [UInt8] = []
        var (copied, count) = (0, 0)
        for match in try search.allMatches(in: bytes, most: most) {
            let between = copied..<match.range.lowerBound
            try call.context.charge(between.count + match.range.count)
            result += bytes[between]
            copied = match.range.upperBound
            let answer = try function.callNodes([table(match, bytes, search.pattern)]).first ?? .nil
            switch answer {
            case .string(let text):
                try call.context.charge(text.count)
                try checkSize(result.count + text.count)
                result += text.bytes
                count += 1
            case .nil:
                try checkSize(result.count + match.range.count)
                result += bytes[match.range]
            default:
                throw call.fault(
                    "replacement",
                    "the function gives a string or nil; it gave \(answer.summary)")
            }
        }
        return [LuaNode(result + bytes[copied...]), LuaNode(count)]
    }

    private static func checkSize(_ byteCount: Int) throws {
        guard byteCount <= Bounds.mostBytes else {
            throw Refusal("the replaced text would have more than \(Bounds.mostBytes) bytes")
        }
    }
}
