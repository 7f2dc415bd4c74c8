import LuaRuntime
import Testing

@testable import Scripting

@Suite struct LuaLiteralTests {
    @Test(arguments: [
        ("3", "integer 3"), ("-3", "integer -3"), ("0x1F", "integer 31"),
        ("5e6", "number 5000000.0"),
        ("-.5", "number -0.5"), ("3.", "number 3.0"), ("true", "boolean true"),
        ("false", "boolean false"), ("nil", "nothing"), ("\"3\"", "string \"3\""),
        ("'a\\nb'", "string \"a\nb\""), ("abc", "string \"abc\""), ("", "string \"\""),
        ("inf", "string \"inf\""), ("nan", "string \"nan\""), ("1.2.3", "string \"1.2.3\""),
        ("-", "string \"-\""), ("1_000", "string \"1_000\""),
    ])
    func readsAsLuaWould(text: String, summary: String) {
        #expect(LuaLiteral.value(text).summary == summary)
    }
}
