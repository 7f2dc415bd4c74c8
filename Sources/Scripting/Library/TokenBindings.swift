import LuaRuntime
import Texts
import Tokenizers

/// `nj.tokens`: text as the model reads it.
///
/// Ids are the tokenizer's own, from 0; nothing is shifted for Lua.
enum TokenBindings {
    private static let text = Field("text", .bytes, .required, "any bytes")
    private static let texts = Field("texts", .array(.bytes), .required, "any bytes")
    private static let ids = Shape.array(.integer(0...Int(Int32.max)))
    private static let specials = Field(
        "specials", .boolean, .value(true),
        "whether special tokens written out in the text become their ids, as in a corpus; false "
            + "for text of strangers")
    private static let skipsSpecials = Field(
        "skip_specials", .boolean, .value(false), "whether special tokens are left out")

    static let all: [Binding] = [
        Binding(
            "tokens.encode", [text, specials],
            gives: [Field("ids", ids, .required, "the tokens in order")],
            doc:
                "Gives the token ids of a text, by the run's tokenizer, or byte by byte where there "
                + "is no run. No token is put before or after them.",
            examples: [
                #"nj.tokens.encode("Hi")[1] == 72"#,
                #"nj.tokens.encode("<|endoftext|>")[1] == 256"#,
                #"#nj.tokens.encode("<|endoftext|>", false) == 13"#,
            ]
        ) { call in [try list(encode(call.bytes("text"), call), call)] },
        Binding(
            "tokens.encode_all", [texts, specials],
            gives: [Field("lists", .array(ids), .required, "in the order given")],
            doc: "Gives the token ids of every text of a list.",
            examples: [#"nj.tokens.encode_all({ "a", "bc" })[2][1] == 98"#]
        ) { call in
            [LuaNode(list: try call.strings("texts").map { try list(encode($0, call), call) })]
        },
        Binding(
            "tokens.count", [text, specials],
            gives: [Field("count", .integer(0 ... .max), .required, "tokens")],
            doc: "Counts the tokens of a text.",
            examples: [#"nj.tokens.count("four") == 4"#]
        ) { call in [LuaNode(try encode(call.bytes("text"), call).count)] },
        Binding(
            "tokens.count_all", [texts, specials],
            gives: [Field("counts", .array(.integer(0 ... .max)), .required, "in the order given")],
            doc: "Counts the tokens of every text of a list.",
            examples: [#"nj.tokens.count_all({ "a", "bc" })[2] == 2"#]
        ) { call in
            [LuaNode(list: try call.strings("texts").map { LuaNode(try encode($0, call).count) })]
        },
        Binding(
            "tokens.decode", [Field("ids", ids, .required, "token ids"), skipsSpecials],
            gives: [
                Field("text", .bytes, .required, "UTF-8; U+FFFD where tokens break characters")
            ],
            doc: "Gives the text of token ids.",
            examples: [
                #"nj.tokens.decode({ 72, 105 }) == "Hi""#,
                #"nj.tokens.decode({ 72, 256 }, true) == "H""#,
            ]
        ) { call in [LuaNode(try decode(call.list("ids"), "ids", call))] },
        Binding(
            "tokens.decode_all",
            [Field("lists", .array(ids), .required, "lists of token ids"), skipsSpecials],
            gives: [Field("texts", .array(.bytes), .required, "in the order given")],
            doc: "Gives the texts of lists of token ids.",
            examples: [#"nj.tokens.decode_all({ { 72 }, {} })[1] == "H""#]
        ) { call in
            [
                LuaNode(
                    list: try call.list("lists").enumerated().map { index, node in
                        guard case .table(let table) = node else { return .nil }
                        return LuaNode(try decode(table.array, "lists[\(index + 1)]", call))
                    })
            ]
        },
        Binding(
            "tokens.bytes", [Field("id", .integer(0...Int(Int32.max)), .required, "a token id")],
            gives: [Field("bytes", .bytes, .required, "perhaps a part of a character")],
            doc: "Gives the bytes that one token stands for.",
            examples: [#"nj.tokens.bytes(72) == "H""#]
        ) { call in
            let id = try checked(call.node("id"), { "id" }, tokenizer(call), call)
            return [LuaNode(tokenizer(call).bytes(of: id))]
        },
        Binding(
            "tokens.truncate",
            [
                text, Field("count", .integer(0 ... .max), .required, "at most so many tokens"),
                specials,
            ],
            gives: [Field("text", .bytes, .required, "a beginning of the text")],
            doc: "Cuts a text after so many tokens, at the end of a character. A text of fewer "
                + "tokens stays as it is.",
            examples: [
                #"nj.tokens.truncate("nightjar", 5) == "night""#,
                #"nj.tokens.truncate("a\u{e4}", 2) == "a""#,
            ]
        ) { call in [LuaNode(try truncated(call))] },
        Binding(
            "tokens.vocabulary_size",
            gives: [Field("size", .integer(1 ... .max), .required, "ids are below it")],
            doc: "Gives the number of ids, special ones included.",
            examples: ["nj.tokens.vocabulary_size() == 258"]
        ) { call in [LuaNode(tokenizer(call).vocabularySize)] },
        Binding(
            "tokens.specials",
            gives: [Field("specials", .record(roles), .required, "ids by role")],
            doc: "Gives the ids of the tokens that have a role.",
            examples: ["nj.tokens.specials().stop == 256"]
        ) { call in
            let special = tokenizer(call).specialTokens
            let named: [(String, Int32?)] = [
                ("begin", special.beginning), ("stop", special.end), ("padding", special.padding),
                ("unknown", special.unknown),
            ]
            return [
                .table(
                    LuaTable(
                        fields: named.compactMap { name, id in
                            id.map { .init(key: .string(LuaString(name)), value: LuaNode(Int($0))) }
                        }))
            ]
        },
    ]

    private static let roles = Record(
        noun: "special tokens",
        fields: [
            Field("begin", .integer(0 ... .max), .none, "begins a text"),
            Field("stop", .integer(0 ... .max), .none, "ends a text"),
            Field("padding", .integer(0 ... .max), .none, "fills rows"),
            Field("unknown", .integer(0 ... .max), .none, "stands for what cannot be spelled"),
        ])

    private static let bytewise = ByteTokenizer()

    private static func tokenizer(_ call: BindingCall) -> any Tokenizer {
        call.context.tokenizer ?? bytewise
    }

    private static func encode(_ bytes: [UInt8], _ call: BindingCall) throws -> [Int32] {
        // Merging costs some steps a byte.
        try call.context.charge(8 * bytes.count)
        let tokenizer = tokenizer(call)
        var ids: [Int32] = []
        bytes.withUnsafeBufferPointer { bytes in
            if call.boolean("specials") {
                tokenizer.encode(bytes, into: &ids)
            } else {
                tokenizer.encode(ordinary: bytes, into: &ids)
            }
        }
        return ids
    }

    private static func list(_ ids: [Int32], _ call: BindingCall) throws -> LuaNode {
        // Asked again: encoding a long text takes its time.
        try call.context.charge(16 * ids.count)
        return LuaNode(list: ids.map { LuaNode(Int($0)) })
    }

    private static func decode(
        _ nodes: [LuaNode], _ name: String, _ call: BindingCall
    ) throws -> String {
        // Reading and writing one takes some steps.
        try call.context.charge(16 * nodes.count)
        let tokenizer = tokenizer(call)
        let ids = try nodes.enumerated().map { index, node in
            if index & 0xFFFF == 0xFFFF { try call.context.charge(0) }
            return try checked(node, { "\(name)[\(index + 1)]" }, tokenizer, call)
        }
        return tokenizer.decode(ids, skipsSpecialTokens: call.boolean("skip_specials"))
    }

    private static func checked(
        _ node: LuaNode, _ place: () -> String, _ tokenizer: any Tokenizer, _ call: BindingCall
    ) throws -> Int32 {
        guard let id = ShapeCheck.integer(node), id >= 0, id < tokenizer.vocabularySize else {
            throw ShapeFault(
                path: LuaPath(),
                sentence: "\(place()): \(node.summary) is no id of this tokenizer; its ids are 0 to "
                    + "\(tokenizer.vocabularySize - 1)")
        }
        return Int32(id)
    }

    private static func truncated(_ call: BindingCall) throws -> [UInt8] {
        let bytes = call.bytes("text")
        let (ids, count) = (try encode(bytes, call), call.integer("count"))
        guard ids.count > count else { return bytes }
        let tokenizer = tokenizer(call)
        var kept: [UInt8] = []
        for id in ids.prefix(count) { kept += tokenizer.bytes(of: id) }
        // What a tokenizer puts before a text, or rewrites in it, is no part of it.
        if !bytes.starts(with: kept) {
            kept = Array(tokenizer.decode(ids.prefix(count), skipsSpecialTokens: false).utf8)
        }
        if UTF8Bytes.firstMalformed(in: bytes) == nil, let end = UTF8Bytes.firstMalformed(in: kept)
        {
            kept.removeSubrange(end...)
        }
        return kept
    }
}
