import LuaRuntime
import Texts

/// `nj.text`: one text in another form.
enum TextForms {
    private static let text = Field("text", .bytes, .required, "UTF-8")
    private static let texts = Field("texts", .array(.bytes), .required, "UTF-8")
    private static let stripsMarks = Field(
        "strip_marks", .boolean, .value(false), "whether accents and other marks go too")
    private static let result = Field(
        "text", .bytes, .none, "nil and a message where the text is no UTF-8")

    static let all: [Binding] = [
        .onTexts(
            "text.normalize",
            [
                text,
                Field(
                    "form", .choice(NormalForm.allCases.map(\.rawValue)), .value("NFC"),
                    "composed or decomposed (C, D), compatibility characters kept or not (K)"),
            ], gives: [result],
            doc: "Gives a text in a Unicode normal form, so that equal texts have equal bytes.",
            examples: [
                #"nj.text.normalize("e\u{301}") == "\u{e9}""#,
                #"nj.text.normalize("\u{fb01}ne", "NFKC") == "fine""#,
            ]
        ) { call in
            let form = NormalForm(rawValue: call.text("form")) ?? .nfc
            return [
                LuaNode(try form.normalized(call.utf8("text"), charge: call.context.charge))
            ]
        },
        .onTexts(
            "text.fold", [text, stripsMarks], gives: [result],
            doc: "Makes texts comparable: case, width, ligatures and characters that show nothing "
                + "are no difference in the result (Unicode's NFKC_Casefold).",
            examples: [
                #"nj.text.fold("Stra\u{df}e") == nj.text.fold("STRASSE")"#,
                #"nj.text.fold("Caf\u{e9}", true) == "cafe""#,
            ]
        ) { call in
            [
                LuaNode(
                    try Folding.folded(
                        call.utf8("text"), stripsMarks: call.boolean("strip_marks"),
                        charge: call.context.charge))
            ]
        },
        .onTexts(
            "text.fold_all", [texts, stripsMarks],
            gives: [Field("texts", .array(.bytes), .none, "in the order given")],
            doc: "Folds every text of a list, as nj.text.fold.",
            examples: [#"nj.text.fold_all({ "A", "\u{ff22}" })[2] == "b""#]
        ) { call in
            let stripsMarks = call.boolean("strip_marks")
            return [
                LuaNode(
                    list: try call.utf8s("texts").map {
                        LuaNode(
                            try Folding.folded(
                                $0, stripsMarks: stripsMarks, charge: call.context.charge))
                    })
            ]
        },
        .onTexts(
            "text.lower", [text], gives: [result],
            doc: "Gives a text in lower case, in any script.",
            examples: [#"nj.text.lower("\u{c4}RGER") == "\u{e4}rger""#]
        ) { call in
            [LuaNode(try Casing.lowered(call.utf8("text"), charge: call.context.charge))]
        },
        .onTexts(
            "text.upper", [text], gives: [result],
            doc: "Gives a text in upper case, in any script; a letter may become two.",
            examples: [#"nj.text.upper("stra\u{df}e") == "STRASSE""#]
        ) { call in
            [LuaNode(try Casing.raised(call.utf8("text"), charge: call.context.charge))]
        },
        .onTexts(
            "text.strip_marks", [text], gives: [result],
            doc: "Takes accents and other nonspacing marks off; what is left is in NFC.",
            examples: [#"nj.text.strip_marks("cr\u{e8}me br\u{fb}l\u{e9}e") == "creme brulee""#]
        ) { call in
            [
                LuaNode(
                    try Folding.strippingMarks(call.utf8("text"), charge: call.context.charge))
            ]
        },
        .onTexts(
            "text.clean", [text],
            gives: [
                result,
                Field("removed_count", .integer(0 ... .max), .none, "code points taken out"),
            ],
            doc: "Takes out control characters other than tab and line feed, and characters that "
                + "nobody sees: direction marks, zero-width spaces, tags, fillers. Line ends become "
                + "line feeds. Joiners and selectors stay where scripts and emoji need them.",
            examples: [
                #"nj.text.clean("pay\u{200b}pal\r\n") == "paypal\n""#,
                #"select(2, nj.text.clean("a\0b\u{202e}")) == 2"#,
            ]
        ) { call in
            let cleaned = try Cleaning.cleaned(
                call.utf8("text"), charge: call.context.charge)
            return [LuaNode(cleaned.text), LuaNode(cleaned.removedCount)]
        },
        .onTexts(
            "text.repair", [Field("text", .bytes, .required, "any bytes")],
            gives: [
                Field("text", .bytes, .required, "UTF-8"),
                Field("count", .integer(0 ... .max), .required, "replacement characters put in"),
            ],
            doc: "Puts U+FFFD where bytes are no UTF-8.",
            examples: [#"nj.text.repair("a\xff") == "a\u{fffd}""#]
        ) { call in
            let repaired = try UTF8Bytes.repaired(
                call.paidBytes("text"), charge: call.context.charge)
            return [LuaNode(repaired.text), LuaNode(repaired.count)]
        },
        .onTexts(
            "text.is_valid", [Field("text", .bytes, .required, "any bytes")],
            gives: [
                Field("valid", .boolean, .required, "whether all of it is UTF-8"),
                Field("place", .integer(1 ... .max), .none, "the first byte that is not"),
            ],
            doc: "Says whether a string is UTF-8.",
            examples: [
                #"nj.text.is_valid("\u{e9}")"#, #"select(2, nj.text.is_valid("a\xff")) == 2"#,
            ]
        ) { call in
            guard let place = UTF8Bytes.firstMalformed(in: try call.paidBytes("text")) else {
                return [true]
            }
            return [false, LuaNode(place + 1)]
        },
    ]
}
