import Templates
import Testing

/// JSON as templates see it.
@Suite struct JSONTests {
    private func value(_ text: String) throws(TemplateError) -> TemplateValue {
        try TemplateValue(json: Array(text.utf8))
    }

    @Test func everyKindOfValueIsRead() throws {
        let read = try value(
            #" {"b": [1, -2.5, 1e2, true, false, null], "a": "x\n\u00e9\ud83d\ude00\/", "b2": {}} "#
        )
        #expect(
            read
                == .dictionary([
                    "b": .list([1, -2.5, 100.0, true, false, .none]), "a": "x\né😀/", "b2": [:],
                ]))
        guard case .dictionary(let members) = read else { return }
        #expect(members.keys == ["b", "a", "b2"])
        #expect(try value("9223372036854775807") == .integer(.max))
        #expect(try value("9223372036854775808") == .float(0x1p63))
        #expect(try value(#""\ud83dx""#) == "\u{fffd}x")
    }

    @Test(arguments: [
        ("", 1, 1), ("{", 1, 2), ("[1,]", 1, 4), (#"{"a" 1}"#, 1, 6), ("01", 1, 1), ("1.", 1, 3),
        ("[1] 2", 1, 5), ("\"a\nb\"", 1, 3), (#""\x""#, 1, 4), (#""\u12""#, 1, 4), ("nul", 1, 1),
        ("[\n  ?]", 2, 3), ("1e999", 1, 6), (#"{a: 1}"#, 1, 2), ("\"a", 1, 3),
        (String(repeating: "[", count: 100), 1, 82), (#"{"a": 1, "a": 2}"#, 1, 13),
    ])
    func whatIsNoJSONIsPlaced(text: String, line: Int, column: Int) {
        let error = #expect(throws: TemplateError.self) { try self.value(text) }
        #expect(error?.line == line && error?.column == column, "\(text): \(error!)")
    }
}
